#pragma once
// The words that an llm run is made of: messages, tool calls and their results, in the order they happened.
// Arguments and results are JSON texts here; what is in them is known to `llm/` alone.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace claw {

enum class message_role : uint8_t { system, user, assistant, tool };

/// A model's request to use a tool once.
struct tool_call {
  std::string id;             ///< ours: 9 characters [A-Za-z0-9] (some templates refuse any other length)
  std::string name;
  std::string arguments_json; ///< as the model wrote it; may be no JSON at all
  bool from_text = false;     ///< found in the answer's text by the fallback parser, not a native call

  friend bool operator==(const tool_call&, const tool_call&) = default;
};

struct chat_message {
  message_role role = message_role::user;
  std::string content;
  std::vector<tool_call> calls; ///< assistant only
  std::string call_id;          ///< tool only: the call that this answers

  friend bool operator==(const chat_message&, const chat_message&) = default;
};

/// A tool as it is offered to a model.
struct tool_spec {
  std::string name;
  std::string description;
  std::string parameters_json; ///< a JSON Schema of type object
};

/// What a tool call came to.
struct tool_result {
  bool ok = false;
  bool refused = false;     ///< a rule forbade it (allowlist, path, limits): counts as a refusal
  bool escaped = false;     ///< it tried to leave the repo; `content` carries the fixed sentence
  bool truncated = false;
  std::string content;      ///< for the model: JSON or text, already cut to its limit
  std::string error;        ///< the plain sentence when not ok, word for word as in docs

  friend bool operator==(const tool_result&, const tool_result&) = default;
};

} // namespace claw
