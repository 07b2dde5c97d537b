// Commits a few batches to a store while the disk fails, and closes it. Says on standard output what it acknowledged
// (one number a line), what was refused, and at the end whether the disk failed at all.
//
//   faulty_writer FOLDER CALL ERROR once|ever     the CALLth call that changes a file fails with errno ERROR
//
// Exit codes: 0; 3 when the store could not be opened. It may take its time, but not for ever.

#include "storage/journaled_job_store.hpp"
#include "test/crash/batches.hpp"
#include "test/crash/disk_calls.hpp"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

using namespace claw;

namespace {

constexpr uint64_t batches = 5;
constexpr int tries_max = 3;
constexpr unsigned seconds_max = 60;
constexpr std::size_t journal_bytes = 128 << 10; ///< of which a batch takes more than a half

/// The nth call that changes a file fails; `for_ever`: and all after it.
class failing_disk final : public crash::disk_watcher {
public:
  failing_disk(long nth, int error, bool for_ever) : left_(nth), error_(error), for_ever_(for_ever) {}

  int before(const crash::disk_call& /*x*/) override {
    if (left_ > 1) {
      --left_;
      return 0;
    }
    return std::exchange(failed, true) && !for_ever_ ? 0 : error_;
  }

  void after(const crash::disk_call& /*x*/) override {}

  bool failed = false;

private:
  long left_;
  int error_;
  bool for_ever_;
};

void commit_batches(job_store& store) {
  for (uint64_t batch = 1; batch <= batches; ++batch) {
    bool taken = false;
    for (int tries = 0; tries < tries_max && !taken; ++tries) {
      const auto answer = store.commit(crash::changes_of(batch));
      taken = answer.ok();
      if (!taken)
        std::printf("refused %s\n", std::string{to_string(answer.error().code)}.c_str());
    }
    if (!taken)
      return;
    std::printf("%s\n", std::to_string(batch).c_str());
  }
}

int write_while_it_fails(const char* folder) {
  auto store = open_job_store(folder, crash::tight_options(journal_bytes));
  if (!store) {
    std::printf("not opened %s\n", std::string{to_string(store.error().code)}.c_str());
    return 3;
  }
  commit_batches(**store);
  return 0;
}

} // namespace

int main(int argc, char* argv[]) {
  if (argc != 5) {
    std::fputs("usage: faulty_writer FOLDER CALL ERROR once|ever\n", stderr);
    return 64;
  }
  spdlog::set_level(spdlog::level::off); // standard output is for what it says itself
  ::alarm(seconds_max);
  failing_disk disk{std::atol(argv[2]), std::atoi(argv[3]), argv[4] == std::string_view{"ever"}};
  crash::watch_disk(&disk);
  const int code = write_while_it_fails(argv[1]);
  crash::watch_disk(nullptr);
  std::puts(disk.failed ? "failed" : "never failed");
  return code;
}
