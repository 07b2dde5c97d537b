// Commits batch after batch to a store and says so on standard output, one line a commit, until somebody kills it.
//
//   store_writer FOLDER JOURNAL_BYTES FIRST_BATCH [POINT COUNT]
//
// With a point (`journal_flushed`, ...) it kills itself when it comes there for the COUNTth time.

#include "storage/journaled_job_store.hpp"
#include "test/crash/batches.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

using namespace claw;

namespace {

bool say(const std::string& line) {
  return ::write(STDOUT_FILENO, line.data(), line.size()) == static_cast<ssize_t>(line.size());
}

int write_batches(const char* folder, uint64_t batch, job_store_options options) {
  const auto store = open_job_store(folder, std::move(options));
  if (!store) {
    std::fprintf(stderr, "store_writer: %s\n", store.error().why.c_str());
    return 1;
  }
  for (;; ++batch) {
    if (const auto x = (*store)->commit(crash::changes_of(batch)); !x) {
      std::fprintf(stderr, "store_writer: %s\n", x.error().why.c_str());
      return 1;
    }
    if (!say(std::to_string(batch) + "\n"))
      return 1;
  }
}

} // namespace

int main(int argc, char* argv[]) {
  if (argc != 4 && argc != 6) {
    std::fprintf(stderr, "usage: store_writer FOLDER JOURNAL_BYTES FIRST_BATCH [POINT COUNT]\n");
    return 64;
  }
  spdlog::set_level(spdlog::level::off); // standard output is for the acknowledgements alone
  auto options = crash::tight_options(std::strtoull(argv[2], nullptr, 10));
  if (argc == 6)
    options.on_kill_point = [name = std::string{argv[4]}, left = std::atoi(argv[5])](const kill_point& x) mutable {
      if (to_string(x) == name && --left == 0)
        ::raise(SIGKILL);
    };
  return write_batches(argv[1], std::strtoull(argv[3], nullptr, 10), std::move(options));
}
