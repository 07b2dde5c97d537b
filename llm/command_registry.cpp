#include "llm/command_registry.hpp"

#include "llm/bounded_json.hpp"
#include "llm/history_commands.hpp"
#include "llm/text_cut.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace claw {
namespace {

using ordered = nlohmann::ordered_json;

struct known_command {
  std::string_view name;
  command_handler run;
};

outcome<std::string> ping(const command_call& x) {
  return "pong: " + x.payload;
}

outcome<std::string> plan_echo(const command_call& x) {
  return x.plans.propose(x.payload);
}

outcome<std::string> approve_echo(const command_call& x) {
  return x.plans.approve(x.payload);
}

outcome<std::string> repo_list(const command_call& x) {
  const auto found = x.repos.list();
  if (!found)
    return found.error();
  auto repos = ordered::array();
  for (const auto& repo : *found)
    repos.push_back({{"name", repo.name}, {"path", repo.path}});
  return repo_envelope(x, nullptr, false, {{"repos", std::move(repos)}});
}

/// Calls `ask` with the payload and the repo that it names.
template <class Ask>
outcome<std::string> about_repo(const command_call& x, Ask ask) {
  const auto payload = repo_payload(x);
  return payload ? ask(*payload, text_at(*payload, "repo")) : payload.error();
}

outcome<std::string> repo_status(const command_call& x) {
  return about_repo(x, [&](const ordered&, const std::string& repo) -> outcome<std::string> {
    const auto found = x.repos.status(repo, x.bounds);
    if (!found)
      return found.error();
    return repo_envelope(x, repo, found->truncated,
                    {{"repo", repo},
                     {"branch", found->branch},
                     {"dirty", found->dirty},
                     {"porcelain", found->porcelain}});
  });
}

outcome<std::string> repo_last_commit(const command_call& x) {
  return about_repo(x, [&](const ordered&, const std::string& repo) -> outcome<std::string> {
    const auto found = x.repos.last_commit(repo, x.bounds);
    if (!found)
      return found.error();
    return repo_envelope(x, repo, false,
                    {{"hash", found->hash},
                     {"author", found->author},
                     {"date", found->date},
                     {"subject", found->subject}});
  });
}

outcome<std::string> repo_grep(const command_call& x) {
  return about_repo(x, [&](const ordered& payload, const std::string& repo) -> outcome<std::string> {
    const auto found
        = x.repos.grep(repo, text_at(payload, "query"), text_at(payload, "path"), x.bounds);
    if (!found)
      return found.error();
    return repo_envelope(x, repo, found->truncated, {{"matches", found->lines}});
  });
}

outcome<std::string> repo_readfile(const command_call& x) {
  return about_repo(x, [&](const ordered& payload, const std::string& repo) -> outcome<std::string> {
    const auto path = text_at(payload, "path");
    if (path.empty())
      return failure{ec::bad_shape, repo_errors::path_required};
    line_range lines;
    if (!integer_at(payload, "start", lines.start))
      return failure{ec::bad_shape, "start must be an integer"};
    lines.end = default_end(lines.start);
    if (!integer_at(payload, "end", lines.end))
      return failure{ec::bad_shape, "end must be an integer"};
    const auto found = x.repos.read_file(repo, path, lines);
    if (!found)
      return found.error();
    return repo_envelope(
        x, repo, found->truncated,
        {{"path", path}, {"start", lines.start}, {"end", lines.end}, {"content", found->content}});
  });
}

outcome<std::string> capabilities(const command_call& x);

constexpr known_command known[] = {
    {"ping", ping},
    {"capabilities", capabilities},
    {"plan_echo", plan_echo},
    {"approve_echo", approve_echo},
    {"repo_list", repo_list},
    {"repo_status", repo_status},
    {"repo_last_commit", repo_last_commit},
    {"repo_grep", repo_grep},
    {"repo_readfile", repo_readfile},
    {"repo_log", repo_log_command},
    {"repo_diff", repo_diff_command},
    {"repo_show", repo_show_command},
    {"repo_blame", repo_blame_command},
    {"repo_tree", repo_tree_command},
};

outcome<std::string> capabilities(const command_call& x) {
  auto names = ordered::array();
  for (const auto& command : known)
    names.push_back(command.name);
  names.push_back("llm_task");
  for (const auto& cap : x.config.llm_caps ? x.config.llm_caps() : std::vector<std::string>{})
    names.push_back(cap);
  ordered result;
  result["worker_id"] = x.config.worker_id;
  result["capabilities"] = std::move(names);
  result["version"] = x.config.version;
  return ordered_json_text(result);
}

} // namespace

std::string repo_envelope(const command_call& x, const ordered& repo, bool truncated, ordered content) {
  ordered result;
  result["ok"] = true;
  result["worker_id"] = x.config.worker_id;
  result["command"] = x.command;
  result["repo"] = repo;
  result["truncated"] = truncated;
  result["data"] = std::move(content);
  result["error"] = nullptr;
  return ordered_json_text(result);
}

outcome<ordered> repo_payload(const command_call& x) {
  const bool ends_early = x.payload.find('\0') != std::string::npos; // for the parser: it reads no further
  auto result = ordered::parse(x.payload, nullptr, false);
  if (ends_early || !result.is_object())
    return failure{ec::bad_shape, repo_errors::bad_json};
  if (text_at(result, "repo").empty())
    return failure{ec::bad_shape, repo_errors::repo_required};
  for (const char* key : {"path", "rev", "from", "to"}) // ignored, a wrong one would widen what is asked for
    if (const auto found = result.find(key); found != result.end() && !found->is_string() && !found->is_null())
      return failure{ec::bad_shape, std::string{key} + " must be a string"};
  return result;
}

bool integer_at(const ordered& payload, const char* key, int64_t& out) {
  const auto found = payload.find(key);
  if (found == payload.end() || found->is_null())
    return true;
  if (found->is_number_unsigned() && found->get<uint64_t>() > INT64_MAX)
    return false;
  if (found->is_number_integer())
    out = found->get<int64_t>();
  return found->is_number_integer();
}

command_registry::command_registry(command_registry_config config,
                                   std::shared_ptr<repo_tools> repos,
                                   std::shared_ptr<plan_store> plans)
    : config_(std::move(config)), repos_(std::move(repos)), plans_(std::move(plans)) {
  CLAW_ASSERT(repos_ && plans_);
}

std::vector<std::string> command_registry::commands() const {
  std::vector<std::string> result;
  for (const auto& command : known)
    result.emplace_back(command.name);
  return result;
}

outcome<std::string> command_registry::run(const std::string& command, const std::string& payload,
                                           std::chrono::steady_clock::time_point deadline,
                                           const stop_token& stop) {
  const auto found = std::find_if(std::begin(known), std::end(known),
                                  [&](const known_command& x) { return x.name == command; });
  if (found == std::end(known))
    return failure{ec::bad_command, "unknown command: " + to_utf8(command)};
  try {
    return found->run({config_, *repos_, *plans_, command, payload, {deadline, stop}});
  } catch (const broken_invariant&) {
    throw;
  } catch (const std::exception& trouble) { // out of memory, a broken file system
    return failure{ec::tool_failed, std::string("command failed: ") + trouble.what()};
  }
}

} // namespace claw
