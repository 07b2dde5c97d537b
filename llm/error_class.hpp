#pragma once
// What an endpoint did wrong, read from its status and body. Servers write errors in four shapes:
//   {"error":{"message","type","code"}}   OpenAI, llama.cpp, newer vLLM
//   {"object":"error","message","type"}   older vLLM, SGLang
//   {"error":"text"}                      LM Studio, proxies, 401 of vLLM and SGLang
//   {"detail":...} or HTML                FastAPI, proxies
// @source llama.cpp tools/server, vLLM and SGLang entrypoints, Ollama; golden cases in test/data/llm_captures

#include "actors/ports/chat_model.hpp"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

namespace claw {

/// A failure with what only the client itself needs to know of it.
struct endpoint_error {
  chat_failure failure;
  std::string message; ///< the server's own words, at most 2 KiB, lower case: for `mentions`
  int status = 0;
  std::optional<uint32_t> prompt_tokens; ///< how large the server found the prompt
  std::optional<uint32_t> answer_tokens; ///< the largest max_tokens that it takes

  bool mentions(std::string_view lower_case) const {
    return message.find(lower_case) != std::string::npos;
  }
};

/// @param retry_after the header's value, "" for none
/// @param now wall time, for a Retry-After that is a date
endpoint_error classify_error(int status, std::string_view body, std::string_view retry_after,
                              std::time_t now);

/// An event of a stream that carries an error although the status was 200.
endpoint_error classify_stream_error(const nlohmann::json& event);

inline constexpr std::chrono::seconds retry_after_max{120}; ///< no server may make a job wait longer

/// Seconds or an HTTP date. @returns none for anything else.
std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view text, std::time_t now);

} // namespace claw
