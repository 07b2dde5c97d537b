#include "llm/git_commands.hpp"

#include "llm/repo_errors.hpp"
#include "llm/text_cut.hpp"

#include <spdlog/spdlog.h>

#include <array>

namespace claw {
namespace {

constexpr std::size_t subject_bytes_max = 4'096;

outcome<child_end> run_git(const shadow_gitdir& shadow, const repo_scope& repo,
                           const repo_config& config, const call_bounds& bounds,
                           std::vector<std::string> arguments) {
  if (config.git_program.empty())
    return repo_errors::failed(repo_errors::no_git_program);
  auto command = shadow.command(config.git_program, repo, std::move(arguments));
  command.output_bytes_max = config.limits.output_bytes_max + 1;
  command.time_limit = config.limits.command_timeout;
  command.deadline = bounds.deadline;
  auto end = shadow.run(command, repo, bounds.stop);
  if (end && end->exit_code != 0 && !end->output_cut) {
    // What git says may quote the repo: for the log only, and only its size.
    spdlog::warn("event=git_failed exit_code={} error_bytes={}", end->exit_code,
                 end->errors.size());
    return repo_errors::failed(repo_errors::git_failed);
  }
  return end;
}

} // namespace

outcome<repo_state> git_status(const shadow_gitdir& shadow, const repo_scope& repo,
                               const repo_config& config, const call_bounds& bounds) {
  const auto end = run_git(shadow, repo, config, bounds,
                           {"status", "--porcelain=v1", "--untracked-files=normal", "--no-renames",
                            "--ignore-submodules=all"});
  if (!end)
    return end.error();
  const auto text = to_utf8(end->output);
  repo_state result;
  result.branch = shadow.head().branch;
  result.porcelain = cut_at_character(text, config.limits.output_bytes_max);
  result.dirty = !text.empty();
  result.truncated = end->output_cut || result.porcelain.size() < text.size();
  return result;
}

outcome<commit_summary> git_last_commit(const shadow_gitdir& shadow, const repo_scope& repo,
                                        const repo_config& config, const call_bounds& bounds) {
  if (!shadow.head().hash)
    return repo_errors::failed(repo_errors::no_commits);
  const auto end
      = run_git(shadow, repo, config, bounds,
                {"log", "-1", "--no-show-signature", "--no-color", "--no-decorate", "--no-notes",
                 "--no-ext-diff", "--no-textconv", "--format=%H%x00%an <%ae>%x00%aI%x00%s",
                 "--end-of-options", "HEAD", "--"});
  if (!end)
    return end.error();
  std::array<std::string, 4> fields;
  std::string_view rest = end->output;
  for (auto& field : fields) {
    const auto stop = std::min(rest.find('\0'), rest.size());
    field = to_utf8(rest.substr(0, stop));
    rest.remove_prefix(std::min(stop + 1, rest.size()));
  }
  auto& subject = fields[3];
  subject = cut_at_character(subject.substr(0, subject.find('\n')), subject_bytes_max);
  return commit_summary{fields[0], fields[1], fields[2], subject};
}

} // namespace claw
