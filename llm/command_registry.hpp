#pragma once
// The runner's commands by name (docs/COMMANDS.md): ping, capabilities, plan_echo, approve_echo and
// the repo commands with their JSON envelope. `llm_task` is not here: it has actors of its own.

#include "actors/ports/tool.hpp"
#include "llm/plan_store.hpp"
#include "llm/repo_tools.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace claw {

struct command_registry_config {
  std::string worker_id; ///< WORKER_ID, shown in every envelope
  std::string version;   ///< shown by `capabilities`
  /// `llm:vllm`, ...: shown by `capabilities` behind the commands, as they are advertised at that moment.
  /// Thread-safe; none: there are none.
  std::function<std::vector<std::string>()> llm_caps;
};

class command_registry final : public command_runner {
public:
  /// @pre neither pointer is null; the tool registry shares them.
  command_registry(command_registry_config config, std::shared_ptr<repo_tools> repos,
                   std::shared_ptr<plan_store> plans);

  std::vector<std::string> commands() const override;

  /// Errors: `bad_command` for an unknown one, `bad_shape` and those of repo_tools and plan_store.
  outcome<std::string> run(const std::string& command, const std::string& payload,
                           std::chrono::steady_clock::time_point deadline,
                           const stop_token& stop) override;

private:
  command_registry_config config_;
  std::shared_ptr<repo_tools> repos_;
  std::shared_ptr<plan_store> plans_;
};

} // namespace claw
