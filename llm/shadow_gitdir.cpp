#include "llm/shadow_gitdir.hpp"

#include "llm/repo_errors.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>

namespace claw {
namespace {

constexpr std::size_t exclude_bytes_max = 1'048'576;
constexpr std::size_t shallow_bytes_max = 16U << 20;
constexpr std::size_t index_bytes_max = 512U << 20;
constexpr int objects_number = 10; // the descriptor under which git finds the objects

/// Behind the repo's own few lines, so that these win.
constexpr std::string_view our_config = R"([core]
	bare = false
	fsmonitor = false
	untrackedCache = false
	preloadIndex = false
	hooksPath = /dev/null
	attributesFile = /dev/null
	excludesFile = /dev/null
	pager = cat
	quotePath = false
	packedGitLimit = 512m
	packedGitWindowSize = 64m
[protocol]
	allow = never
[gc]
	auto = 0
[submodule]
	recurse = false
[log]
	showSignature = false
[index]
	threads = 1
[grep]
	threads = 1
)";

failure no_disk(const char* what) {
  return io_failure(what, errno);
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto count = ::write(fd, text.data(), text.size());
    if (count < 0 && errno != EINTR)
      return false;
    text.remove_prefix(count < 0 ? 0 : static_cast<std::size_t>(count));
  }
  return true;
}

outcome<done> write_file(int folder, const char* name, std::string_view text) {
  const file_descriptor fd{
      ::openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)};
  if (!fd || !write_all(fd.get(), text))
    return no_disk("cannot write the shadow git folder");
  return done{};
}

/// The index with its time: git takes an entry for unchanged only when it is older than its index.
outcome<done> copy_index(const repo_scope& from, int to) {
  struct stat about {};
  if (::fstatat(from.fd(), "index", &about, AT_SYMLINK_NOFOLLOW) != 0)
    return done{}; // nothing was ever added
  const auto index = from.enter("index");
  if (!index || index->is_folder || index->relative != "index" || index->bytes > index_bytes_max)
    return repo_errors::refused(repo_errors::refused_layout);
  const file_descriptor copy{::openat(to, "index", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
  if (!copy || ::fstat(index->fd.get(), &about) != 0)
    return no_disk("cannot write the shadow git folder");
  std::array<char, 65'536> block;
  std::size_t total = 0;
  for (;;) {
    const auto count = ::read(index->fd.get(), block.data(), block.size());
    if (count == 0)
      break;
    if (count < 0 || (total += static_cast<std::size_t>(count)) > index_bytes_max
        || !write_all(copy.get(), {block.data(), static_cast<std::size_t>(count)}))
      return no_disk("cannot copy the index");
  }
  const timespec times[2] = {about.st_atim, about.st_mtim};
  ::futimens(copy.get(), times);
  return done{};
}

std::vector<std::string> environment_for(const std::string& shadow) {
  return {"GIT_DIR=" + shadow,
          "GIT_WORK_TREE=.",
          "GIT_OBJECT_DIRECTORY=/proc/self/fd/" + std::to_string(objects_number),
          "GIT_CONFIG_NOSYSTEM=1",
          "GIT_CONFIG_SYSTEM=/dev/null",
          "GIT_CONFIG_GLOBAL=/dev/null",
          "GIT_ATTR_NOSYSTEM=1",
          "GIT_OPTIONAL_LOCKS=0",
          "GIT_NO_REPLACE_OBJECTS=1",
          "GIT_NO_LAZY_FETCH=1",
          "GIT_ALLOW_PROTOCOL=none",
          "GIT_TERMINAL_PROMPT=0",
          "GIT_ASKPASS=/bin/false",
          "GIT_PAGER=cat",
          "GIT_EDITOR=/bin/false",
          "GIT_EXEC_PATH=/nonexistent",
          "HOME=/nonexistent",
          "XDG_CONFIG_HOME=/nonexistent",
          "PATH=/nonexistent", // what git would look up by name is not there
          "LC_ALL=C"};
}

} // namespace

shadow_gitdir::shadow_gitdir(git_place place, git_head head, std::string path)
    : place_(std::move(place)), head_(std::move(head)), path_(std::move(path)),
      folder_(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) {}

shadow_gitdir::shadow_gitdir(shadow_gitdir&& other) noexcept
    : place_(std::move(other.place_)), head_(std::move(other.head_)),
      path_(std::exchange(other.path_, {})), folder_(std::move(other.folder_)) {}

shadow_gitdir::~shadow_gitdir() {
  std::error_code ignored;
  if (!path_.empty())
    std::filesystem::remove_all(path_, ignored);
}

outcome<shadow_gitdir> shadow_gitdir::make(const repo_scope& base, const repo_scope& repo,
                                           const std::string& folder) {
  auto place = find_git_place(base, repo);
  if (!place)
    return place.error();
  if (const auto checked = check_objects(*place); !checked)
    return checked.error();
  auto head = read_head(*place);
  if (!head)
    return head.error();
  auto path = folder + "/XXXXXX";
  if (!::mkdtemp(path.data()))
    return no_disk("cannot make the shadow git folder");
  shadow_gitdir result{std::move(*place), std::move(*head), std::move(path)};
  if (const auto filled = result.fill(); !filled)
    return filled.error();
  return result;
}

outcome<done> shadow_gitdir::fill() const {
  const int folder = folder_.get();
  if (folder < 0 || ::mkdirat(folder, "refs", 0700) != 0 || ::mkdirat(folder, "info", 0700) != 0)
    return no_disk("cannot make the shadow git folder");
  const auto config = safe_git_config(place_);
  if (!config)
    return config.error();
  const auto exclude = read_plain(place_.common, "info/exclude", exclude_bytes_max);
  const auto shallow = read_plain(place_.common, "shallow", shallow_bytes_max);
  if (!exclude || !shallow)
    return repo_errors::refused(repo_errors::refused_layout);
  // A hash for HEAD needs no refs; a branch without commits is named after none of the repo's.
  const auto head = head_.hash ? *head_.hash + '\n' : std::string("ref: refs/heads/unborn\n");
  for (const auto& [name, text] :
       {std::pair{"config", *config + std::string(our_config)}, std::pair{"HEAD", head},
        std::pair{"info/exclude", exclude->value_or("")}})
    if (auto written = write_file(folder, name, text); !written)
      return written;
  if (*shallow)
    if (auto written = write_file(folder, "shallow", **shallow); !written)
      return written;
  return copy_index(place_.own, folder);
}

outcome<std::string> shadow_gitdir::revision(std::string_view text) const {
  if (!head_.hash)
    return repo_errors::failed(repo_errors::no_commits);
  return revision_for_git(place_, *head_.hash, text);
}

child_command shadow_gitdir::command(const std::string& git_program, const repo_scope& repo,
                                     std::vector<std::string> arguments) const {
  child_command result;
  result.program = git_program;
  result.arguments
      = {"--no-optional-locks", "--no-replace-objects", "--literal-pathspecs", "--no-pager"};
  for (auto& argument : arguments)
    result.arguments.push_back(std::move(argument));
  result.environment = environment_for(path_);
  result.working_folder = repo.fd();
  result.handed = {{place_.objects.fd(), objects_number}};
  return result;
}

outcome<child_end> shadow_gitdir::run(const child_command& command, const repo_scope& repo,
                                      const stop_token& stop) const {
  const child_walls walls{wall_gates{
      {command.program},
      {repo.fd(), place_.common.fd(), place_.own.fd(), place_.objects.fd(), folder_.get()}}};
  return run_child(command, walls, stop);
}

void clear_shadows(const std::string& folder) {
  std::error_code ignored;
  for (std::filesystem::directory_iterator entry(folder, ignored), end; !ignored && entry != end;
       entry.increment(ignored)) {
    std::error_code also_ignored;
    std::filesystem::remove_all(entry->path(), also_ignored);
  }
}

} // namespace claw
