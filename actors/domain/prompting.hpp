#pragma once
// Every sentence that we say to a model, and the fence around what tools bring in. The output of a
// tool is data: the fence's id is random for each job, so that a file cannot close it, and what
// looks like the fence or like a control token of a chat template is broken up. This lowers a risk;
// the protection is that no tool can do harm.

#include "actors/domain/llm_task.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace claw {

/// Nine characters of [a-z0-9] out of 64 random bits.
std::string fence_from(uint64_t random);

/// @param with_tools false when the job may use none
std::string system_prompt(std::string_view fence, bool with_tools);

/// The prompt, with the repo and path that the job was asked about.
std::string user_prompt(const llm_task& x);

/// What a tool brought in, between `<tool_output id="..." tool="...">` lines, defused.
std::string fenced(std::string_view fence, std::string_view tool, std::string_view content);

/// Breaks up, visibly, what servers would read as control tokens of a chat template, and
/// look-alikes of the fence.
std::string defused(std::string_view content);

namespace prompts {
inline constexpr std::string_view answer_now
    = "No more tool use. Answer now from the results above; say what is missing.";
inline constexpr std::string_view empty_reply
    = "Your last answer was empty. Answer the question, or use a tool.";
inline constexpr std::string_view cut_reply
    = "Your last answer was cut off inside a tool call, which was dropped. "
      "Send that call again, with shorter arguments.";
inline constexpr std::string_view repeated_call
    = "You have asked for the same thing three times; its result does not change. "
      "Use what you have: answer, or ask for something else.";
} // namespace prompts

} // namespace claw
