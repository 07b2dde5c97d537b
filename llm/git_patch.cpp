#include "llm/git_patch.hpp"

#include "actors/domain/ascii.hpp"
#include "llm/git_submodules.hpp"
#include "llm/line_witness.hpp"
#include "llm/patch_sections.hpp"
#include "llm/path_rules.hpp"
#include "llm/repo_errors.hpp"
#include "llm/text_cut.hpp"

#include <algorithm>
#include <set>

namespace claw {
namespace {

constexpr std::size_t names_bytes_max = 1U << 20;
constexpr std::size_t shown_files_max = 200;
constexpr std::size_t shown_path_bytes_max = 65'536; // all paths of one command line
constexpr std::size_t body_bytes_max = 4'096;
constexpr std::size_t raw_bytes_extra = 65'536;

struct two_sides {
  std::string from;
  std::string to; ///< "" for the work tree
  std::string path;
  std::string submodules; ///< which of their changes are ignored, as git is told
};

two_sides sides_of(const git_reader& git, std::string from, std::string to, std::string path) {
  // Between commits nothing of a submodule is read.
  auto submodules = to.empty() ? ignored_submodules(git) : std::string{"--ignore-submodules=dirty"};
  return {std::move(from), std::move(to), std::move(path), std::move(submodules)};
}

/// The arguments of every diff, up to the paths.
std::vector<std::string> diff_arguments(const two_sides& sides, std::initializer_list<const char*> form) {
  std::vector<std::string> result{"diff",
                                  "--no-color",
                                  "--no-renames",
                                  "--no-ext-diff",
                                  "--no-textconv",
                                  sides.submodules,
                                  "--submodule=short",
                                  "--src-prefix=a/",
                                  "--dst-prefix=b/"};
  result.insert(result.end(), form.begin(), form.end());
  result.push_back(sides.from);
  if (!sides.to.empty())
    result.push_back(sides.to);
  result.emplace_back("--");
  return result;
}

struct changed_files {
  std::vector<std::string> shown;
  int64_t all = 0;
  int64_t withheld = 0; ///< hold credentials, or have names that cannot be told apart in a patch
  bool truncated = false;
};

outcome<changed_files> list_changes(const git_reader& git, const two_sides& sides) {
  auto arguments = diff_arguments(sides, {"--name-only", "-z"});
  if (!sides.path.empty())
    arguments.push_back(sides.path);
  const auto end = git.run(std::move(arguments), names_bytes_max);
  if (!end)
    return end.error();
  changed_files result;
  result.truncated = end->output_cut;
  std::string_view rest = end->output;
  if (end->output_cut)
    rest = rest.substr(0, rest.rfind('\0') + 1);
  std::size_t bytes = 0;
  std::set<std::string_view> seen; // an unmerged file is named twice
  while (!rest.empty()) {
    const auto path = rest.substr(0, rest.find('\0'));
    rest.remove_prefix(std::min(path.size() + 1, rest.size()));
    if (!seen.insert(path).second)
      continue;
    ++result.all;
    bytes += path.size() + 1;
    if (!is_plain_path(path) || enters_git_folder(path) || names_credentials(path))
      ++result.withheld;
    else if (result.shown.size() < shown_files_max && bytes < shown_path_bytes_max)
      result.shown.emplace_back(path);
    else
      result.truncated = true;
  }
  return result;
}

/// True when all that a section says of a file of the work tree stands in that file.
bool stands_there(line_witness& witness, const std::string& path, std::string_view section) {
  const auto without_return
      = [](std::string_view line) { return line.ends_with('\r') ? line.substr(0, line.size() - 1) : line; };
  return check_new_lines(section, [&](std::size_t number, std::string_view text) {
    const auto line = witness.line(path, number);
    return line && without_return(*line) == without_return(text);
  });
}

/// What of git's output may be shown: the sections of the files that were asked for.
std::string shown_sections(const git_reader& git, const two_sides& sides, const changed_files& files,
                           std::string_view output) {
  std::string result;
  line_witness witness{git.repo};
  while (!output.empty()) {
    const auto section = next_section(output);
    const auto header = first_line(section);
    const auto path = std::find_if(files.shown.begin(), files.shown.end(),
                                   [&](const std::string& x) { return header == patch_header(x); });
    if (path == files.shown.end())
      continue;
    if (sides.to.empty() && !names_submodule_commits(section) && !stands_there(witness, *path, section))
      result.append(header).append("\n[this file is stored in another form, or changed while it was read]\n");
    else
      result += section;
  }
  return to_utf8(result);
}

/// The last whole line and all before it.
std::string_view whole_lines(std::string_view text) {
  return text.substr(0, text.rfind('\n') + 1);
}

outcome<patch_text> git_changes(const git_reader& git, const two_sides& sides) {
  const auto files = list_changes(git, sides);
  if (!files)
    return files.error();
  patch_text result{"", files->all, files->truncated};
  if (!files->shown.empty()) {
    auto arguments = diff_arguments(sides, {"--patch", "--unified=3"});
    arguments.insert(arguments.end(), files->shown.begin(), files->shown.end());
    const auto bytes_max = git.config.limits.output_bytes_max;
    const auto end = git.run(std::move(arguments), bytes_max + raw_bytes_extra);
    if (!end)
      return end.error();
    const std::string_view output = end->output;
    const auto text = shown_sections(git, sides, *files, end->output_cut ? whole_lines(output) : output);
    result.text = cut_at_character(text, bytes_max);
    if (end->output_cut || result.text.size() < text.size()) {
      result.text = whole_lines(result.text);
      result.truncated = true;
    }
  }
  if (files->withheld > 0)
    result.text += "[" + std::to_string(files->withheld)
                   + " changed files are not shown: they hold credentials or have unusual names]\n";
  return result;
}

/// What a commit without parents is compared with. @source gittutorial-2(7): the empty tree is known to every git
std::string empty_tree(const std::string& some_hash) {
  return some_hash.size() == 64 ? "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321"
                                : "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
}

} // namespace

outcome<repo_changes> git_diff(const git_reader& git, const diff_question& asked) {
  const auto path = checked_history_path(asked.path);
  if (!path)
    return path.error();
  const auto from = git_commit(git, asked.from);
  if (!from)
    return from.error();
  std::string to;
  if (!asked.to.empty()) {
    auto named = git_commit(git, asked.to);
    if (!named)
      return named.error();
    to = std::move(*named);
  }
  auto patch = git_changes(git, sides_of(git, *from, to, *path));
  if (!patch)
    return patch.error();
  return repo_changes{*from, to, std::move(*patch)};
}

outcome<shown_commit> git_show(const git_reader& git, const show_question& asked) {
  const auto path = checked_history_path(asked.path);
  if (!path)
    return path.error();
  const auto at = git_commit(git, asked.revision);
  if (!at)
    return at.error();
  const auto end = git.run({"log", "-1", "--no-show-signature", "--no-color", "--no-decorate", "--no-notes",
                            "--no-ext-diff", "--no-textconv", "--no-patch", "--no-mailmap",
                            std::string("--format=") + summary_format + "%P%x00%b%x00", "--end-of-options", *at, "--"},
                           git.config.limits.output_bytes_max + raw_bytes_extra);
  if (!end)
    return end.error();
  std::string_view fields = end->output;
  shown_commit result;
  result.summary = next_summary(fields);
  const auto parents = next_git_field(fields);
  const auto body = next_git_field(fields);
  result.body = cut_at_character(trimmed(body), body_bytes_max);
  const auto parent = parents.substr(0, parents.find(' '));
  auto patch = git_changes(git, sides_of(git, is_full_hash(parent) ? parent : empty_tree(*at), *at, *path));
  if (!patch)
    return patch.error();
  result.patch = std::move(*patch);
  return result;
}

} // namespace claw
