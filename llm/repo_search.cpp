#include "llm/repo_search.hpp"

#include "llm/line_witness.hpp"
#include "llm/path_rules.hpp"
#include "llm/repo_errors.hpp"
#include "llm/text_cut.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace claw {
namespace {

constexpr std::size_t query_bytes_max = 4'096;
constexpr std::size_t raw_bytes_extra = 65'536;
constexpr std::size_t error_characters_max = 200;
constexpr std::size_t line_bytes_max = 500;

struct match {
  std::string path; ///< relative to the repo
  std::size_t line = 0;
  std::string_view text;
};

/// One record `path NUL line : text LF`. Takes it off `raw`; @returns none for what is no record.
std::optional<match> next_match(std::string_view& raw) {
  const auto nul = raw.find('\0');
  if (nul == raw.npos) {
    raw = {};
    return std::nullopt;
  }
  auto path = raw.substr(0, nul);
  raw.remove_prefix(nul + 1);
  const auto end = std::min(raw.find('\n'), raw.size());
  auto rest = raw.substr(0, end);
  raw.remove_prefix(std::min(end + 1, raw.size()));
  // Notes such as "binary file matches" are lines of their own, without a NUL, before the next path.
  if (const auto note_end = path.rfind('\n'); note_end != path.npos)
    path.remove_prefix(note_end + 1);
  match result;
  result.path = path;
  const auto number = std::from_chars(rest.data(), rest.data() + rest.size(), result.line);
  const auto digits = static_cast<std::size_t>(number.ptr - rest.data());
  if (number.ec != std::errc{} || digits >= rest.size() || result.line == 0
      || (rest[digits] != ':' && rest[digits] != '\0'))
    return std::nullopt;
  result.text = rest.substr(digits + 1);
  return result;
}

/// Whether a line that was found stands there.
bool confirmed(line_witness& witness, const match& x) {
  const auto line = witness.line(x.path, x.line);
  if (!line)
    return false;
  if (line->size() <= line_bytes_max)
    return *line == x.text;
  // ripgrep shortens long lines and says so behind the cut; git does not shorten.
  const auto cut = std::min(x.text.rfind(" [... "), x.text.size());
  return line->starts_with(x.text.substr(0, cut));
}

/// Brings a path as the program printed it back to the repo's root.
std::string path_in_repo(std::string path, const opened_path& target) {
  if (!target.is_folder)
    return target.relative;
  if (path.starts_with("./"))
    path.erase(0, 2);
  return target.relative.empty() ? path : target.relative + '/' + path;
}

template <class ToRepoPath>
repo_matches shown(const child_end& end, const search_place& place, std::size_t bytes_max,
                   ToRepoPath to_repo_path) {
  repo_matches result;
  result.truncated = end.output_cut;
  line_witness witness{place.repo};
  std::string_view raw = end.output;
  if (end.output_cut) // the last record is not whole
    raw = raw.substr(0, raw.rfind('\n') + 1);
  while (!raw.empty()) {
    auto found = next_match(raw);
    if (!found)
      continue;
    found->path = to_repo_path(std::move(found->path));
    // A single file was handed over open: it cannot have become another.
    if (place.target.is_folder && !confirmed(witness, *found))
      continue;
    auto text = found->text;
    if (text.ends_with('\r'))
      text.remove_suffix(1);
    if (!result.lines.empty())
      result.lines += '\n';
    result.lines += found->path + ':' + std::to_string(found->line) + ':'
                    + std::string(cut_at_character(to_utf8(text), line_bytes_max + 40));
    if (result.lines.size() > bytes_max) {
      result.lines = cut_at_character(result.lines, bytes_max);
      result.truncated = true;
      break;
    }
  }
  return result;
}

/// What a program said about the query, made one plain line.
failure invalid_query(const std::string& errors) {
  auto text = to_utf8(errors);
  if (const auto reason = text.rfind("error: "); reason != text.npos)
    text.erase(0, reason + 7);
  std::replace(text.begin(), text.end(), '\n', ' ');
  const auto end = text.find_last_not_of(' ');
  text.resize(end == text.npos ? 0 : end + 1);
  return repo_errors::failed("invalid query: "
                             + std::string(first_characters(text, error_characters_max)));
}

outcome<child_end> judged(outcome<child_end> end, int error_code) {
  if (!end || end->output_cut || end->exit_code < error_code || !end->output.empty())
    return end;
  if (end->exit_code > error_code || end->errors.empty())
    return end->exit_code > error_code
               ? outcome<child_end>{repo_errors::failed(repo_errors::search_failed)}
               : end;
  return invalid_query(end->errors);
}

bool has_upper_case(std::string_view query) {
  for (std::size_t i = 0; i < query.size(); ++i) {
    if (query[i] == '\\')
      ++i; // \W and \S are classes, not letters
    else if (query[i] >= 'A' && query[i] <= 'Z')
      return true;
  }
  return false;
}

void set_bounds(child_command& command, const repo_config& config, const call_bounds& bounds) {
  command.output_bytes_max = config.limits.output_bytes_max * 2 + raw_bytes_extra;
  command.time_limit = config.limits.command_timeout;
  command.deadline = bounds.deadline;
}

std::vector<std::string> rg_arguments(const std::string& query, bool folder) {
  std::vector<std::string> result{"--no-config",
                                  "--no-follow",
                                  "--no-ignore-global",
                                  "--no-ignore-parent",
                                  "--no-ignore-exclude",
                                  "--no-require-git",
                                  "--no-messages",
                                  "--no-ignore-messages",
                                  "--hidden",
                                  "--encoding=none",
                                  "--engine=default",
                                  "--color=never",
                                  "--no-heading",
                                  "--with-filename",
                                  "--line-number",
                                  "--null",
                                  "--smart-case",
                                  "--sort=path",
                                  "--no-search-zip",
                                  "--no-pre",
                                  "--one-file-system",
                                  "--max-columns=" + std::to_string(line_bytes_max),
                                  "--max-columns-preview",
                                  "--max-filesize=" + std::to_string(line_witness::file_bytes_max)};
  result.push_back("--iglob=!.git");
  for (const auto& glob : credential_globs())
    result.push_back("--iglob=!" + glob);
  result.push_back("-e");
  result.push_back(query);
  result.push_back("--");
  result.push_back(folder ? "./" : "-");
  return result;
}

} // namespace

outcome<done> check_query(std::string_view query) {
  if (query.empty())
    return repo_errors::refused(repo_errors::query_required);
  if (query.size() > query_bytes_max)
    return repo_errors::refused(repo_errors::query_too_long);
  std::string without_tabs(query);
  std::replace(without_tabs.begin(), without_tabs.end(), '\t', ' ');
  if (!is_utf8(query) || has_control_character(without_tabs))
    return repo_errors::refused(repo_errors::bad_query_text);
  return done{};
}

outcome<repo_matches> search_with_rg(const search_place& place, const std::string& query,
                                     const repo_config& config, const call_bounds& bounds) {
  const auto& target = place.target;
  child_command command;
  command.program = config.rg_program;
  command.arguments = rg_arguments(query, target.is_folder);
  command.environment = {"HOME=/nonexistent", "PATH=/nonexistent", "LC_ALL=C"};
  command.working_folder = target.is_folder ? target.fd.get() : place.repo.fd();
  command.input = target.is_folder ? -1 : target.fd.get();
  set_bounds(command, config, bounds);
  const child_walls walls{wall_gates{{command.program}, {place.repo.fd()}}};
  const auto end = judged(run_child(command, walls, bounds.stop), 2);
  if (!end)
    return end.error();
  return shown(*end, place, config.limits.output_bytes_max,
               [&](std::string path) { return path_in_repo(std::move(path), target); });
}

outcome<repo_matches> search_with_git(const shadow_gitdir& shadow, const search_place& place,
                                      const std::string& query, const repo_config& config,
                                      const call_bounds& bounds) {
  if (config.git_program.empty())
    return repo_errors::failed(repo_errors::no_git_program);
  std::vector<std::string> arguments{"grep",
                                     "--no-color",
                                     "-n",
                                     "-I",
                                     "--null",
                                     "--full-name",
                                     "--no-textconv",
                                     "--no-recurse-submodules",
                                     "--untracked",
                                     "--threads=1",
                                     "--extended-regexp"};
  if (!has_upper_case(query))
    arguments.push_back("-i");
  arguments.insert(arguments.end(), {"-e", query, "--"});
  arguments.push_back(place.target.relative.empty() ? "." : place.target.relative);
  auto command = shadow.command(config.git_program, place.repo, std::move(arguments));
  set_bounds(command, config, bounds);
  const auto end = judged(shadow.run(command, place.repo, bounds.stop), 128);
  if (!end)
    return end.error();
  return shown(*end, place, config.limits.output_bytes_max, [](std::string path) { return path; });
}

} // namespace claw
