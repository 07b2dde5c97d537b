#include "llm/work_tree.hpp"

#include "llm/repo_errors.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace claw {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t entries_max = 200'000; ///< beyond them only the time limit of a command protects
constexpr std::size_t small_file_bytes_max = 4'096;

/// What git and ripgrep open wherever they meet it.
constexpr std::array<std::string_view, 5> opened_names{".gitignore", ".gitattributes", ".mailmap", ".ignore",
                                                       ".rgignore"};

/// The beginning of a file wherever it lies; "" for anything else. What stands in it decides only what is looked at.
std::string first_line_of(const fs::path& file) {
  std::error_code missing;
  if (!fs::is_regular_file(file, missing)) // to open a device may already set it off
    return {};
  const file_descriptor fd{::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)};
  struct stat about {};
  if (!fd || ::fstat(fd.get(), &about) != 0 || !S_ISREG(about.st_mode))
    return {};
  const auto text = read_all(fd.get(), small_file_bytes_max);
  return text ? text->substr(0, text->find('\n')) : std::string{};
}

/// True for a FIFO, a socket, a device; also behind a symlink.
bool is_no_file(const fs::path& x) {
  std::error_code missing;
  return fs::is_other(fs::status(x, missing));
}

/// What a line says behind its key, as a path seen from a folder.
fs::path named_in(const std::string& line, std::string_view key, const fs::path& from) {
  return line.starts_with(key) ? from / line.substr(key.size()) : fs::path{};
}

/// git opens these of a repo inside, and waits for ever where one is neither a file nor a folder.
bool inner_repo_holds_up(const fs::path& inner) {
  auto folder = inner / ".git";
  if (const auto named = named_in(first_line_of(folder), "gitdir: ", inner); !named.empty())
    folder = named;
  const auto head = named_in(first_line_of(folder / "HEAD"), "ref: ", folder);
  const auto shared = first_line_of(folder / "commondir");
  const auto common = shared.empty() ? folder : folder / shared; // in a linked worktree
  std::vector<fs::path> opened{inner / ".git", folder / "HEAD", folder / "commondir", head};
  for (const auto& at : {folder, common})
    for (const auto* name : {"config", "packed-refs", "reftable/tables.list"})
      opened.push_back(at / name);
  if (!head.empty())
    opened.push_back(common / head.lexically_relative(folder));
  return std::any_of(opened.begin(), opened.end(), is_no_file);
}

} // namespace

outcome<done> check_work_tree(const repo_scope& repo) {
  const fs::path root{repo.path()};
  std::vector<fs::path> pending{root};
  for (std::size_t seen = 0; !pending.empty();) {
    const auto folder = std::move(pending.back());
    pending.pop_back();
    std::error_code failed;
    for (fs::directory_iterator at{folder, failed}, end; !failed && at != end; at.increment(failed)) {
      if (++seen > entries_max)
        return done{};
      const auto name = at->path().filename();
      const bool opened = std::find(opened_names.begin(), opened_names.end(), name.native()) != opened_names.end();
      const bool inner_repo = name == ".git" && folder != root; // of our own, git reads a shadow
      if ((opened && is_no_file(at->path())) || (inner_repo && inner_repo_holds_up(folder)))
        return repo_errors::refused(repo_errors::holds_up);
      std::error_code gone;
      if (name != ".git" && !at->is_symlink(gone) && at->is_directory(gone))
        pending.push_back(at->path());
    }
  }
  return done{};
}

} // namespace claw
