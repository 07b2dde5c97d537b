#include "llm/git_submodules.hpp"

#include "llm/git_place.hpp"
#include "llm/git_refs.hpp"
#include "llm/path_rules.hpp"
#include "llm/repo_errors.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

namespace claw {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t index_listing_bytes_max = 16U << 20;
constexpr std::size_t submodules_max = 200;
constexpr std::size_t config_bytes_max = 1U << 20;
constexpr std::size_t small_file_bytes_max = 4'096;

/// Where the index has submodules. none: it cannot be told, or they are too many.
std::optional<std::vector<std::string>> submodule_paths(const git_reader& git) {
  const auto end = git.run({"ls-files", "--stage", "-z"}, index_listing_bytes_max);
  if (!end || end->output_cut)
    return std::nullopt;
  std::vector<std::string> result;
  for (std::string_view rest = end->output; !rest.empty();) {
    const auto record = rest.substr(0, rest.find('\0'));
    rest.remove_prefix(std::min(record.size() + 1, rest.size()));
    if (!record.starts_with("160000 "))
      continue;
    result.emplace_back(record.substr(std::min(record.find('\t'), record.size() - 1) + 1));
    if (result.size() > submodules_max)
      return std::nullopt;
  }
  return result;
}

bool is_plain(const git_reader& git, const std::string& path) {
  const auto folder = git.repo.narrowed(path);
  const auto place = folder ? find_git_place(git.base, *folder) : outcome<git_place>{folder.error()};
  return place && read_head(*place) && read_plain(place->common, "config", config_bytes_max);
}

/// The beginning of a file wherever it lies; "" for anything else. What stands in it decides only what is looked at.
std::string first_line_of(const fs::path& file) {
  const file_descriptor fd{::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)};
  struct stat about {};
  if (!fd || ::fstat(fd.get(), &about) != 0 || !S_ISREG(about.st_mode))
    return {};
  const auto text = read_all(fd.get(), small_file_bytes_max);
  return text ? text->substr(0, text->find('\n')) : std::string{};
}

/// What a line says behind its key, as a path seen from a folder.
fs::path named_in(const std::string& line, std::string_view key, const fs::path& from) {
  return line.starts_with(key) ? from / line.substr(key.size()) : fs::path{};
}

/// git opens these, and waits for ever where one is neither a file nor a folder.
bool holds_git_up(const fs::path& submodule) {
  auto folder = submodule / ".git";
  if (const auto named = named_in(first_line_of(folder), "gitdir: ", submodule); !named.empty())
    folder = named;
  const auto head = named_in(first_line_of(folder / "HEAD"), "ref: ", folder);
  const auto shared = first_line_of(folder / "commondir");
  const auto common = shared.empty() ? folder : folder / shared; // in a linked worktree
  std::vector<fs::path> opened{submodule / ".git", folder / "HEAD", folder / "commondir", head};
  for (const auto& at : {folder, common})
    for (const auto* name : {"config", "packed-refs", "reftable/tables.list"})
      opened.push_back(at / name);
  if (!head.empty())
    opened.push_back(common / head.lexically_relative(folder));
  return std::any_of(opened.begin(), opened.end(), [](const fs::path& x) {
    std::error_code missing;
    return fs::is_other(fs::status(x, missing));
  });
}

} // namespace

outcome<std::string> ignored_submodules(const git_reader& git) {
  const auto paths = submodule_paths(git);
  bool all_plain = paths.has_value();
  for (const auto& path : paths.value_or(std::vector<std::string>{})) {
    const auto folder = fs::path{git.repo.path()} / path;
    if (holds_git_up(folder))
      return repo_errors::refused(repo_errors::refused_layout);
    std::error_code missing;
    all_plain = all_plain && (!fs::exists(folder / ".git", missing) || is_plain(git, path));
  }
  return std::string(all_plain ? "--ignore-submodules=dirty" : "--ignore-submodules=all");
}

} // namespace claw
