#include "llm/child_process.hpp"
#include "test/support/catch.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>

using namespace claw;
using namespace std::chrono_literals;

namespace {

/// A shell stands for any program here: it is the easiest that does many things.
struct shell {
  file_descriptor folder{::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  child_command command;
  stop_source stop;
  child_walls walls;

  explicit shell(const std::string& script) {
    command.program = std::filesystem::canonical("/bin/sh");
    command.arguments = {"-c", script};
    command.working_folder = folder.get();
  }
  outcome<child_end> run() { return run_child(command, walls, stop.token()); }
};

} // namespace

TEST_CASE("a child gets its arguments, folder and environment and nothing else", "[llm][child]") {
  const int leaked = ::open("/dev/null", O_RDONLY); // without CLOEXEC
  shell x{
      "echo \"$PWD|$ONLY|$HOME|$(ls /proc/self/fd | tr '\\n' ' ')\"; cat; echo oops >&2; exit 3"};
  x.command.environment = {"ONLY=this", "PATH=/usr/bin:/bin"};
  const auto end = x.run();
  ::close(leaked);
  REQUIRE(end);
  CHECK(end->output == "/|this||0 1 2 3 \n"); // 3: the folder that ls itself reads
  CHECK(end->errors == "oops\n");
  CHECK(end->exit_code == 3);
  CHECK_FALSE(end->output_cut);
}

TEST_CASE("a child that takes too long is killed with all that it started", "[llm][child]") {
  shell x{"sleep 600 & sleep 600"};
  x.command.environment = {"PATH=/usr/bin:/bin"};
  x.command.deadline = std::chrono::steady_clock::now() + 50ms;
  const auto end = x.run();
  REQUIRE_FALSE(end);
  CHECK(end.error().code == ec::timed_out);
  CHECK(end.error().why == "command timed out after 1s");
}

TEST_CASE("a child that leaves something behind does not hold the caller", "[llm][child]") {
  shell x{"sleep 600 & echo done"};
  x.command.environment = {"PATH=/usr/bin:/bin"};
  const auto before = std::chrono::steady_clock::now();
  const auto end = x.run();
  REQUIRE(end);
  CHECK(end->output == "done\n");
  CHECK(std::chrono::steady_clock::now() - before < 10s);
}

TEST_CASE("a stop ends a child", "[llm][child]") {
  shell x{"exec sleep 600"};
  x.command.environment = {"PATH=/usr/bin:/bin"};
  x.stop.stop();
  CHECK(x.run().error().code == ec::cancelled);
}

TEST_CASE("output beyond its limit is cut and the child is killed", "[llm][child]") {
  shell x{"while :; do echo 0123456789; done"};
  x.command.output_bytes_max = 1'000;
  const auto end = x.run();
  REQUIRE(end);
  CHECK(end->output_cut);
  CHECK(end->output.size() == 1'000);
}

TEST_CASE("a child writes no file and a missing program is told", "[llm][child]") {
  const auto path
      = std::filesystem::temp_directory_path() / ("claw-child-" + std::to_string(::getpid()));
  shell x{"echo text > " + path.string() + "; echo $?"};
  CHECK(x.run());
  CHECK((!std::filesystem::exists(path) || std::filesystem::file_size(path) == 0));
  std::filesystem::remove(path);
  x.command.program = "/nowhere/at-all";
  CHECK(x.run().error().code == ec::io_failed);
}

TEST_CASE("walls keep a child from starting, reading and making things", "[llm][child][walls]") {
  const auto standing = active_walls();
  INFO(standing);
  const auto made = "/tmp/claw-wall-" + std::to_string(::getpid());
  shell x{"/bin/cat /etc/hostname && echo STARTED; read line < /etc/passwd && echo READ; : > "
          + made + " && echo MADE; echo end"};
  x.walls = child_walls{wall_gates{{x.command.program}, {}}};
  const auto end = x.run();
  if (standing == "none")
    return;
  REQUIRE(end);
  CHECK(end->output.find("STARTED") == std::string::npos);
  CHECK(end->output.find("MADE") == std::string::npos);
  if (standing.find("landlock") != std::string::npos)
    CHECK(end->output.find("READ") == std::string::npos);
  CHECK_FALSE(std::filesystem::exists(made));
}
