#pragma once
// What the arguments and the surroundings of `openclaw` ask for. Tokens never come from the command line, which other
// users of a machine can read.

#include "actors/ports/broker_api.hpp"
#include "apps/cli/inspect_task.hpp"
#include "apps/cli/store_task.hpp"
#include "apps/cli/trace_command.hpp"
#include "apps/config.hpp"
#include "apps/smoke/smoke_task.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace claw {

enum class cli_action : uint8_t {
  run_line,
  chat,
  status,
  events,
  trace,
  token,
  transcript,
  doctor,
  store,
  inspect,
  smoke
};

enum class token_verb : uint8_t { create, list, revoke };

/// What is to be done with clients' tokens.
struct token_command {
  token_verb verb = token_verb::list;
  remote_token wanted;                      ///< revoke: only its kid
  std::optional<std::chrono::seconds> life; ///< create: from now to its end; none: it has no end
};

struct cli_options {
  cli_action action = cli_action::run_line;
  std::string line;   ///< run_line: a line of the command language
  token_command token;
  std::string file;   ///< transcript; doctor: the runner's env file, "" for the environment alone
  store_task store;   ///< store
  trace_task trace;   ///< trace
  inspect_task inspect; ///< inspect
  smoke_task smoke; ///< smoke
  std::string job_id; ///< events; status: "" asks for the broker's own state
  std::string status; ///< jobs: those of this status alone; "": all
  bool json = false;
  bool quiet = false;  ///< no progress
  bool stream = false; ///< shows an answer's text while it is written
  bool wait = true;    ///< false: says the job's id and ends
  std::chrono::seconds timeout{600};
  std::string broker_url;
  std::string bot_token;            ///< "" when nobody set it
  std::string admin_token;          ///< BOT_TOKEN where nobody set ADMIN_TOKEN
  std::vector<std::string> secrets; ///< every token that was found, for redaction
};

/// Reads arguments, environment and the env file: `--env-file`, else OPENCLAW_ENV, else `./.openclaw/cli.env`, else
/// `~/.config/openclaw/env`. The environment is stronger than the file.
std::variant<cli_options, config_exit> read_cli_options(const config_sources& sources);

} // namespace claw
