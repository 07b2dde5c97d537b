#pragma once
// The command language (docs/COMMANDS.md): what a person types, as a value. One parser serves every place where people
// type. The JSON of a job's payload is made in net/command_codec.

#include "actors/domain/caps.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace claw {

/// A command that becomes a job.
struct chat_job {
  using field = std::pair<std::string, std::variant<std::string, int64_t>>;

  std::string command;       ///< as the broker knows it: `ping`, `repo_grep`, `llm_task`, ...
  std::string text;          ///< the payload where it is plain text
  std::vector<field> fields; ///< the payload where it is an object; then `text` is empty
  std::string required_cap;  ///< `llm:vllm`, ...; "" when any worker may claim

  friend bool operator==(const chat_job&, const chat_job&) = default;
};

/// A command that asks the broker or the program itself.
struct chat_question {
  enum class kind : uint8_t { status, cancel, retry, jobs, workers, queue, whoami, help };
  kind what = kind::help;
  std::string job_id; ///< status, cancel, retry

  friend bool operator==(const chat_question&, const chat_question&) = default;
};

/// What to tell somebody whose text is no command, or lacks an argument: one plain line.
struct chat_advice {
  std::string text;

  friend bool operator==(const chat_advice&, const chat_advice&) = default;
};

using chat_command = std::variant<chat_job, chat_question, chat_advice>;

/// @param known_caps what workers have advertised: `ask <name>: ...` routes to any `llm:<name>` of them. `vllm` and
/// `jetson` are known always.
chat_command parse_chat_command(std::string_view text, const caps& known_caps = {});

/// The commands with their arguments and one sentence each, a line a command.
std::string chat_help();

} // namespace claw
