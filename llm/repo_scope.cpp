#include "llm/repo_scope.hpp"

#include "llm/path_rules.hpp"
#include "llm/repo_errors.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <climits>

namespace claw {
namespace {

// By number and value: the headers of the oldest supported distribution know them, those of a Jetson may not.
constexpr long openat2_call = 437;
constexpr uint64_t resolve_no_magiclinks = 0x02;
constexpr uint64_t resolve_beneath = 0x08;
// A FIFO must not hang, a terminal must not become ours.
constexpr int read_flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
constexpr int busy_tries_max = 16;

struct open_how_v0 {
  uint64_t flags, mode, resolve;
};

std::atomic<bool> without_openat2{false};

failure open_failure(int error) {
  if (error == EXDEV || error == ELOOP)
    return repo_errors::refused(repo_errors::path_outside);
  if (error == EMFILE || error == ENFILE || error == ENOMEM)
    return io_failure("cannot open", error);
  return repo_errors::failed(repo_errors::not_a_file);
}

/// Component by component; a symlink anywhere is refused, since its target could only be judged by comparing strings.
int walk(int folder, std::string_view relative) {
  file_descriptor at{::fcntl(folder, F_DUPFD_CLOEXEC, 0)};
  const auto names = path_components(relative);
  for (std::size_t i = 0; i < names.size() && at; ++i) {
    const std::string name(names[i]);
    const bool last = i + 1 == names.size();
    const int flags = read_flags | O_NOFOLLOW | (last ? 0 : O_DIRECTORY);
    if (name == "..") {
      errno = EXDEV;
      return -1;
    }
    file_descriptor next{::openat(at.get(), name.c_str(), flags)};
    if (!next && errno == ENOTDIR) {
      struct stat about {};
      const bool link = ::fstatat(at.get(), name.c_str(), &about, AT_SYMLINK_NOFOLLOW) == 0
                        && S_ISLNK(about.st_mode);
      errno = link ? ELOOP : ENOTDIR;
    }
    at = std::move(next);
  }
  if (names.empty())
    return ::openat(folder, ".", read_flags | O_DIRECTORY);
  return at ? ::fcntl(at.get(), F_DUPFD_CLOEXEC, 0) : -1;
}

int open_beneath(int folder, const std::string& relative) {
  const auto* name = relative.empty() ? "." : relative.c_str();
  const open_how_v0 how{read_flags, 0, resolve_beneath | resolve_no_magiclinks};
  for (int i = 0; i < busy_tries_max; ++i) {
    const auto fd = ::syscall(openat2_call, folder, name, &how, sizeof how);
    if (fd >= 0 || errno != EAGAIN) // EAGAIN: something was renamed meanwhile
      return static_cast<int>(fd);
  }
  errno = EXDEV;
  return -1;
}

/// Where an open file lies, as the kernel names it; "" where it cannot say (no /proc, or it was removed).
std::string kernel_name(int fd) {
  std::array<char, PATH_MAX + 1> text;
  const auto link = "/proc/self/fd/" + std::to_string(fd);
  const auto length = ::readlink(link.c_str(), text.data(), text.size());
  if (length <= 0 || text[0] != '/')
    return {};
  return {text.data(), static_cast<std::size_t>(length)};
}

/// @returns false when `name` does not lie in `folder`.
bool relative_to(const std::string& folder, const std::string& name, std::string& out) {
  if (name == folder) {
    out.clear();
    return true;
  }
  const auto prefix = folder == "/" ? folder : folder + '/';
  if (!name.starts_with(prefix))
    return false;
  out = name.substr(prefix.size());
  return true;
}

} // namespace

repo_scope::repo_scope(file_descriptor folder, std::string path)
    : folder_(std::move(folder)), path_(std::move(path)) {}

outcome<repo_scope> repo_scope::open(const std::string& folder) {
  file_descriptor fd{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!fd)
    return io_failure("cannot open the folder", errno);
  auto name = kernel_name(fd.get());
  if (name.empty())
    name = folder;
  return repo_scope{std::move(fd), std::move(name)};
}

outcome<repo_scope> repo_scope::narrowed(std::string_view relative) const {
  auto inner = enter(relative);
  if (!inner)
    return inner.error();
  if (!inner->is_folder)
    return repo_errors::failed(repo_errors::not_a_file);
  auto name = inner->relative.empty() ? path_ : path_ + '/' + inner->relative;
  return repo_scope{std::move(inner->fd), std::move(name)};
}

outcome<file_descriptor> repo_scope::resolve(std::string_view relative) const {
  int fd = -1;
  if (without_openat2) {
    fd = walk(folder_.get(), relative);
  } else {
    fd = open_beneath(folder_.get(), std::string(relative));
    const bool unknown_call = errno == ENOSYS || errno == EPERM; // EPERM: the filter of an old container runtime
    if (fd < 0 && unknown_call)
      fd = walk(folder_.get(), relative);
  }
  if (fd < 0)
    return open_failure(errno);
  return file_descriptor{fd};
}

outcome<opened_path> repo_scope::enter(std::string_view relative) const {
  auto fd = resolve(relative);
  if (!fd)
    return fd.error();
  struct stat about {};
  if (::fstat(fd->get(), &about) != 0 || !(S_ISREG(about.st_mode) || S_ISDIR(about.st_mode)))
    return repo_errors::failed(repo_errors::not_a_file);
  opened_path result;
  result.is_folder = S_ISDIR(about.st_mode);
  result.bytes = result.is_folder ? 0 : static_cast<uint64_t>(about.st_size);
  const auto ours = kernel_name(folder_.get());
  const auto name = kernel_name(fd->get());
  if (ours.empty() || name.empty())
    // Without /proc nobody can say where symlinks led: only a walk that met none is trusted.
    fd = file_descriptor{walk(folder_.get(), relative)};
  if (ours.empty() || name.empty())
    result.relative = relative;
  else if (!relative_to(ours, name, result.relative))
    return repo_errors::refused(repo_errors::path_outside);
  if (!*fd)
    return open_failure(errno);
  result.fd = std::move(*fd);
  return result;
}

outcome<opened_path> repo_scope::enter_for_stranger(std::string_view path) const {
  const auto relative = checked_relative_path(path);
  if (!relative)
    return relative.error();
  const auto forbidden = [](std::string_view x) -> const char* {
    if (enters_git_folder(x))
      return repo_errors::git_folder;
    return names_credentials(x) ? repo_errors::credentials : nullptr;
  };
  if (const auto* why = forbidden(*relative))
    return repo_errors::refused(why);
  auto found = enter(*relative);
  if (!found)
    return found;
  if (const auto* why = forbidden(found->relative))
    return repo_errors::refused(why);
  return found;
}

outcome<std::string> read_all(int fd, std::size_t bytes_max) {
  std::string result;
  std::array<char, 65'536> block;
  for (;;) {
    const auto count = ::pread(fd, block.data(), block.size(), static_cast<off_t>(result.size()));
    if (count == 0)
      return result;
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0)
      return io_failure("cannot read", errno);
    if (result.size() + static_cast<std::size_t>(count) > bytes_max)
      return repo_errors::failed("file is too large");
    result.append(block.data(), static_cast<std::size_t>(count));
  }
}

void pretend_no_openat2(bool on) {
  without_openat2 = on;
}

} // namespace claw
