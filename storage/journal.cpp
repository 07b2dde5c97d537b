#include "storage/journal.hpp"

#include "storage/journal_record.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

namespace claw {

namespace {

namespace fs = std::filesystem;

constexpr std::array<const char*, 2> file_names = {"journal.0", "journal.1"};
constexpr std::size_t bytes_a_write = std::size_t{1} << 20;

failure trouble(const fs::path& file, const char* what, int error) {
  const bool full = error == ENOSPC || error == EDQUOT || error == EFBIG;
  return {full ? ec::store_full : ec::store_broken,
          std::string{"cannot "} + what + " " + file.string() + ": "
              + std::generic_category().message(error)};
}

failure unwritable(int error) {
  return {ec::store_broken,
          "the store's journal cannot be written: " + std::generic_category().message(error)};
}

/// @returns 0 or the number of an error.
int write_all(int fd, std::string_view bytes, std::size_t at) {
  while (!bytes.empty()) {
    const auto written = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      return written == 0 ? EIO : errno;
    bytes.remove_prefix(static_cast<std::size_t>(written));
    at += static_cast<std::size_t>(written);
  }
  return 0;
}

bool has_size(int fd, std::size_t bytes) {
  struct stat x {};
  return ::fstat(fd, &x) == 0 && S_ISREG(x.st_mode) && static_cast<std::size_t>(x.st_size) == bytes;
}

/// Makes a file of zeros that are really on the disk. @returns 0 or the number of an error.
int fill_with_zeros(int fd, std::size_t bytes) {
  const std::string zeros(std::min(bytes, bytes_a_write), '\0');
  for (std::size_t at = 0; at < bytes; at += zeros.size())
    if (const int error
        = write_all(fd, std::string_view{zeros}.substr(0, std::min(zeros.size(), bytes - at)), at))
      return error;
  return ::fsync(fd) == 0 ? 0 : errno;
}

outcome<owned_fd> open_file(const fs::path& file, std::size_t bytes) {
  owned_fd fd{::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  if (!fd)
    return trouble(file, "open", errno);
  if (has_size(fd.get(), bytes))
    return fd;
  if (::ftruncate(fd.get(), 0) != 0)
    return trouble(file, "empty", errno);
  if (const int error = fill_with_zeros(fd.get(), bytes))
    return trouble(file, "make", error);
  return fd;
}

outcome<std::string> read_file(const fs::path& file) {
  const owned_fd fd{::open(file.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!fd)
    return errno == ENOENT ? outcome<std::string>{std::string{}} : trouble(file, "open", errno);
  struct stat x {};
  if (::fstat(fd.get(), &x) != 0)
    return trouble(file, "read", errno);
  std::string bytes(static_cast<std::size_t>(x.st_size), '\0');
  std::size_t at = 0;
  while (at < bytes.size()) {
    const auto got = ::pread(fd.get(), bytes.data() + at, bytes.size() - at, static_cast<off_t>(at));
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return trouble(file, "read", errno);
    if (got == 0)
      break;
    at += static_cast<std::size_t>(got);
  }
  bytes.resize(at);
  return bytes;
}

} // namespace

outcome<std::vector<std::string>> journal::read(const store_folder& folder) {
  std::vector<std::string> files;
  for (const auto* name : file_names) {
    auto bytes = read_file(folder.path() / name);
    if (!bytes)
      return bytes.error();
    files.push_back(*std::move(bytes));
  }
  return files;
}

bool journal::is_there(const store_folder& folder, std::size_t file_bytes) {
  return std::all_of(file_names.begin(), file_names.end(), [&](const char* name) {
    std::error_code error;
    return fs::file_size(folder.path() / name, error) == file_bytes && !error;
  });
}

void journal::remove(const store_folder& folder) {
  std::error_code ignored;
  for (const auto* name : file_names)
    fs::remove(folder.path() / name, ignored);
}

outcome<journal> journal::open(const store_folder& folder, journal_options options) {
  std::array<owned_fd, 2> files;
  std::optional<failure> why;
  for (std::size_t i = 0; i < files.size() && !why; ++i) {
    auto file = open_file(folder.path() / file_names[i], options.file_bytes);
    if (file)
      files[i] = *std::move(file);
    else
      why = file.error();
  }
  if (!why)
    if (const auto synced = folder.sync_names(); !synced)
      why = synced.error();
  if (why) {
    remove(folder); // a half of it would only take room
    return *why;
  }
  if (!options.flush)
    options.flush = ::fdatasync;
  return journal{std::move(files), std::move(options)};
}

outcome<done> journal::write(std::string_view record) {
  if (const int error = write_all(files_[active_].get(), record, at_))
    return unwritable(error);
  written_ = record.size();
  return done{};
}

outcome<done> journal::flush() {
  if (options_.flush(files_[active_].get()) != 0)
    return unwritable(errno);
  at_ += std::exchange(written_, 0);
  return done{};
}

void journal::deface() {
  write_all(files_[active_].get(), std::string(journal_block_bytes, '\0'), at_);
  options_.flush(files_[active_].get());
}

void journal::next_file() noexcept {
  active_ = 1 - active_;
  at_ = 0;
}

} // namespace claw
