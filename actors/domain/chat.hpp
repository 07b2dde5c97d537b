#pragma once
// One request to a language model and what comes back, as values. The port is actors/ports/chat_model.hpp.

#include "actors/domain/transcript.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace claw {

struct chat_request {
  std::vector<chat_message> messages;
  std::vector<tool_spec> tools; ///< empty: no tools are offered
  bool tools_forbidden = false; ///< offer them (so that the prompt stays the same) but ask for none
  uint32_t answer_tokens_max = 4096; ///< the adapter clamps it to what the model's context leaves
  std::chrono::steady_clock::time_point deadline{std::chrono::steady_clock::time_point::max()};
};

enum class chat_finish : uint8_t { stop, tool_calls, length, content_filter, other };

struct chat_usage {
  uint64_t prompt_tokens = 0;
  uint64_t completion_tokens = 0;
};

struct chat_reply {
  std::string content;          ///< thinking removed, text calls cut out
  std::string reasoning;        ///< what was removed, for the audit
  std::vector<tool_call> calls; ///< complete calls only, ids already ours
  bool calls_cut = false;       ///< the answer ended inside a call, which was dropped
  chat_finish finish = chat_finish::stop;
  std::optional<chat_usage> usage;
  std::string model;            ///< as the server names it
  std::string mode{};           ///< how tools were told: native, text, json, prompt
  bool step_unreadable = false; ///< an answer had to be a JSON step and was none
  std::size_t result_bytes_max = 0; ///< of one tool result, so that it is no more than a quarter of a prompt; 0: any
  std::optional<uint64_t> seen_tokens{}; ///< the endpoint left out part of the prompt without a word: it saw so much
};

/// What the endpoint did wrong, so that the loop can decide what to do (llm/error_class).
enum class chat_error : uint8_t {
  none,
  context_overflow,
  tools_unsupported,
  template_error,
  bad_request,
  auth,
  model_missing,
  loading,
  overloaded,
  server_fault,
  timed_out,
  cancelled,
};

/// As a log line names it.
std::string_view to_string(chat_error x);

struct chat_failure {
  chat_error kind = chat_error::none;
  std::string why;                               ///< a plain sentence, no key in it
  std::optional<std::chrono::milliseconds> wait; ///< what the server asked for (Retry-After)
  std::optional<uint32_t> context_tokens;        ///< learned from an overflow
};

/// Either a reply or a failure.
struct chat_outcome {
  std::optional<chat_reply> reply;
  chat_failure failure;
};

} // namespace claw
