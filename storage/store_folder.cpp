#include "storage/store_folder.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <spdlog/spdlog.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include <array>
#include <cerrno>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace claw {

namespace {

namespace fs = std::filesystem;

std::string reason(int error) {
  return std::generic_category().message(error);
}

/// Like `mkdir -p`, but with mode 0700 from the first instant on, whatever the umask adds.
int make_folders(const fs::path& path) {
  if (path.has_parent_path() && path.parent_path() != path) {
    std::error_code ignored;
    if (!fs::exists(path.parent_path(), ignored))
      if (const int error = make_folders(path.parent_path()))
        return error;
  }
  if (::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST)
    return 0;
  return errno;
}

void warn_of_network(const fs::path& path) {
  constexpr std::array<std::uintmax_t, 5> network = {
      NFS_SUPER_MAGIC, SMB_SUPER_MAGIC, 0xff534d42 /* CIFS */, 0xfe534d42 /* SMB2 */, V9FS_MAGIC};
  struct statfs x {};
  if (::statfs(path.c_str(), &x) != 0)
    return;
  for (const auto magic : network)
    if (static_cast<uint32_t>(x.f_type) == magic)
      spdlog::warn("event=network_filesystem_found path={} why=\"the store's locks and its memory "
                   "map need a local disk; on WSL keep it off /mnt\"",
                   path.string());
}

std::string read_owner(int fd) {
  std::array<char, 32> text{};
  const auto size = ::pread(fd, text.data(), text.size() - 1, 0);
  return size > 0 ? " (process " + std::string{text.data()} + ")" : "";
}

void write_owner(int fd) { // for people only; the lock itself is the kernel's
  const auto pid = std::to_string(::getpid());
  if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, pid.data(), pid.size(), 0) < 0)
    spdlog::debug("event=lock_owner_unwritten why=\"{}\"", reason(errno));
}

outcome<done> sync_folder(const fs::path& path) {
  const owned_fd fd{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!fd || ::fsync(fd.get()) != 0)
    return failure{ec::store_broken, "cannot sync folder " + path.string() + ": " + reason(errno)};
  return done{};
}

} // namespace

outcome<store_folder> store_folder::open(const fs::path& given, const store_words& words) {
  const std::string variable = words.variable;
  std::error_code error;
  auto path = fs::absolute(given, error).lexically_normal();
  if (given.empty() || error)
    return failure{ec::bad_config, variable + " is no path: \"" + given.string() + "\""};
  if (!path.has_filename()) // "x/" means x
    path = path.parent_path();
  const auto kind = fs::status(path, error).type();
  if (fs::exists(path, error) && kind != fs::file_type::directory)
    return failure{ec::bad_config,
                   variable + " " + path.string()
                       + " is a file, but the store is a folder; a database of another program "
                         "cannot be read, so move it away or name another place"};
  if (const int why = make_folders(path))
    return failure{ec::bad_config,
                   "cannot make the folder " + variable + " " + path.string() + ": " + reason(why)};
  const auto lock_path = path / (std::string{words.program} + ".lock");
  owned_fd lock{::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  if (!lock)
    return failure{ec::store_broken,
                   "cannot open " + lock_path.string() + ": " + reason(errno)};
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
    return failure{ec::unavailable, "another " + std::string{words.program} + read_owner(lock.get())
                                        + " is using the store " + path.string()
                                        + "; stop it first, or set " + variable + " to another place"};
  write_owner(lock.get());
  warn_of_network(path);
  return store_folder{std::move(path), std::move(lock)};
}

outcome<done> store_folder::sync_names() const {
  if (auto x = sync_folder(path_); !x)
    return x;
  return sync_folder(path_.parent_path());
}

std::uintmax_t store_folder::free_bytes() const {
  std::error_code error;
  const auto space = fs::space(path_, error);
  return error ? 0 : space.available;
}

std::uintmax_t store_folder::used_bytes() const {
  std::uintmax_t bytes = 0;
  std::error_code error;
  for (fs::directory_iterator i{path_, error}, end; !error && i != end; i.increment(error)) {
    std::error_code gone; // a file may leave while we look
    const auto size = fs::is_regular_file(i->path(), gone) ? fs::file_size(i->path(), gone) : 0;
    bytes += gone ? 0 : size;
  }
  return bytes;
}

} // namespace claw
