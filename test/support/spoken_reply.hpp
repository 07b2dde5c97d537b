#pragma once
// What a fake model says, put into the bytes that a kind of server would send.

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

namespace claw::test {

/// Whose dialect a fake speaks: first chunk, ids, name of the reasoning field, how calls are cut up, last chunk.
enum class persona { llamacpp, vllm, ollama, sglang, lmstudio };

struct spoken_call {
  std::string id, name, arguments;
};

struct spoken_reply {
  std::string text{};
  std::string reasoning{};
  std::vector<spoken_call> calls{};
  std::string finish{}; ///< "": tool_calls where there are calls, else stop
  std::optional<std::pair<unsigned, unsigned>> usage{}; ///< prompt and completion tokens
  std::string model = "scripted";
};

/// The `data:` events of a streamed answer, [DONE] last.
std::vector<std::string> streamed_events(const spoken_reply& x, persona who);

/// The body of an answer that is not streamed.
std::string whole_body(const spoken_reply& x, persona who);

/// A complete HTTP answer with Content-Length.
std::string http_reply(int status, const std::string& body,
                       const std::string& content_type = "application/json",
                       const std::string& more_headers = "");

inline const std::string event_stream_head
    = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";

} // namespace claw::test
