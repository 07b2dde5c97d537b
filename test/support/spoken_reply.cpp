#include "test/support/spoken_reply.hpp"

namespace claw::test {

namespace {

using nlohmann::json;

const char* reasoning_key(persona who) {
  return who == persona::vllm || who == persona::ollama ? "reasoning" : "reasoning_content";
}

std::string finish_of(const spoken_reply& x) {
  return !x.finish.empty() ? x.finish : x.calls.empty() ? "stop" : "tool_calls";
}

/// Pieces of about three words, never through a character.
std::vector<std::string> pieces_of(const std::string& text, std::size_t bytes) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = std::min(at + bytes, text.size());
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
      ++end;
    out.push_back(text.substr(at, end - at));
    at = end;
  }
  return out;
}

class event_writer {
public:
  event_writer(const spoken_reply& x, persona who) : x_(x), who_(who) {}

  std::vector<std::string> run() {
    begin();
    for (const auto& piece : pieces_of(x_.reasoning, 16))
      delta({{reasoning_key(who_), piece}});
    auto pieces = pieces_of(x_.text, 12);
    std::string last; // vLLM may put the last piece into the finish chunk
    if (who_ == persona::vllm && !pieces.empty() && x_.calls.empty()) {
      last = pieces.back();
      pieces.pop_back();
    }
    for (const auto& piece : pieces)
      delta({{"content", piece}});
    for (std::size_t i = 0; i < x_.calls.size(); ++i)
      call(i);
    chunk(last.empty() ? json::object() : json{{"content", last}}, finish_of(x_));
    if (x_.usage)
      usage();
    out_.push_back("[DONE]");
    return std::move(out_);
  }

private:
  void begin() {
    if (who_ == persona::llamacpp)
      delta({{"role", "assistant"}, {"content", nullptr}});
    else if (who_ != persona::ollama)
      delta({{"role", "assistant"}, {"content", ""}});
  }

  void call(std::size_t i) {
    const auto& c = x_.calls[i];
    json first{{"index", i},
               {"id", c.id},
               {"type", "function"},
               {"function", {{"name", c.name}, {"arguments", ""}}}};
    if (who_ == persona::ollama) { // the whole call at once
      first["function"]["arguments"] = c.arguments;
      delta({{"tool_calls", {first}}});
      return;
    }
    delta({{"tool_calls", {first}}});
    for (const auto& piece : pieces_of(c.arguments, 5))
      delta({{"tool_calls", {{{"index", i}, {"function", {{"arguments", piece}}}}}}});
  }

  void delta(json x) { chunk(std::move(x), nullptr); }

  void chunk(json x, json finish) {
    emit({{"choices",
           {{{"index", 0}, {"delta", std::move(x)}, {"finish_reason", std::move(finish)}}}}});
  }

  void usage() {
    emit({{"choices", json::array()},
          {"usage",
           {{"prompt_tokens", x_.usage->first},
            {"completion_tokens", x_.usage->second},
            {"total_tokens", x_.usage->first + x_.usage->second}}}});
  }

  void emit(json x) {
    x["id"] = "chatcmpl-1";
    x["object"] = "chat.completion.chunk";
    x["model"] = x_.model;
    out_.push_back(x.dump());
  }

  const spoken_reply& x_;
  persona who_;
  std::vector<std::string> out_;
};

} // namespace

std::vector<std::string> streamed_events(const spoken_reply& x, persona who) {
  return event_writer{x, who}.run();
}

std::string whole_body(const spoken_reply& x, persona who) {
  json message{{"role", "assistant"},
               {"content", x.text.empty() && !x.calls.empty() ? json(nullptr) : json(x.text)}};
  if (!x.reasoning.empty())
    message[reasoning_key(who)] = x.reasoning;
  for (const auto& c : x.calls)
    message["tool_calls"].push_back({{"id", c.id},
                                     {"type", "function"},
                                     {"function", {{"name", c.name}, {"arguments", c.arguments}}}});
  json out{{"id", "chatcmpl-1"},
           {"object", "chat.completion"},
           {"model", x.model},
           {"choices", {{{"index", 0}, {"message", message}, {"finish_reason", finish_of(x)}}}}};
  if (x.usage)
    out["usage"] = {{"prompt_tokens", x.usage->first},
                    {"completion_tokens", x.usage->second},
                    {"total_tokens", x.usage->first + x.usage->second}};
  return out.dump();
}

std::string http_reply(int status, const std::string& body, const std::string& content_type,
                       const std::string& more_headers) {
  return "HTTP/1.1 " + std::to_string(status) + " Scripted\r\nContent-Type: " + content_type
         + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + more_headers
         + "Connection: close\r\n\r\n" + body;
}

} // namespace claw::test
