#include "apps/cli/log_search.hpp"
#include "test/support/catch.hpp"
#include "test/support/temporary_folder.hpp"

#include <fstream>

using namespace claw;

TEST_CASE("a line of ours is read in either format, also behind what journald writes", "[log_search]") {
  const std::string text
      = R"(2026-11-25T17:50:07.123Z info openclaw-bot event=answer_delivered job_id=j-1 why="it is \"so\"")";
  const std::string object
      = R"({"ts":"2026-11-25T17:50:07.123Z","level":"info","program":"openclaw-bot",)"
        R"("event":"answer_delivered","job_id":"j-1","why":"it is \"so\""})";
  for (const auto& line : {text, "Nov 25 17:50:07 box openclaw-bot[7]: " + text, object, "Nov 25 box x: " + object}) {
    const auto record = read_log_line(line);
    CHECK(record.at_ms == 1'795'629'007'123);
    CHECK(record.program == "openclaw-bot");
    CHECK(record.event == "answer_delivered");
    CHECK(record.job_id == "j-1");
    CHECK(record.rest == R"(why="it is \"so\"")");
  }
}

TEST_CASE("what is no line of ours has no time", "[log_search]") {
  for (const char* line : {"", "hello", "2026-11-25 17:50:07 info x event=y", "{\"ts\":", "2026-11-25T17:50:07.123+1"})
    CHECK_FALSE(read_log_line(line).at_ms);
}

TEST_CASE("the lines on one job are found, redacted, and those on others are not", "[log_search]") {
  const temporary_folder folder;
  const auto path = folder.path() / "runner.log";
  std::ofstream{path}
      << "2026-11-25T17:50:07.001Z info openclaw-runner event=job_claimed job_id=j-1 lease_id=our-own-token\n"
      << "2026-11-25T17:50:07.002Z info openclaw-runner event=job_claimed job_id=j-10\n"
      << "a word on j-1 in no line of ours\n"
      << "2026-11-25T17:50:07.004Z info openclaw-runner event=tool_called job_id=j-1 tool=repo_grep";
  const auto notes = notes_on_job(path.string(), "j-1", redactor{{"our-own-token"}});
  REQUIRE(notes);
  REQUIRE(notes->size() == 2);
  CHECK((notes->at(0).name == "job_claimed" && notes->at(0).detail == "lease_id=***"));
  CHECK((notes->at(1).name == "tool_called" && notes->at(1).node == "openclaw-runner"));
}

TEST_CASE("what is no plain file is not read for ever", "[log_search]") {
  CHECK_FALSE(notes_on_job("/dev/zero", "j-1", redactor{}));
  CHECK_FALSE(notes_on_job("/no/such/file", "j-1", redactor{}));
}
