#include "llm/repo_tools.hpp"

#include "llm/git_patch.hpp"
#include "llm/path_rules.hpp"
#include "llm/repo_errors.hpp"
#include "llm/repo_scope.hpp"
#include "llm/repo_search.hpp"
#include "llm/shadow_gitdir.hpp"
#include "llm/text_cut.hpp"
#include "llm/work_tree.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <utility>

namespace claw {
namespace {

/// @returns "" when it is in none of the folders of PATH.
std::string in_path(const char* program) {
  const auto* path = std::getenv("PATH");
  std::string_view folders = path ? path : "/usr/local/bin:/usr/bin:/bin";
  while (!folders.empty()) {
    const auto end = std::min(folders.find(':'), folders.size());
    const auto candidate = std::string(folders.substr(0, end)) + '/' + program;
    folders.remove_prefix(std::min(end + 1, folders.size()));
    if (candidate.starts_with('/') && ::access(candidate.c_str(), X_OK) == 0)
      return std::filesystem::canonical(candidate).string();
  }
  return {};
}

std::string shadow_folder(const repo_config& config) {
  return config.state_dir + "/shadow";
}

/// A repo of the allowlist, open.
struct open_repo {
  repo_scope base, root;
};

/// Where an allowlist's path lies below the base. Absolute paths count as the operator or as the
/// kernel writes the base.
outcome<std::string> path_below_base(const repo_config& config, const repo_scope& base,
                                     const std::string& path) {
  std::string relative = path;
  if (path.starts_with('/')) {
    relative = "/";
    for (const auto& prefix : {config.base, base.path()})
      if (path == prefix || path.starts_with(prefix.ends_with('/') ? prefix : prefix + '/'))
        relative = path.substr(std::min(path.size(), prefix.size() + 1));
  }
  const auto checked = checked_relative_path(relative);
  if (!checked)
    return repo_errors::refused(repo_errors::outside_base);
  return *checked;
}

outcome<open_repo> open_at(const repo_config& config, const std::string& path) {
  auto base = config.base.empty() ? outcome<repo_scope>{failure{ec::not_configured, ""}}
                                  : repo_scope::open(config.base);
  if (!base)
    return repo_errors::refused(repo_errors::outside_base);
  const auto relative = path_below_base(config, *base, path);
  if (!relative)
    return relative.error();
  auto root = base->narrowed(*relative);
  if (!root)
    return repo_errors::refused(root.error().why == repo_errors::path_outside
                                    ? repo_errors::outside_base
                                    : repo_errors::not_git);
  return open_repo{std::move(*base), std::move(*root)};
}

/// The repo of this name on the allowlist.
outcome<open_repo> open_listed(const repo_config& config, repo_allowlist& allowlist, const std::string& name) {
  const auto path = allowlist.path_of(name);
  if (!path)
    return path.error();
  return open_at(config, *path);
}

/// The same, which must be a git repo.
outcome<open_repo> open_git_repo(const repo_config& config, repo_allowlist& allowlist, const std::string& name) {
  auto repo = open_listed(config, allowlist, name);
  if (!repo)
    return repo;
  if (const auto place = find_git_place(repo->base, repo->root); !place)
    return place.error();
  return repo;
}

outcome<shadow_gitdir> shadow_of(const repo_config& config, const open_repo& repo) {
  std::error_code failed;
  std::filesystem::create_directories(shadow_folder(config), failed);
  return shadow_gitdir::make(repo.base, repo.root, shadow_folder(config));
}

/// Asks git about a repo of the allowlist. However many programs an answer takes, they share one time limit.
template <class Ask>
auto with_git(const repo_config& config, repo_allowlist& allowlist, const std::string& name, call_bounds bounds,
              Ask ask) -> decltype(ask(std::declval<const git_reader&>())) {
  const auto repo = open_listed(config, allowlist, name);
  if (!repo)
    return repo.error();
  if (const auto checked = check_work_tree(repo->root); !checked)
    return checked.error();
  const auto shadow = shadow_of(config, *repo);
  if (!shadow)
    return shadow.error();
  bounds.deadline = std::min(bounds.deadline, std::chrono::steady_clock::now() + config.limits.command_timeout);
  return ask(git_reader{*shadow, repo->base, repo->root, config, bounds});
}

outcome<done> check_lines(const line_range& lines, const repo_limits& limits) {
  if (lines.start < 1)
    return repo_errors::refused(repo_errors::bad_start);
  if (lines.end < lines.start)
    return repo_errors::refused(repo_errors::bad_end);
  if (lines.end - lines.start >= limits.lines_max)
    return repo_errors::refused(repo_errors::too_many_lines(limits.lines_max));
  return done{};
}

/// The lines of the range; counts all.
file_excerpt excerpt(std::string_view text, const line_range& lines, std::size_t bytes_max) {
  file_excerpt result;
  std::string_view kept;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    ++result.total_lines;
    if (result.total_lines == lines.start)
      kept = text.substr(0, end);
    else if (result.total_lines > lines.start && result.total_lines <= lines.end)
      kept = {kept.data(), static_cast<std::size_t>(text.data() + end - kept.data())};
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  const auto shown = to_utf8(kept);
  result.content = cut_at_character(shown, bytes_max);
  result.truncated = result.content.size() < shown.size();
  return result;
}

} // namespace

repo_tools::repo_tools(repo_config config)
    : config_(std::move(config)), allowlist_(config_.allowlist, config_.state_dir + "/repos.json") {
  if (config_.git_program.empty())
    config_.git_program = in_path("git");
  if (config_.without_rg)
    config_.rg_program.clear();
  else if (config_.rg_program.empty())
    config_.rg_program = in_path("rg");
  clear_shadows(shadow_folder(config_));
}

std::string repo_tools::description() const {
  return (config_.rg_program.empty() ? "search: git grep; walls: " : "search: ripgrep; walls: ")
         + active_walls();
}

outcome<std::vector<listed_repo>> repo_tools::list() {
  const auto entries = allowlist_.entries();
  if (!entries)
    return entries.error();
  std::vector<listed_repo> result;
  for (const auto& [name, path] : *entries)
    if (const auto repo = open_at(config_, path); repo && find_git_place(repo->base, repo->root))
      result.push_back({to_utf8(name), to_utf8(repo->root.path())});
  return result;
}

outcome<repo_state> repo_tools::status(const std::string& repo, const call_bounds& bounds) {
  return with_git(config_, allowlist_, repo, bounds, git_status);
}

outcome<commit_summary> repo_tools::last_commit(const std::string& repo,
                                                const call_bounds& bounds) {
  return with_git(config_, allowlist_, repo, bounds, git_last_commit);
}

outcome<commit_log> repo_tools::log(const std::string& repo, const log_question& asked, const call_bounds& bounds) {
  return with_git(config_, allowlist_, repo, bounds, [&](const git_reader& git) { return git_log(git, asked); });
}

outcome<repo_changes> repo_tools::diff(const std::string& repo, const diff_question& asked,
                                       const call_bounds& bounds) {
  return with_git(config_, allowlist_, repo, bounds, [&](const git_reader& git) { return git_diff(git, asked); });
}

outcome<shown_commit> repo_tools::show(const std::string& repo, const show_question& asked,
                                       const call_bounds& bounds) {
  return with_git(config_, allowlist_, repo, bounds, [&](const git_reader& git) { return git_show(git, asked); });
}

outcome<blamed_lines> repo_tools::blame(const std::string& repo, const blame_question& asked,
                                        const call_bounds& bounds) {
  if (asked.path.empty())
    return repo_errors::refused(repo_errors::path_required);
  if (const auto checked = check_lines(asked.lines, config_.limits); !checked)
    return checked.error();
  return with_git(config_, allowlist_, repo, bounds, [&](const git_reader& git) { return git_blame(git, asked); });
}

outcome<tree_listing> repo_tools::tree(const std::string& repo, const tree_question& asked,
                                       const call_bounds& bounds) {
  return with_git(config_, allowlist_, repo, bounds, [&](const git_reader& git) { return git_tree(git, asked); });
}

outcome<repo_matches> repo_tools::grep(const std::string& repo, const std::string& query,
                                       const std::string& path, const call_bounds& bounds) {
  if (const auto checked = check_query(query); !checked)
    return checked.error();
  const auto root = open_git_repo(config_, allowlist_, repo);
  if (!root)
    return root.error();
  const auto target = root->root.enter_for_stranger(path);
  if (!target)
    return target.error();
  if (const auto checked = check_work_tree(root->root); !checked)
    return checked.error();
  const search_place place{root->root, *target};
  if (!config_.rg_program.empty())
    return search_with_rg(place, query, config_, bounds);
  const auto shadow = shadow_of(config_, *root);
  if (!shadow)
    return shadow.error();
  return search_with_git(*shadow, place, query, config_, bounds);
}

outcome<file_excerpt> repo_tools::read_file(const std::string& repo, const std::string& path,
                                            const line_range& lines) {
  if (path.empty())
    return repo_errors::refused(repo_errors::path_required);
  if (const auto checked = check_lines(lines, config_.limits); !checked)
    return checked.error();
  const auto root = open_git_repo(config_, allowlist_, repo);
  if (!root)
    return root.error();
  const auto file = root->root.enter_for_stranger(path);
  if (!file)
    return file.error();
  if (file->is_folder)
    return repo_errors::failed(repo_errors::not_a_file);
  const auto bytes_max = config_.limits.file_bytes_max;
  if (file->bytes > bytes_max)
    return repo_errors::refused(repo_errors::file_too_large(bytes_max));
  const auto text = read_all(file->fd.get(), bytes_max);
  if (!text) // it grew, or the disk failed
    return text.error().code == ec::io_failed
               ? text.error()
               : repo_errors::refused(repo_errors::file_too_large(bytes_max));
  return excerpt(*text, lines, config_.limits.output_bytes_max);
}

} // namespace claw
