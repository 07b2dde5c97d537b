#include "apps/cli/inspect_task.hpp"

#include <CLI/CLI.hpp>

namespace claw {

void add_inspect_verb(CLI::App& app, inspect_task& chosen, const std::function<void()>& on_chosen) {
  auto* inspect = app.add_subcommand("inspect", "The live actors of a broker, runner or bot that has an INSPECT_PORT");
  inspect->fallthrough();
  inspect->add_option("--at", chosen.at, "Where it is; stronger than INSPECT_AT (127.0.0.1:8010)")
      ->option_text("HOST:PORT");
  inspect
      ->add_option("--certs", chosen.certificates,
                   "Folder with ca.crt, operator.crt and operator.key; stronger than INSPECT_CERTS")
      ->option_text("FOLDER");
  inspect->callback(on_chosen);
  inspect->add_subcommand("watch", "The tree again and again, until Ctrl-C")->callback([&chosen] {
    chosen.verb = inspect_verb::watch;
  });
  auto* actor = inspect->add_subcommand("actor", "One actor with all that it tells, and its children");
  actor->add_option("id", chosen.actor, "Its number in the tree")->required();
  actor->callback([&chosen] { chosen.verb = inspect_verb::actor; });
  auto* events = inspect->add_subcommand("events", "Which actors started, ended and failed lately");
  events->add_flag("-f,--follow", chosen.follow, "Go on until Ctrl-C");
  events->callback([&chosen] { chosen.verb = inspect_verb::events; });
}

gate_certificates operator_certificates(const std::string& folder) {
  return {folder + "/ca.crt", folder + "/operator.crt", folder + "/operator.key"};
}

} // namespace claw
