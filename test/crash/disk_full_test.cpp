// A disk that is really full: a small file system in memory, mounted by a child process in a namespace of its own.

#include "storage/journaled_job_store.hpp"
#include "test/support/catch.hpp"
#include "test/support/sample_jobs.hpp"
#include "test/support/temporary_folder.hpp"

#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

using namespace claw;

namespace {

namespace fs = std::filesystem;

constexpr auto not_permitted = "this machine lets nobody mount in a namespace";
constexpr std::size_t payload_bytes = 20'000;

/// Makes `path` a file system of `bytes` that this process alone sees.
bool mount_small_disk(const fs::path& path, std::size_t bytes) {
  const auto user = std::to_string(::getuid());
  const auto group = std::to_string(::getgid());
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
    return false;
  std::ofstream{"/proc/self/uid_map"} << "0 " << user << " 1";
  std::ofstream{"/proc/self/setgroups"} << "deny"; // without which no group can be mapped
  std::ofstream{"/proc/self/gid_map"} << "0 " << group << " 1";
  return ::mount("none", path.c_str(), "tmpfs", 0, ("size=" + std::to_string(bytes)).c_str()) == 0;
}

/// Runs `scenario` in a child process. @returns what the child says: "" when all went well.
std::string in_child(const std::function<std::string()>& scenario) {
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const auto pid = ::fork();
  REQUIRE(pid >= 0);
  if (pid == 0) {
    const auto said = scenario();
    const auto size = ::write(ends[1], said.data(), said.size());
    ::_exit(size == static_cast<ssize_t>(said.size()) ? 0 : 1);
  }
  ::close(ends[1]);
  std::string said;
  for (char c = 0; ::read(ends[0], &c, 1) == 1;)
    said += c;
  ::close(ends[0]);
  int status = 0;
  ::waitpid(pid, &status, 0);
  return status == 0 ? said : "the child ended with status " + std::to_string(status);
}

/// Creates jobs until the store says that it is full. @returns the first that was refused.
uint64_t fill(job_store& store) {
  for (uint64_t n = 1;; ++n)
    if (const auto x = store.commit({creation(n, std::string(payload_bytes, 'p'))}); !x)
      return x.error().code == ec::store_full ? n : 0;
}

std::string live_on_a_full_disk(const fs::path& disk) {
  if (!mount_small_disk(disk, std::size_t{4} << 20))
    return not_permitted;
  job_store_options options;
  options.ballast_bytes = std::size_t{1} << 20;
  std::ofstream{disk / "somebody_elses"} << std::string(1 << 20, 'x');
  auto store = open_job_store(disk / "db", std::move(options));
  if (!store)
    return store.error().why;
  const auto refused = fill(**store);
  if (refused < 10)
    return "the disk was full at job " + std::to_string(refused);
  for (uint64_t n = 1; n < refused; ++n)
    if (const auto x = (*store)->document(sample_id(n));
        !x || !*x || (*x)->payload.size() != payload_bytes)
      return "a job from before cannot be read";
  for (uint64_t n = 1; n < refused; ++n)
    if (const auto x = (*store)->commit({completion(n, "done")}); !x)
      return "job " + std::to_string(n) + " could not be finished: " + x.error().why;
  if ((*store)->commit({creation(refused, std::string(payload_bytes, 'p'))}))
    return "a new job was taken although the ballast was spent";
  fs::remove(disk / "somebody_elses");
  if (const auto x = (*store)->commit({creation(refused)}); !x)
    return "the store did not go on: " + x.error().why;
  return fs::file_size(disk / "db" / "ballast") == 1 << 20 ? "" : "the ballast is not back";
}

/// Takes what the disk has left.
void fill_disk(const fs::path& file) {
  std::ofstream out{file, std::ios::binary};
  while (out.write(std::string(4'096, 'x').data(), 4'096).flush())
    ;
}

bool is_finished(const job_store& store, uint64_t n, std::size_t result_bytes) {
  const auto x = store.document(sample_id(n));
  return x && *x && (*x)->head.status == job_status::done && (*x)->result->size() == result_bytes;
}

/// Jobs are finished on a full disk for as long as ballast and journal last, and not one of them is lost.
std::string finish_to_the_last_room(const fs::path& disk) {
  if (!mount_small_disk(disk, std::size_t{4} << 20))
    return not_permitted;
  constexpr uint64_t jobs = 400;
  job_store_options options;
  options.ballast_bytes = std::size_t{256} << 10;
  options.journal.file_bytes = std::size_t{128} << 10;
  options.gather = std::chrono::milliseconds{0};
  uint64_t finished = 0;
  {
    auto store = open_job_store(disk / "db", options);
    if (!store)
      return store.error().why;
    for (uint64_t n = 1; n <= jobs; ++n)
      if (const auto x = (*store)->commit({creation(n, "")}); !x)
        return "no room for the jobs: " + x.error().why;
    fill_disk(disk / "somebody_elses");
    outcome<done> last = done{};
    while (last && finished < jobs)
      if (last = (*store)->commit({completion(finished + 1, std::string(payload_bytes, 'r'))}); last)
        ++finished;
    if (finished < 15 || finished == jobs) // a ballast of 12 results and two files of 6
      return std::to_string(finished) + " jobs were finished";
    if (last.error().code != ec::store_full || (*store)->commit({creation(jobs + 1)}))
      return "a commit was taken that has no room";
    for (uint64_t n = 1; n <= finished; ++n)
      if (!is_finished(**store, n, payload_bytes))
        return "job " + std::to_string(n) + " cannot be read on a full disk";
    fs::remove(disk / "somebody_elses");
    if (const auto x = (*store)->commit({creation(jobs + 1)}); !x)
      return "the store did not go on: " + x.error().why;
  }
  const auto store = open_job_store(disk / "db", options);
  for (uint64_t n = 1; n <= finished; ++n)
    if (!store || !is_finished(**store, n, payload_bytes))
      return "job " + std::to_string(n) + " is lost";
  return fs::file_size(disk / "db" / "ballast") == options.ballast_bytes ? "" : "the ballast is not back";
}

void must_live(std::string (*scenario)(const fs::path&)) {
  temporary_folder folder;
  const auto said = in_child([&] { return scenario(folder.path()); });
  if (said == not_permitted)
    WARN(said);
  else
    CHECK(said == "");
}

} // namespace

TEST_CASE("on a full disk jobs are read and finished, new ones refused", "[crash]") {
  must_live(live_on_a_full_disk);
}

TEST_CASE("on a full disk jobs are finished to the last room, and none is lost", "[crash]") {
  must_live(finish_to_the_last_room);
}
