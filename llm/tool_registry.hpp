#pragma once
// The tools that a model may call: their function definitions, the check of arguments before anything
// runs, and answers cut to what a model can hold. `for_task` narrows them to one llm_task.

#include "actors/ports/tool.hpp"
#include "llm/plan_store.hpp"
#include "llm/repo_tools.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace claw {

struct tool_registry_config {
  std::vector<std::string> allowed;       ///< LLM_ALLOWED_TOOLS; empty: the usual ones
  std::size_t output_bytes_max = 65'536;  ///< LLM_MAX_OUTPUT_BYTES of one answer
  std::size_t argument_bytes_max = 4'096; ///< LLM_MAX_TOOL_ARG_BYTES of one call's arguments
};

/// The names of all, in the order in which they are offered.
const std::vector<std::string>& all_tool_names();

/// What is offered where nobody decides: the seven of the base contract. Those of the history are not among them: an
/// update must not widen what a model may do, and small models choose worse among twelve tools than among seven.
const std::vector<std::string>& usual_tool_names();

class tool_registry final : public toolbox {
public:
  /// @pre neither pointer is null; the command registry shares them.
  tool_registry(tool_registry_config config, std::shared_ptr<repo_tools> repos,
                std::shared_ptr<plan_store> plans);
  ~tool_registry() override;

  /// The tools of one task: those of `allowed` (none: all of ours) that are ours too; `repo` and
  /// `path` fill in for arguments that the model leaves out ("": no default). The view stays good
  /// after this registry is gone.
  std::unique_ptr<toolbox> for_task(const std::optional<std::vector<std::string>>& allowed,
                                    const std::string& default_repo,
                                    const std::string& path_hint) const;

  std::vector<tool_spec> specs() const override;
  outcome<std::string> check(const tool_call& call) const override;
  tool_result run(std::string_view name, const std::string& checked_arguments_json,
                  std::chrono::steady_clock::time_point deadline, const stop_token& stop) override;

private:
  struct tools;
  class task_view;

  std::shared_ptr<tools> tools_;
  std::unique_ptr<toolbox> everything_;
};

} // namespace claw
