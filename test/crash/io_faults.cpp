#include "test/crash/io_faults.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

namespace {

constexpr long never = -1;

std::atomic<long> calls_left{never}; ///< until one fails; 0 when all do
std::atomic<int> with_error{0};
std::atomic<bool> stays{false};
std::atomic<bool> failed{false};

bool is_a_file(int fd) {
  struct stat x {};
  return ::fstat(fd, &x) == 0 && S_ISREG(x.st_mode);
}

/// @returns the error of this call, 0 when it goes well.
int fault_of(int fd) {
  if (calls_left == never || !is_a_file(fd))
    return 0;
  if (calls_left > 0 && --calls_left > 0)
    return 0;
  if (!stays && failed.exchange(true))
    return 0;
  failed = true;
  return with_error;
}

/// The function of this name that would have been called.
template <class Function>
Function* real(Function* /*mine*/, const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

/// Does the call unless it is the one that fails.
template <class Function, class... Arguments>
auto unless_it_fails(Function* next, int fd, Arguments... arguments) {
  using result = decltype(next(fd, arguments...));
  if (const int error = fault_of(fd)) {
    errno = error;
    return static_cast<result>(-1);
  }
  return next(fd, arguments...);
}

} // namespace

namespace claw::crash {

void fail_call(long nth, int error, bool for_ever) {
  with_error = error;
  stays = for_ever;
  failed = false;
  calls_left = nth;
}

bool end_faults() {
  calls_left = never;
  return failed;
}

} // namespace claw::crash

// What the dynamic linker finds first, because the program exports it.
extern "C" {

ssize_t write(int fd, const void* bytes, size_t size) {
  static const auto next = real(&write, "write");
  return unless_it_fails(next, fd, bytes, size);
}

ssize_t pwrite(int fd, const void* bytes, size_t size, off_t at) {
  static const auto next = real(&pwrite, "pwrite");
  return unless_it_fails(next, fd, bytes, size, at);
}

ssize_t writev(int fd, const iovec* parts, int count) {
  static const auto next = real(&writev, "writev");
  return unless_it_fails(next, fd, parts, count);
}

int fsync(int fd) {
  static const auto next = real(&fsync, "fsync");
  return unless_it_fails(next, fd);
}

int fdatasync(int fd) {
  static const auto next = real(&fdatasync, "fdatasync");
  return unless_it_fails(next, fd);
}

int ftruncate(int fd, off_t size) noexcept {
  static const auto next = real(&ftruncate, "ftruncate");
  return unless_it_fails(next, fd, size);
}

int posix_fallocate(int fd, off_t at, off_t size) {
  if (const int error = fault_of(fd))
    return error;
  static const auto next = real(&posix_fallocate, "posix_fallocate");
  return next(fd, at, size);
}

} // extern "C"
