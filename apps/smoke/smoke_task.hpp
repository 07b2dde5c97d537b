#pragma once
// What `openclaw smoke` is asked to do.

#include "net/discord_client.hpp"

#include <functional>
#include <string>

namespace CLI {
class App;
}

namespace claw {

struct smoke_task {
  std::string repo = "openclaw-broker"; ///< on the allowlist of every worker
  std::string report_file;              ///< a new file for the report-back; "": none is written
  std::string stop_jetson;              ///< a program with its arguments, split at blanks; "": a person does it
  std::string start_jetson;             ///< likewise; both are given, or none
  std::string channel;                  ///< of Discord, where the rows are said; "": they go to the broker
  discord_place discord;                ///< with the token of the account that says them
  bool discord_anywhere = false;        ///< its address may name any machine
};

/// Adds the verb to the command line. @param chosen is set, and `on_chosen` called, when it is given
void add_smoke_verb(CLI::App& app, smoke_task& chosen, const std::function<void()>& on_chosen);

} // namespace claw
