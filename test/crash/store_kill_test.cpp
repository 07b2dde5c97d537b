// kill -9 of a process that writes to the store: what it acknowledged is there, whole, and nothing is there by half.

#include "storage/journaled_job_store.hpp"
#include "storage/owned_fd.hpp"
#include "test/crash/batches.hpp"
#include "test/crash/store_check.hpp"
#include "test/support/catch.hpp"
#include "test/support/temporary_folder.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <random>
#include <string>
#include <vector>

using namespace claw;

namespace {

constexpr std::size_t small_journal = 256 << 10; ///< three batches fill a file

/// The program `store_writer` and what it has acknowledged.
class writer {
public:
  explicit writer(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), CLAW_STORE_WRITER);
    std::vector<char*> argv;
    for (auto& x : arguments)
      argv.push_back(x.data());
    argv.push_back(nullptr);
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    pid_ = ::fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      ::close(ends[0]);
      ::close(ends[1]);
      ::execv(argv.front(), argv.data());
      ::_exit(127);
    }
    output_ = owned_fd{ends[0]};
    ::close(ends[1]);
  }

  ~writer() { kill(); }

  /// Waits for the next acknowledged batch. @returns false when the writer is gone.
  bool next() {
    std::string line;
    for (char c = 0; ::read(output_.get(), &c, 1) == 1;) {
      if (c == '\n') {
        acknowledged = std::stoull(line);
        return true;
      }
      line += c;
    }
    return false; // a line without its end was never said
  }

  /// @returns the signal that ended it, 0 for none.
  int kill() {
    if (pid_ <= 0)
      return 0;
    ::kill(pid_, SIGKILL);
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = 0;
    while (next()) // what was said before the kill counts
      ;
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  }

  uint64_t acknowledged = 0;

private:
  pid_t pid_ = 0;
  owned_fd output_;
};

void spin(std::chrono::microseconds time) {
  const auto until = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < until)
    ;
}

/// How many batches more than the acknowledged ones a writer leaves that dies at a step.
struct expectation {
  kill_step step;
  uint64_t least;
  uint64_t most;
};

/// Kills writers at the step, one after the other on the same store.
void kill_at(const expectation& x, std::size_t journal_bytes) {
  temporary_folder folder;
  uint64_t batch = 0;
  for (const int count : {1, 2, 7}) {
    const auto step = to_string(kill_point{x.step});
    INFO("point " << step << ", time " << count);
    writer w{{folder.path().string(), std::to_string(journal_bytes), std::to_string(batch + 1), step,
              std::to_string(count)}};
    w.acknowledged = batch;
    while (w.next())
      ;
    CHECK(w.kill() == SIGKILL);
    batch = crash::check_store(folder.path(), journal_bytes, w.acknowledged);
    CHECK(batch >= w.acknowledged + x.least);
    CHECK(batch <= w.acknowledged + x.most);
  }
}

} // namespace

TEST_CASE("a writer killed at any step of a commit leaves whole commits only", "[crash]") {
  constexpr std::array steps = {
      expectation{kill_step::batch_begun, 0, 0},
      expectation{kill_step::journal_half_written, 0, 0},
      expectation{kill_step::journal_written, 1, 1}, // the kernel has it, which outlives the program
      expectation{kill_step::journal_flushed, 1, 1},
      expectation{kill_step::batch_shown, 1, 1},
      expectation{kill_step::settle_begun, 0, 1}, // of some batches, while the writer goes on
      expectation{kill_step::settle_half_put, 0, 1},
      expectation{kill_step::settle_put, 0, 1},
      expectation{kill_step::settle_committed, 0, 1},
      expectation{kill_step::journal_file_freed, 0, 1},
  };
  for (const auto& x : steps)
    kill_at(x, small_journal);
}

TEST_CASE("a writer without a journal killed at any step leaves whole commits only", "[crash]") {
  constexpr std::array steps = {
      expectation{kill_step::batch_begun, 0, 0},
      expectation{kill_step::settle_begun, 0, 0},
      expectation{kill_step::settle_half_put, 0, 0},
      expectation{kill_step::settle_put, 0, 0},
      expectation{kill_step::settle_committed, 1, 1},
  };
  for (const auto& x : steps)
    kill_at(x, 0);
}

TEST_CASE("a writer killed at random loses nothing that it acknowledged", "[crash]") {
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random{seed};
  for (int round = 0; round < 4; ++round) {
    temporary_folder folder;
    uint64_t batch = 0;
    for (int run = 0; run < 6; ++run) {
      INFO("round " << round << ", run " << run);
      writer w{{folder.path().string(), std::to_string(small_journal), std::to_string(batch + 1)}};
      w.acknowledged = batch;
      for (auto left = random() % 16; left > 0; --left)
        REQUIRE(w.next());
      spin(std::chrono::microseconds{random() % 1'500}); // somewhere inside the next commits
      CHECK(w.kill() == SIGKILL);
      batch = crash::check_store(folder.path(), small_journal, w.acknowledged);
    }
  }
}
