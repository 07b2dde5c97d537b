#include "llm/git_place.hpp"

#include "llm/path_rules.hpp"
#include "llm/repo_errors.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <memory>

namespace claw {
namespace {

constexpr std::size_t small_file_bytes_max = 4'096;
constexpr int object_depth_max = 4;

std::string without_line_end(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' '))
    text.pop_back();
  return text;
}

/// A folder at exactly this place, no symlink on the way.
outcome<repo_scope> plain_folder(const repo_scope& folder, const std::string& name) {
  auto found = folder.enter(name);
  if (!found)
    return found.error();
  if (found->relative != name || !found->is_folder)
    return repo_errors::bad_layout();
  return folder.narrowed(name);
}

bool exists(const repo_scope& folder, const char* name) {
  struct stat about {};
  return ::fstatat(folder.fd(), name, &about, AT_SYMLINK_NOFOLLOW) == 0;
}

/// True when a folder of objects holds folders and regular files only.
bool holds_no_links(int folder, int depth) {
  const int copy = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const std::unique_ptr<DIR, int (*)(DIR*)> listing{copy < 0 ? nullptr : ::fdopendir(copy),
                                                    &::closedir};
  if (!listing || depth > object_depth_max)
    return false;
  while (const auto* entry = ::readdir(listing.get())) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..")
      continue;
    struct stat about {};
    auto type = entry->d_type;
    if (type == DT_UNKNOWN && ::fstatat(copy, entry->d_name, &about, AT_SYMLINK_NOFOLLOW) == 0)
      type = S_ISREG(about.st_mode) ? DT_REG : S_ISDIR(about.st_mode) ? DT_DIR : DT_UNKNOWN;
    if (type == DT_DIR) {
      const file_descriptor inner{
          ::openat(copy, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
      if (!inner || !holds_no_links(inner.get(), depth + 1))
        return false;
    } else if (type != DT_REG) {
      return false;
    }
  }
  return true;
}

/// `a/../b` -> `b`; @returns "" where it would climb above the root.
std::string normalised(const std::string& absolute) {
  std::vector<std::string_view> kept;
  for (const auto name : path_components(absolute)) {
    if (name != "..") {
      kept.push_back(name);
    } else {
      if (kept.empty())
        return {};
      kept.pop_back();
    }
  }
  std::string result;
  for (const auto name : kept)
    result.append("/").append(name);
  return result;
}

/// A linked worktree: its `.git` file names <main>/.git/worktrees/<name>, whose `gitdir` names this worktree back.
outcome<git_place> linked_worktree(const repo_scope& base, const repo_scope& repo, const std::string& target) {
  const auto below_base = base.path().size() + 1;
  auto own = plain_folder(base, target.substr(below_base));
  auto common = plain_folder(base, normalised(target + "/../..").substr(below_base));
  if (!own || !common)
    return repo_errors::bad_layout();
  const auto back = read_plain(*own, "gitdir", small_file_bytes_max);
  const auto up = read_plain(*own, "commondir", small_file_bytes_max);
  if (!back || !*back || normalised(without_line_end(**back)) != repo.path() + "/.git" || !up || !*up
      || without_line_end(**up) != "../..")
    return repo_errors::bad_layout();
  auto objects = plain_folder(*common, "objects");
  if (!objects)
    return repo_errors::bad_layout();
  return git_place{std::move(*own), std::move(*common), std::move(*objects)};
}

/// A submodule: its `.git` file names <main>/.git/modules/<name>, whose `core.worktree` names this folder back.
outcome<git_place> submodule(const repo_scope& base, const repo_scope& repo, const std::string& target) {
  const auto below_base = target.substr(base.path().size() + 1);
  auto own = plain_folder(base, below_base);
  auto common = plain_folder(base, below_base);
  if (!own || !common || exists(*own, "commondir"))
    return repo_errors::bad_layout();
  const auto back = configured_work_tree(*own);
  if (!back || back->empty()
      || normalised(back->starts_with('/') ? *back : target + '/' + *back) != repo.path())
    return repo_errors::bad_layout();
  auto objects = plain_folder(*own, "objects");
  if (!objects)
    return repo_errors::bad_layout();
  return git_place{std::move(*own), std::move(*common), std::move(*objects)};
}

/// A `.git` file. What it names must answer: without that any repo could read any other inside the base.
outcome<git_place> find_named_folder(const repo_scope& base, const repo_scope& repo) {
  const auto link = read_plain(repo, ".git", small_file_bytes_max);
  if (!link)
    return link.error();
  constexpr std::string_view prefix = "gitdir: ";
  if (!*link || !(*link)->starts_with(prefix))
    return repo_errors::refused(repo_errors::not_git);
  auto target = without_line_end((*link)->substr(prefix.size()));
  target = normalised(target.starts_with('/') ? target : repo.path() + '/' + target);
  if (!target.starts_with(base.path() + '/'))
    return repo_errors::bad_layout();
  const auto names = path_components(target);
  if (names.size() >= 3 && names[names.size() - 2] == "worktrees" && names[names.size() - 3] == ".git")
    return linked_worktree(base, repo, target);
  return target.find("/.git/modules/") != std::string::npos ? submodule(base, repo, target) : repo_errors::bad_layout();
}

outcome<git_place> find_own_folder(const repo_scope& repo) {
  auto own = plain_folder(repo, ".git");
  auto common = plain_folder(repo, ".git");
  if (!own || !common)
    return repo_errors::bad_layout();
  if (!exists(*own, "HEAD") || !exists(*own, "objects"))
    return repo_errors::refused(repo_errors::not_git);
  auto objects = plain_folder(*own, "objects");
  if (!objects)
    return repo_errors::bad_layout();
  return git_place{std::move(*own), std::move(*common), std::move(*objects)};
}

} // namespace

outcome<std::optional<std::string>> read_plain(const repo_scope& folder, const std::string& name,
                                               std::size_t bytes_max) {
  struct stat about {};
  if (::fstatat(folder.fd(), name.c_str(), &about, AT_SYMLINK_NOFOLLOW) != 0)
    return std::optional<std::string>{};
  const auto found = folder.enter(name);
  if (!found || found->is_folder || found->relative != name)
    return repo_errors::bad_layout();
  auto text = read_all(found->fd.get(), bytes_max);
  if (!text)
    return repo_errors::bad_layout();
  return std::optional{std::move(*text)};
}

outcome<git_place> find_git_place(const repo_scope& base, const repo_scope& repo) {
  struct stat about {};
  if (::fstatat(repo.fd(), ".git", &about, AT_SYMLINK_NOFOLLOW) != 0)
    return repo_errors::refused(repo_errors::not_git);
  auto place = S_ISREG(about.st_mode) ? find_named_folder(base, repo) : find_own_folder(repo);
  if (!place)
    return place;
  if (exists(place->common, "reftable") || exists(place->objects, "info/alternates")
      || exists(place->objects, "info/http-alternates"))
    return repo_errors::bad_layout();
  return place;
}

bool has_shared_index(const git_place& place) {
  const int copy = ::openat(place.own.fd(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const std::unique_ptr<DIR, int (*)(DIR*)> listing{copy < 0 ? nullptr : ::fdopendir(copy), &::closedir};
  while (const auto* entry = listing ? ::readdir(listing.get()) : nullptr)
    if (std::string_view{entry->d_name}.substr(0, 12) == "sharedindex.")
      return true;
  return false;
}

outcome<done> check_objects(const git_place& place) {
  if (!holds_no_links(place.objects.fd(), 0))
    return repo_errors::bad_layout();
  return done{};
}

} // namespace claw
