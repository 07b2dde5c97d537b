#include "net/process_figures.hpp"

#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <ctime>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>

namespace claw {

namespace {

constexpr int threads_field = 20; // of /proc/self/stat, from 1
constexpr int start_field = 22;   // in clock ticks since the machine started

double seconds(const timeval& x) {
  return static_cast<double>(x.tv_sec) + static_cast<double>(x.tv_usec) / 1e6;
}

uint64_t count_fds() {
  std::error_code why;
  uint64_t count = 0;
  for (std::filesystem::directory_iterator i{"/proc/self/fd", why}, end; !why && i != end; i.increment(why))
    ++count;
  return count > 0 ? count - 1 : 0; // one of them is this look
}

/// Threads and start; the program's name, which may hold anything, stands in round brackets before the third field.
void read_stat(process_figures& x) {
  std::ifstream file{"/proc/self/stat"};
  std::string line;
  std::getline(file, line);
  std::istringstream fields{line.substr(std::min(line.size(), line.rfind(')') + 1))};
  std::string field;
  uint64_t start_ticks = 0;
  for (int i = 3; i <= start_field && fields >> field; ++i) {
    if (i == threads_field)
      x.threads = std::stoull(field);
    if (i == start_field)
      start_ticks = std::stoull(field);
  }
  timespec wall{}, up{};
  if (start_ticks == 0 || ::clock_gettime(CLOCK_REALTIME, &wall) != 0 || ::clock_gettime(CLOCK_BOOTTIME, &up) != 0)
    return;
  const auto since_boot
      = static_cast<double>(wall.tv_sec - up.tv_sec) + static_cast<double>(wall.tv_nsec - up.tv_nsec) / 1e9;
  x.started_s = since_boot + static_cast<double>(start_ticks) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

} // namespace

process_figures read_process_figures() {
  process_figures x;
  uint64_t pages = 0, resident_pages = 0;
  if (std::ifstream file{"/proc/self/statm"}; file >> pages >> resident_pages)
    x.resident_bytes = resident_pages * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
  x.open_fds = count_fds();
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0)
    x.max_fds = files.rlim_cur;
  rusage used{};
  if (::getrusage(RUSAGE_SELF, &used) == 0)
    x.cpu_s = seconds(used.ru_utime) + seconds(used.ru_stime);
  read_stat(x);
  return x;
}

} // namespace claw
