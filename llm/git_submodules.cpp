#include "llm/git_submodules.hpp"

#include "llm/git_place.hpp"
#include "llm/git_refs.hpp"

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
  return place && read_head(*place) && read_plain(place->common, "config", git_config_bytes_max);
}

} // namespace

std::string ignored_submodules(const git_reader& git) {
  const auto paths = submodule_paths(git);
  bool all_plain = paths.has_value();
  for (const auto& path : paths.value_or(std::vector<std::string>{})) {
    std::error_code missing;
    const bool checked_out = fs::exists(fs::path{git.repo.path()} / path / ".git", missing);
    all_plain = all_plain && (!checked_out || is_plain(git, path));
  }
  return all_plain ? "--ignore-submodules=dirty" : "--ignore-submodules=all";
}

} // namespace claw
