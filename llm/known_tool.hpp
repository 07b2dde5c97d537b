#pragma once
// A tool that a model may call: its schema, and what does it.

#include "llm/bounded_json.hpp"
#include "llm/plan_store.hpp"
#include "llm/repo_tools.hpp"
#include "llm/tool_schema.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace claw {

/// What a tool gets to work with. Its arguments passed the check of its schema.
struct running_call {
  repo_tools& repos;
  plan_store& plans;
  const nlohmann::ordered_json& arguments;
  call_bounds bounds;

  std::string text(const char* name) const { return text_at(arguments, name); }
  int64_t integer(const char* name, int64_t fallback) const {
    const auto found = arguments.find(name);
    return found != arguments.end() && found->is_number_integer() ? found->get<int64_t>() : fallback;
  }
};

struct tool_answer {
  std::string text;
  bool truncated = false;
};

struct known_tool {
  tool_schema schema;
  outcome<tool_answer> (*run)(const running_call&);
};

/// repo_log, repo_diff, repo_show, repo_blame, repo_tree: offered only where LLM_ALLOWED_TOOLS names them.
const std::vector<known_tool>& history_tools();

/// The argument that names a repo.
inline tool_argument repo_argument() {
  return {"repo", argument_kind::text, true, "Name of a repo, as repo_list gives it"};
}

} // namespace claw
