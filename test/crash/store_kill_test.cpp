// kill -9 of a process that writes to the store: what it acknowledged is there, whole, and nothing is there by half.

#include "storage/lmdb_job_store.hpp"
#include "storage/owned_fd.hpp"
#include "test/crash/batches.hpp"
#include "test/support/catch.hpp"
#include "test/support/temporary_folder.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <optional>
#include <random>
#include <string>
#include <vector>

using namespace claw;

namespace {

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

template <class T>
T must(outcome<T> x) {
  if (!x)
    FAIL(x.error().why);
  return *std::move(x);
}

void check_job(const job_reader& store, uint64_t n, bool ended) {
  const auto document = must(store.document(sample_id(n)));
  REQUIRE(document);
  auto expected = ended ? completion(n) : creation(n);
  const auto events = must(store.events(sample_id(n), 0, 10));
  const bool whole
      = document->head == expected.after && document->payload == crash::payload_of(n)
        && document->result == (ended ? std::optional{crash::result_of(n)} : std::nullopt)
        && events.size() == expected.after.events;
  if (!whole)
    FAIL("job " << n << " is there by half");
}

void spin(std::chrono::microseconds time) {
  const auto until = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < until)
    ;
}

/// Opens the store, checks every job in it. @returns the last batch that it holds.
uint64_t check_store(const std::filesystem::path& folder, uint64_t acknowledged) {
  const auto store = must(open_lmdb_job_store(folder));
  uint64_t batch = acknowledged;
  if (must(store->find(sample_id(crash::first_job(batch + 1)))))
    ++batch; // the commit was done, only its acknowledgement was not
  const uint64_t jobs = batch * crash::jobs_per_batch;
  CHECK(must(store->newest()) == (jobs == 0 ? job_id{} : sample_id(jobs)));
  std::vector<job_id> open;
  for (uint64_t n = 1; n <= jobs; ++n) {
    const bool ended = crash::ends(n) && n < crash::first_job(batch);
    check_job(*store, n, ended);
    if (!ended)
      open.push_back(sample_id(n));
  }
  std::vector<job_id> found;
  must(store->each_open([&](const job& x) { found.push_back(x.id); }));
  CHECK((found == open));
  return batch;
}

} // namespace

TEST_CASE("a writer killed at any step of a commit leaves whole commits only", "[crash]") {
  for (const auto step :
       {commit_step::begun, commit_step::half_put, commit_step::put, commit_step::committed}) {
    temporary_folder folder;
    uint64_t batch = 0;
    for (const int count : {1, 2, 7}) {
      INFO("step " << static_cast<int>(step) << ", time " << count);
      writer w{{folder.path().string(), std::to_string(batch + 1),
                std::to_string(static_cast<int>(step)), std::to_string(count)}};
      w.acknowledged = batch;
      while (w.next())
        ;
      CHECK(w.kill() == SIGKILL);
      batch = check_store(folder.path(), w.acknowledged);
      CHECK(batch == w.acknowledged + (step == commit_step::committed ? 1 : 0));
    }
  }
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
      writer w{{folder.path().string(), std::to_string(batch + 1)}};
      w.acknowledged = batch;
      for (auto left = random() % 16; left > 0; --left)
        REQUIRE(w.next());
      spin(std::chrono::microseconds{random() % 1'500}); // somewhere inside the next commits
      CHECK(w.kill() == SIGKILL);
      batch = check_store(folder.path(), w.acknowledged);
    }
  }
}
