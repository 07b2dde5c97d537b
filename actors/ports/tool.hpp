#pragma once
// What a runner can do besides talking to a model: the commands of docs/COMMANDS.md, and the same as tools that a model
// may call. `llm/` implements it; every implementation is read-only except for the plan store.

#include "actors/domain/error.hpp"
#include "actors/domain/transcript.hpp"
#include "actors/ports/stop_token.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace claw {

/// Runs one command of a job. May be called from several threads at once.
class command_runner {
public:
  virtual ~command_runner() = default;

  /// The commands it knows: `ping`, `capabilities`, `plan_echo`, ..., without `llm_task`.
  virtual std::vector<std::string> commands() const = 0;

  /// @returns the job's result (plain text or JSON text); a failure's sentence goes to `/fail`.
  virtual outcome<std::string> run(const std::string& command, const std::string& payload,
                                   std::chrono::steady_clock::time_point deadline,
                                   const stop_token& stop) = 0;
};

/// The tools that a model may call. May be called from several threads at once.
class toolbox {
public:
  virtual ~toolbox() = default;

  /// All tools, in a fixed order.
  virtual std::vector<tool_spec> specs() const = 0;

  /// Checks arguments against the tool's schema before anything runs: defaults filled in, keys
  /// sorted, only unambiguous coercions. @returns the canonical arguments, or a failure whose
  /// sentence is the JSON to tell the model (`bad_shape`: invalid arguments; `tool_refused`: a URL,
  /// or over LLM_MAX_TOOL_ARG_BYTES; `no_such_route`: no such tool).
  virtual outcome<std::string> check(const tool_call& call) const = 0;

  /// Runs a call whose arguments `check` returned. Never throws for bad input: trouble is a result that is not ok.
  virtual tool_result run(std::string_view name, const std::string& checked_arguments_json,
                          std::chrono::steady_clock::time_point deadline, const stop_token& stop) = 0;
};

} // namespace claw
