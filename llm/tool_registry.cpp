#include "llm/tool_registry.hpp"

#include "actors/domain/shorten.hpp"
#include "llm/known_tool.hpp"
#include "llm/repo_errors.hpp"

#include <algorithm>

namespace claw {
namespace {

using ordered = nlohmann::ordered_json;

using answer = tool_answer;

outcome<answer> repo_list(const running_call& x) {
  const auto found = x.repos.list();
  if (!found)
    return found.error();
  auto repos = ordered::array();
  for (const auto& repo : *found)
    repos.push_back({{"name", repo.name}, {"path", repo.path}});
  return answer{ordered_json_text({{"repos", std::move(repos)}})};
}

outcome<answer> repo_status(const running_call& x) {
  const auto found = x.repos.status(x.text("repo"), x.bounds);
  if (!found)
    return found.error();
  return answer{ordered_json_text({{"repo", x.text("repo")},
                         {"branch", found->branch},
                         {"dirty", found->dirty},
                         {"porcelain", found->porcelain}}),
                found->truncated};
}

outcome<answer> repo_last_commit(const running_call& x) {
  const auto found = x.repos.last_commit(x.text("repo"), x.bounds);
  if (!found)
    return found.error();
  return answer{ordered_json_text({{"repo", x.text("repo")},
                         {"hash", found->hash},
                         {"author", found->author},
                         {"date", found->date},
                         {"subject", found->subject}})};
}

outcome<answer> repo_grep(const running_call& x) {
  const auto found = x.repos.grep(x.text("repo"), x.text("query"), x.text("path"), x.bounds);
  if (!found)
    return found.error();
  auto text = found->lines.empty() ? std::string("no match") : found->lines;
  if (found->truncated)
    text += "\n[more matches were left out; narrow the query or the path]";
  return answer{std::move(text), found->truncated};
}

outcome<answer> repo_readfile(const running_call& x) {
  const auto start = x.integer("start_line", 1);
  const auto end = x.integer("end_line", default_end(start));
  const auto found = x.repos.read_file(x.text("repo"), x.text("path"), {start, end});
  if (!found)
    return found.error();
  auto text = x.text("path") + " lines " + std::to_string(start) + "-"
              + std::to_string(std::min(end, found->total_lines)) + " of "
              + std::to_string(found->total_lines) + "\n" + found->content;
  if (found->truncated)
    text += "\n[the rest was left out; use start_line/end_line]";
  return answer{std::move(text), found->truncated};
}

outcome<answer> plan_echo(const running_call& x) {
  auto plan = x.plans.propose(x.text("text"));
  return plan ? outcome<answer>{answer{std::move(*plan)}} : plan.error();
}

outcome<answer> approve_echo(const running_call& x) {
  auto approval = x.plans.approve(x.text("plan_id"));
  return approval ? outcome<answer>{answer{std::move(*approval)}} : approval.error();
}

const std::vector<known_tool>& usual_tools() {
  using kind = argument_kind;
  static const auto repo = repo_argument();
  static const std::vector<known_tool> tools{
      {{"repo_list", "List the repositories that can be read on this worker.", {}}, repo_list},
      {{"repo_status", "Branch and uncommitted changes of a repository.", {repo}}, repo_status},
      {{"repo_last_commit",
        "Hash, author, date and subject of a repository's last commit.",
        {repo}},
       repo_last_commit},
      {{"repo_grep",
        "Search the text of a repository's files. Answers with file:line:text lines.",
        {repo,
         {"query", kind::text, true, "Regular expression; lower case matches any case", true},
         {"path", kind::text, false, "File or folder to search in, relative to the repo"}}},
       repo_grep},
      {{"repo_readfile",
        "Read lines of a text file of a repository.",
        {repo,
         {"path", kind::text, true, "File to read, relative to the repo"},
         {"start_line", kind::integer, false, "First line, counted from 1", false, 1},
         {"end_line", kind::integer, false, "Last line; without it 200 lines are read"}}},
       repo_readfile},
      {{"plan_echo",
        "Propose a plan for a person to approve. Changes nothing.",
        {{"text", kind::text, true, "What the plan is about", true}}},
       plan_echo},
      {{"approve_echo",
        "Approve a plan that was proposed before. Changes nothing.",
        {{"plan_id", kind::text, true, "Id of the plan, as plan_echo gave it"}}},
       approve_echo},
  };
  return tools;
}

const std::vector<known_tool>& known_tools() {
  static const auto tools = [] {
    auto result = usual_tools();
    result.insert(result.end(), history_tools().begin(), history_tools().end());
    return result;
  }();
  return tools;
}

std::vector<std::string> names_of(const std::vector<known_tool>& tools) {
  std::vector<std::string> result;
  for (const auto& tool : tools)
    result.emplace_back(tool.schema.name);
  return result;
}

/// Anything that is no answer, as the model and the audit get it.
tool_result unsuccessful(const failure& why) {
  tool_result result;
  result.refused = why.code == ec::tool_refused;
  result.escaped = repo_errors::is_escape(why);
  result.error = why.why;
  result.content = ordered_json_text({{"error", why.why}});
  return result;
}

} // namespace

const std::vector<std::string>& all_tool_names() {
  static const auto names = names_of(known_tools());
  return names;
}

const std::vector<std::string>& usual_tool_names() {
  static const auto names = names_of(usual_tools());
  return names;
}

/// What all views share.
struct tool_registry::tools {
  tool_registry_config config;
  std::shared_ptr<repo_tools> repos;
  std::shared_ptr<plan_store> plans;
};

class tool_registry::task_view final : public toolbox {
public:
  task_view(std::shared_ptr<tools> shared, const std::optional<std::vector<std::string>>& allowed,
            const std::string& default_repo, const std::string& path_hint)
      : tools_(std::move(shared)) {
    const auto& ours = tools_->config.allowed.empty() ? usual_tool_names() : tools_->config.allowed;
    const auto is_in = [](const std::vector<std::string>& names, std::string_view name) {
      return std::find(names.begin(), names.end(), name) != names.end();
    };
    for (const auto& tool : known_tools())
      if (is_in(ours, tool.schema.name) && (!allowed || is_in(*allowed, tool.schema.name)))
        offered_.push_back(tool);
    for (auto& tool : offered_)
      for (auto& argument : tool.schema.arguments) {
        const auto& fallback = argument.name == "repo"   ? default_repo
                               : argument.name == "path" ? path_hint
                                                         : std::string();
        argument.fallback_text = fallback;
        argument.required = argument.required && fallback.empty();
      }
  }

  std::vector<tool_spec> specs() const override {
    std::vector<tool_spec> result;
    for (const auto& tool : offered_)
      result.push_back({std::string(tool.schema.name), std::string(tool.schema.description),
                        parameters_json(tool.schema)});
    return result;
  }

  outcome<std::string> check(const tool_call& call) const override {
    const auto* tool = find(call.name);
    if (!tool)
      return unknown_tool();
    return check_arguments(tool->schema, call.arguments_json, tools_->config.argument_bytes_max);
  }

  tool_result run(std::string_view name, const std::string& checked_arguments_json,
                  std::chrono::steady_clock::time_point deadline, const stop_token& stop) override {
    const auto* tool = find(name);
    if (!tool)
      return unsuccessful(unknown_tool());
    const auto arguments = ordered::parse(checked_arguments_json, nullptr, false);
    if (!arguments.is_object())
      return unsuccessful({ec::bad_shape, "arguments must be a JSON object"});
    try {
      auto found = tool->run({*tools_->repos, *tools_->plans, arguments, {deadline, stop}});
      return found ? successful(*found) : unsuccessful(found.error());
    } catch (const broken_invariant&) {
      throw;
    } catch (const std::exception& trouble) {
      return unsuccessful({ec::tool_failed, std::string("tool failed: ") + trouble.what()});
    }
  }

private:
  const known_tool* find(std::string_view name) const {
    const auto found = std::find_if(offered_.begin(), offered_.end(),
                                    [&](const known_tool& x) { return x.schema.name == name; });
    return found == offered_.end() ? nullptr : &*found;
  }

  failure unknown_tool() const {
    auto names = ordered::array();
    for (const auto& tool : offered_)
      names.push_back(tool.schema.name);
    return {ec::no_such_route, ordered_json_text({{"error", "unknown_tool"}, {"available", names}})};
  }

  tool_result successful(const answer& found) const {
    tool_result result;
    result.ok = true;
    auto shown = shortened(found.text, tools_->config.output_bytes_max);
    result.content = std::move(shown.text);
    result.truncated = found.truncated || shown.cut;
    return result;
  }

  std::shared_ptr<tools> tools_;
  std::vector<known_tool> offered_;
};

tool_registry::tool_registry(tool_registry_config config, std::shared_ptr<repo_tools> repos,
                             std::shared_ptr<plan_store> plans)
    : tools_(
        std::make_shared<tools>(tools{std::move(config), std::move(repos), std::move(plans)})) {
  CLAW_ASSERT(tools_->repos && tools_->plans);
  everything_ = for_task(std::nullopt, "", "");
}

tool_registry::~tool_registry() = default;

std::unique_ptr<toolbox>
tool_registry::for_task(const std::optional<std::vector<std::string>>& allowed,
                        const std::string& default_repo, const std::string& path_hint) const {
  return std::make_unique<task_view>(tools_, allowed, default_repo, path_hint);
}

std::vector<tool_spec> tool_registry::specs() const {
  return everything_->specs();
}

outcome<std::string> tool_registry::check(const tool_call& call) const {
  return everything_->check(call);
}

tool_result tool_registry::run(std::string_view name, const std::string& checked_arguments_json,
                               std::chrono::steady_clock::time_point deadline,
                               const stop_token& stop) {
  return everything_->run(name, checked_arguments_json, deadline, stop);
}

} // namespace claw
