// The disk fails at the first call that changes a file, at the second, at the third, ...: every time the store says so
// or goes on, and afterwards it holds all that it acknowledged.

#include "test/crash/store_check.hpp"
#include "test/support/catch.hpp"
#include "test/support/temporary_folder.hpp"

#include <sys/wait.h>

#include <cerrno>
#include <cstdio>
#include <string>

using namespace claw;

namespace {

constexpr long calls_max = 5'000;
constexpr std::size_t journal_bytes = 128 << 10;

/// What the program `faulty_writer` said.
struct report {
  uint64_t acknowledged = 0;
  int refusals = 0;
  bool failed = false; ///< the disk did
  bool at_its_end = false;
  int status = 0;
};

report write_while_it_fails(const std::filesystem::path& folder, long call, int error, const char* how) {
  const auto command = std::string{CLAW_FAULTY_WRITER} + " '" + folder.string() + "' " + std::to_string(call) + " "
                       + std::to_string(error) + " " + how;
  report x;
  auto* output = ::popen(command.c_str(), "r");
  REQUIRE(output != nullptr);
  for (std::array<char, 128> line{}; std::fgets(line.data(), line.size(), output) != nullptr;) {
    const std::string said{line.data()};
    x.refusals += said.starts_with("refused store_") || said.starts_with("not opened store_");
    x.failed = x.failed || said == "failed\n";
    x.at_its_end = x.failed || said == "never failed\n";
    if (std::isdigit(static_cast<unsigned char>(said.front())))
      x.acknowledged = std::stoull(said);
  }
  x.status = ::pclose(output);
  return x;
}

/// @returns how many calls there are when none fails
long climb(int error, const char* how) {
  for (long call = 1; call < calls_max; ++call) {
    INFO("call " << call << " fails " << how << " with errno " << error);
    temporary_folder folder;
    const auto said = write_while_it_fails(folder.path() / "db", call, error, how);
    REQUIRE(said.at_its_end); // no crash, no hang
    REQUIRE(WIFEXITED(said.status));
    if (!said.failed) {
      CHECK(said.acknowledged == 5);
      return call - 1;
    }
    CHECK((WEXITSTATUS(said.status) == 0 || said.refusals == 1)); // whoever does not open it says why
    crash::check_store(folder.path() / "db", journal_bytes, said.acknowledged);
  }
  FAIL("there is no end of calls");
  return 0;
}

} // namespace

TEST_CASE("whatever call fails once, what was acknowledged is there", "[crash]") {
  CHECK(climb(EIO, "once") > 20);
  CHECK(climb(ENOSPC, "once") > 20);
}

TEST_CASE("whatever call is the last that goes well, what was acknowledged is there", "[crash]") {
  CHECK(climb(EIO, "ever") > 20);
  CHECK(climb(ENOSPC, "ever") > 20);
}
