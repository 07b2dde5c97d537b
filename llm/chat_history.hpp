#pragma once
// What a conversation must look like before a server takes it. Rules that hold for all, and rewrites for the templates
// that refuse what others take; a rewrite is asked for by the server's own error.
// @source the chat templates of Mistral, Llama 3.1 and Gemma; llama.cpp's answers to each (test/data/llm_captures)

#include "actors/domain/transcript.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace claw {

/// What a model's template turned out to need.
struct template_quirks {
  bool one_call_a_message = false; ///< Llama 3.1: "only supports single tool-calls at once"
  bool strict_turns = false;       ///< Mistral: user and assistant must alternate
  bool no_system_role = false;     ///< Gemma: no system message

  friend bool operator==(const template_quirks&, const template_quirks&) = default;
};

/// Nine characters [A-Za-z0-9], the only length that Mistral's template takes; the same for the same text.
std::string call_id_from(std::string_view text);
bool is_call_id(std::string_view id);

/// Arguments as history may carry them: a JSON object, else `{}` (a server answers 500 to arguments
/// that do not parse).
std::string history_arguments(const std::string& arguments_json);

/// Holds for every server: one system message, first; every call answered by exactly one tool
/// message in the calls' order, directly after them; no tool message without its call; ids of nine
/// characters; arguments that parse; no thinking in assistant messages.
std::vector<chat_message> well_formed_history(const std::vector<chat_message>& messages);

/// @pre the messages are well formed
std::vector<chat_message> rewritten_history(std::vector<chat_message> messages,
                                            const template_quirks& quirks);

/// Which quirk an error of class template_error speaks of, on top of those known. @param message lower case
template_quirks learned_quirks(template_quirks known, std::string_view message);

} // namespace claw
