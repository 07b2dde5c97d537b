#include "test/crash/disk_calls.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>
#include <string>

using claw::crash::disk_call;
using kind = disk_call::kind;

namespace {

std::mutex watched;
claw::crash::disk_watcher* watcher = nullptr;

bool is_a_file(int fd) {
  struct stat x {};
  return ::fstat(fd, &x) == 0 && S_ISREG(x.st_mode);
}

uint64_t position_of(int fd) {
  const auto at = ::lseek(fd, 0, SEEK_CUR);
  return at < 0 ? 0 : static_cast<uint64_t>(at);
}

/// The function of this name that would have been called.
template <class Function>
Function* real(Function* /*mine*/, const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

/// Makes the call unless the watcher has it fail. @returns as the call does
template <class Call>
auto watch(const disk_call& x, Call call) -> decltype(call()) {
  {
    const std::lock_guard lock{watched};
    const int error = watcher != nullptr && is_a_file(x.fd) ? watcher->before(x) : 0;
    if (error != 0) {
      errno = error;
      return -1;
    }
  }
  const auto answer = call();
  if (answer >= 0) {
    const std::lock_guard lock{watched};
    if (watcher != nullptr && is_a_file(x.fd))
      watcher->after(x);
  }
  return answer;
}

std::string_view view(const void* bytes, size_t size) {
  return {static_cast<const char*>(bytes), size};
}

} // namespace

namespace claw::crash {

void watch_disk(disk_watcher* x) {
  const std::lock_guard lock{watched};
  watcher = x;
}

} // namespace claw::crash

// What the dynamic linker finds first, because the program exports it.
extern "C" {

ssize_t write(int fd, const void* bytes, size_t size) {
  static const auto next = real(&write, "write");
  return watch({kind::write, fd, position_of(fd), view(bytes, size)}, [&] { return next(fd, bytes, size); });
}

ssize_t pwrite(int fd, const void* bytes, size_t size, off_t at) {
  static const auto next = real(&pwrite, "pwrite");
  return watch({kind::write, fd, static_cast<uint64_t>(at), view(bytes, size)},
               [&] { return next(fd, bytes, size, at); });
}

ssize_t writev(int fd, const iovec* parts, int count) {
  static const auto next = real(&writev, "writev");
  std::string bytes;
  for (int i = 0; i < count; ++i)
    bytes += view(parts[i].iov_base, parts[i].iov_len);
  return watch({kind::write, fd, position_of(fd), bytes}, [&] { return next(fd, parts, count); });
}

int fsync(int fd) {
  static const auto next = real(&fsync, "fsync");
  return watch({kind::flush, fd, 0, {}}, [&] { return next(fd); });
}

int fdatasync(int fd) {
  static const auto next = real(&fdatasync, "fdatasync");
  return watch({kind::flush, fd, 0, {}}, [&] { return next(fd); });
}

int ftruncate(int fd, off_t size) noexcept {
  static const auto next = real(&ftruncate, "ftruncate");
  return watch({kind::truncate, fd, static_cast<uint64_t>(size), {}}, [&] { return next(fd, size); });
}

int posix_fallocate(int fd, off_t at, off_t size) {
  static const auto next = real(&posix_fallocate, "posix_fallocate");
  const int answer = watch({kind::allocate, fd, 0, {}}, [&] { return next(fd, at, size); });
  return answer == -1 ? errno : answer; // it answers the number itself
}

} // extern "C"
