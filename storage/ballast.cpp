#include "storage/ballast.hpp"

#include "storage/owned_fd.hpp"

#include <fcntl.h>
#include <spdlog/spdlog.h>

namespace claw {

bool ballast::hold() {
  if (held_ || bytes_ == 0)
    return true;
  const owned_fd fd{::open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  if (!fd)
    return false;
  if (::posix_fallocate(fd.get(), 0, static_cast<off_t>(bytes_)) != 0) {
    ::unlink(file_.c_str()); // a half of it would only take room
    return false;
  }
  held_ = true;
  return true;
}

bool ballast::release() {
  if (!held_ || bytes_ == 0)
    return false;
  ::unlink(file_.c_str());
  held_ = false;
  spdlog::warn("event=ballast_released bytes={} why=\"the disk is full: jobs can be finished, "
               "new ones are refused\"",
               bytes_);
  return true;
}

} // namespace claw
