#include "llm/git_commands.hpp"

#include "llm/git_submodules.hpp"
#include "llm/repo_errors.hpp"
#include "llm/text_cut.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace claw {
namespace {

constexpr std::size_t subject_bytes_max = 4'096;

} // namespace

outcome<child_end> git_reader::run(std::vector<std::string> arguments, std::size_t output_bytes_max) const {
  if (config.git_program.empty())
    return repo_errors::failed(repo_errors::no_git_program);
  const bool with_index = arguments.front() == "status" || arguments.front() == "diff";
  auto command = shadow.command(config.git_program, repo, std::move(arguments));
  command.output_bytes_max = output_bytes_max;
  command.time_limit = config.limits.command_timeout;
  command.deadline = bounds.deadline;
  auto end = shadow.run(command, repo, bounds.stop);
  if (end && end->exit_code != 0 && !end->output_cut) {
    // What git says may quote the repo: for the log only, and only its size.
    spdlog::warn("event=git_failed exit_code={} error_bytes={}", end->exit_code,
                 end->errors.size());
    return repo_errors::failed(with_index && shadow.lacks_shared_index() ? repo_errors::split_index
                                                                         : repo_errors::git_failed);
  }
  return end;
}

std::string next_git_field(std::string_view& rest) {
  const auto stop = std::min(rest.find('\0'), rest.size());
  auto field = to_utf8(rest.substr(0, stop));
  rest.remove_prefix(std::min(stop + 1, rest.size()));
  return field;
}

commit_summary next_summary(std::string_view& rest) {
  commit_summary x;
  for (auto* field : {&x.hash, &x.author, &x.date, &x.subject})
    *field = next_git_field(rest);
  x.subject = cut_at_character(x.subject.substr(0, x.subject.find('\n')), subject_bytes_max);
  return x;
}

outcome<repo_state> git_status(const git_reader& git) {
  const auto bytes_max = git.config.limits.output_bytes_max;
  const auto end = git.run({"status", "--porcelain=v1", "--untracked-files=normal", "--no-renames",
                            ignored_submodules(git)}, // no other git is started, to look into them
                           bytes_max + 1);
  if (!end)
    return end.error();
  const auto text = to_utf8(end->output);
  repo_state result;
  result.branch = git.shadow.head().branch;
  result.porcelain = cut_at_character(text, bytes_max);
  result.dirty = !text.empty();
  result.truncated = end->output_cut || result.porcelain.size() < text.size();
  return result;
}

outcome<commit_summary> git_last_commit(const git_reader& git) {
  if (!git.shadow.head().hash)
    return repo_errors::failed(repo_errors::no_commits);
  const auto end = git.run({"log", "-1", "--no-show-signature", "--no-color", "--no-decorate", "--no-notes",
                            "--no-ext-diff", "--no-textconv", std::string("--format=") + summary_format,
                            "--end-of-options", "HEAD", "--"},
                           git.config.limits.output_bytes_max + 1);
  if (!end)
    return end.error();
  std::string_view fields = end->output;
  return next_summary(fields);
}

} // namespace claw
