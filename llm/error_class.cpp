#include "llm/error_class.hpp"

#include "actors/domain/ascii.hpp"
#include "actors/domain/shorten.hpp"
#include "llm/bounded_json.hpp"
#include "llm/text_cut.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>

namespace claw {

namespace {

using nlohmann::json;

struct read_body {
  std::string message;
  std::string type;
  std::string code;
  int code_status = 0;
  std::optional<uint32_t> prompt_tokens, context_tokens;
};

std::string text_of(const json& x, const char* key) {
  const auto found = x.find(key);
  if (found == x.end() || found->is_null())
    return {};
  return found->is_string() ? found->get<std::string>() : json_text(*found);
}

read_body read_error(const json& x) {
  read_body out;
  if (!x.is_object())
    return out;
  const auto error = x.find("error");
  if (error != x.end() && error->is_string()) {
    out.message = error->get<std::string>();
    return out;
  }
  const json& inner = error != x.end() && error->is_object() ? *error : x;
  out.message = text_of(inner, "message");
  if (out.message.empty())
    out.message = text_of(inner, "detail");
  out.type = text_of(inner, "type");
  out.code = text_of(inner, "code");
  if (const auto code = inner.find("code"); code != inner.end() && code->is_number_integer())
    out.code_status = static_cast<int>(std::clamp<int64_t>(code->get<int64_t>(), 0, 999));
  out.prompt_tokens = count_at(inner, "n_prompt_tokens");
  out.context_tokens = count_at(inner, "n_ctx");
  return out;
}

/// The first number after `phrase`, within the next 24 bytes.
std::optional<uint32_t> number_after(std::string_view s, std::string_view phrase) {
  const auto at = s.find(phrase);
  if (at == std::string_view::npos)
    return std::nullopt;
  s = s.substr(at + phrase.size(), 24);
  const auto first = s.find_first_of("0123456789");
  if (first == std::string_view::npos)
    return std::nullopt;
  uint64_t value = 0;
  for (std::size_t i = first; i < s.size() && is_digit(s[i]); ++i)
    value = std::min<uint64_t>(value * 10 + static_cast<uint64_t>(s[i] - '0'), UINT32_MAX);
  return value > 0 ? std::optional{static_cast<uint32_t>(value)} : std::nullopt;
}

template <std::size_t N>
bool has_any(std::string_view s, const std::array<std::string_view, N>& phrases) {
  return std::any_of(phrases.begin(), phrases.end(),
                     [s](std::string_view x) { return s.find(x) != std::string_view::npos; });
}

/// In the words of vLLM, llama.cpp, OpenAI, SGLang, LM Studio, TGI, TensorRT-LLM, Ollama, llama-cpp-python, TabbyAPI,
/// and of the services that proxies stand for.
constexpr std::array<std::string_view, 22> overflow_phrases{
    "maximum context length",    "model's context length",
    "available context size",    "context_length_exceeded",
    "context length of only",    "greater than the context length",
    "exceed_context_size_error", "context window",
    "exceeds the context",       "exceed the context",
    "maximum model length",      "maximum prompt length",
    "prompt is too long",        "input is too long",
    "prompt too long",           "max context size",
    "`max_new_tokens` must be",  "`inputs` must have",
    "context the overflows",     "max_seq_len",
    "input token count",         "number of tokens in the prompt"};
/// The size stands right behind one of these.
constexpr std::array<std::string_view, 12> context_size_phrases{"maximum context length",
                                                                "model's context length",
                                                                "available context size",
                                                                "context length of",
                                                                "context window of",
                                                                "maximum model length",
                                                                "maximum prompt length",
                                                                "max context size",
                                                                "must be <=",
                                                                "tokens >",
                                                                "tokens allowed",
                                                                "must have less than"};
constexpr std::array<std::string_view, 7> template_phrases{"raise_exception",   "roles must alternate", "tool call ids",
                                                           "single tool-calls", "jinja exception",      "system role",
                                                           "template error"};
constexpr std::array<std::string_view, 4> tools_phrases{"--enable-auto-tool-choice", "does not support tools",
                                                        "requires --jinja", "not support tool"};
/// Only where they speak of tools.
constexpr std::array<std::string_view, 9> refusing_phrases{"not support", "unsupported", "unrecognized",
                                                           "unknown",     "unexpected",  "not permitted",
                                                           "not allowed", "not enabled", "disabled"};
constexpr std::array<std::string_view, 4> tools_words{"tools", "tool use", "tool calling", "function calling"};
constexpr std::array<std::string_view, 3> our_bug_phrases{"parse error", "failed to parse", "json.exception"};

/// A body that a proxy finds too large is one that condensing mends.
bool is_overflow(int status, std::string_view text) {
  return status == 413 || ((status == 400 || status == 422 || status == 500) && has_any(text, overflow_phrases));
}

bool refuses_tools(int status, std::string_view text) {
  if ((status == 400 || status == 500) && has_any(text, tools_phrases))
    return true;
  return (status == 400 || status == 422 || status == 501) && has_any(text, tools_words)
         && has_any(text, refusing_phrases);
}

chat_error class_of(int status, std::string_view text) {
  if (is_overflow(status, text))
    return chat_error::context_overflow;
  if (status == 401 || status == 403)
    return chat_error::auth;
  if ((status == 400 || status == 500) && has_any(text, template_phrases))
    return chat_error::template_error;
  if (refuses_tools(status, text))
    return chat_error::tools_unsupported;
  if (status == 404)
    return text.find("model") != std::string_view::npos ? chat_error::model_missing : chat_error::bad_request;
  if (status == 429 || status == 529)
    return chat_error::overloaded;
  if (status == 503)
    return text.find("loading") != std::string_view::npos ? chat_error::loading : chat_error::overloaded;
  if (status == 500 && has_any(text, our_bug_phrases))
    return chat_error::bad_request;
  if (status >= 500 || status == 408)
    return chat_error::server_fault;
  return chat_error::bad_request;
}

std::string sentence(chat_error kind, int status, const std::string& said) {
  const std::string tail = said.empty() ? "" : ": " + said;
  switch (kind) {
  case chat_error::context_overflow:
    return "the conversation is longer than the model's context" + tail;
  case chat_error::tools_unsupported:
    return "the endpoint takes no tools (start vLLM with --enable-auto-tool-choice --tool-call-parser, "
           "llama.cpp with --jinja, or choose another model)"
           + tail;
  case chat_error::template_error:
    return "the model's chat template refuses the conversation" + tail;
  case chat_error::auth:
    return "the endpoint refuses LLM_API_KEY (HTTP " + std::to_string(status) + ")";
  case chat_error::model_missing:
    return "the endpoint does not have the model LLM_MODEL" + tail;
  case chat_error::loading:
    return "the endpoint is still loading its model" + tail;
  case chat_error::overloaded:
    return "the endpoint is overloaded (HTTP " + std::to_string(status) + ")" + tail;
  case chat_error::none:
  case chat_error::bad_request:
  case chat_error::server_fault:
  case chat_error::timed_out:
  case chat_error::cancelled:
    break;
  }
  if (status == 404)
    return "the endpoint has no such path: is LLM_BASE_URL right?" + tail;
  if (status >= 300 && status < 400)
    return "the endpoint redirects, which is not followed: is LLM_BASE_URL right? (HTTP " + std::to_string(status)
           + ")";
  return "the endpoint answered HTTP " + std::to_string(status) + tail;
}

endpoint_error make_error(int status, const read_body& x) {
  const std::string everything = in_lower_case(x.message + " " + x.type + " " + x.code);
  endpoint_error out;
  out.status = status;
  out.message = everything.substr(0, 2'048);
  out.failure.kind = class_of(status, everything);
  out.failure.why = sentence(out.failure.kind, status, one_line(x.message, 300));
  out.prompt_tokens = x.prompt_tokens;
  if (out.failure.kind == chat_error::context_overflow) {
    out.failure.context_tokens = x.context_tokens;
    for (const auto phrase : context_size_phrases)
      if (!out.failure.context_tokens)
        out.failure.context_tokens = number_after(everything, phrase);
  } else if (everything.find("max_tokens") != std::string::npos) {
    for (const std::string_view phrase : {"less than or equal to", "at most", "<="})
      if (!out.answer_tokens)
        out.answer_tokens = number_after(everything, phrase);
  }
  return out;
}

} // namespace

endpoint_error classify_error(int status, std::string_view body, std::string_view retry_after, std::time_t now) {
  constexpr std::size_t body_bytes_max = 65'536;
  read_body read;
  if (const auto parsed = parse_foreign_json(body.substr(0, body_bytes_max)); parsed && parsed->is_object())
    read = read_error(*parsed);
  else if (const auto first = body.find_first_not_of(" \t\r\n"); first != std::string_view::npos && body[first] != '<')
    read.message = to_utf8(body.substr(first, 2'048)); // plain text; HTML tells a person nothing
  auto out = make_error(status, read);
  out.failure.wait = parse_retry_after(retry_after, now);
  return out;
}

endpoint_error classify_stream_error(const json& event) {
  const read_body read = read_error(event);
  // Without a status of its own it broke while it answered; a class that the words tell is still recognised.
  int status = read.code_status >= 400 && read.code_status < 600 ? read.code_status : 500;
  auto out = make_error(status, read);
  if (out.failure.kind == chat_error::server_fault || read.code_status == 0)
    out.failure.why = "the endpoint broke off its answer: " + one_line(read.message, 300);
  return out;
}

std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view text, std::time_t now) {
  const std::string s{text};
  if (s.empty())
    return std::nullopt;
  std::chrono::seconds wait{0};
  if (std::all_of(s.begin(), s.end(), is_digit)) {
    wait = s.size() > 6 ? retry_after_max : std::chrono::seconds{std::stol(s)};
  } else {
    const std::time_t then = curl_getdate(s.c_str(), nullptr);
    if (then < 0)
      return std::nullopt;
    wait = std::chrono::seconds{std::max<std::time_t>(0, then - now)};
  }
  return std::min(wait, retry_after_max);
}

} // namespace claw
