#include "llm/transcript_codec.hpp"
#include "actors/domain/replay.hpp"
#include "test/support/catch.hpp"
#include "test/support/loop_driver.hpp"

using namespace claw;
using namespace claw::test;

namespace {

const std::string secret = "canary-0123456789";
const json_transcript_codec codec{redactor{{secret}}};

run_line line(run_record what) {
  return {"job-1", "lease-1", 2, 1'000'000, std::chrono::milliseconds{5}, std::move(what)};
}

run_line through(const run_line& x) {
  auto parsed = codec.parse(codec.render(x));
  REQUIRE(parsed);
  return *parsed;
}

/// A short run as the actor would write it down, made with a real loop.
std::vector<run_line> sample_run() {
  auto setup = loop_setup("where is " + secret + "?");
  setup.start = {};
  setup.deadline = setup.start + std::chrono::seconds{300};
  setup.limits.result_bytes_max = 1'000;
  record_begun begun{setup.task,  setup.tools, setup.limits, setup.model, setup.worker_id,
                     setup.fence, std::chrono::seconds{300}, {}};
  loop_driver d{setup};
  std::vector<run_line> out{line(begun)};
  const auto ask = [&](const loop_action& x, std::size_t kept) {
    const auto request = asked(x);
    record_asked note;
    note.kept = kept;
    note.added.assign(request.messages.begin() + static_cast<std::ptrdiff_t>(kept),
                      request.messages.end());
    note.tools = request.tools.size();
    out.push_back(line(note));
  };
  ask(d.begin(), 0);
  chat_reply reply;
  const auto good_call = call("repo_grep", R"({"query":"a\"b","repo":"demo"})");
  const auto broken = bad_call("repo_grep", ec::bad_shape, R"({"error":"invalid_arguments"})");
  reply.calls = {good_call.call, broken.call};
  reply.usage = chat_usage{100, 7};
  reply.result_bytes_max = 2'000;
  out.push_back(line(record_replied{reply, {good_call, broken}}));
  d.loop.after_reply(reply, {good_call, broken}, d.now);
  const auto found = good(std::string(3'000, 'x') + "\n\xFF\x01 password=hunter2hunter2");
  out.push_back(line(record_ran{{found}}));
  ask(d.results({found}), 2);
  chat_failure failure{chat_error::context_overflow, "too long", {}, 4'096u};
  out.push_back(line(record_failed{failure, ~uint64_t{0}}));
  ask(d.loop.after_chat_failure(failure, d.now, ~uint64_t{0}), 0);
  reply = {};
  reply.content = "it is " + secret;
  out.push_back(line(record_replied{reply, {}}));
  out.push_back(line(record_ended{record_ended::how::finished, "budget"}));
  return out;
}

} // namespace

TEST_CASE("a run goes through its JSON lines and still replays", "[llm][transcript]") {
  std::vector<run_line> read;
  for (const auto& x : sample_run())
    read.push_back(through(x));
  const auto again = replay(read);
  INFO((again ? "" : again.error().why));
  REQUIRE(again);
  CHECK(again->decisions == 5);
}

TEST_CASE("no secret is in a line", "[llm][transcript]") {
  for (const auto& x : sample_run()) {
    const auto text = codec.render(x);
    CHECK(text.find(secret) == std::string::npos);
    CHECK(text.find("hunter2hunter2") == std::string::npos);
    CHECK(text.find('\n') == std::string::npos);
  }
}

TEST_CASE("the head of a line survives", "[llm][transcript]") {
  const auto x = through(line(record_waited{}));
  CHECK(x.job_id == "job-1");
  CHECK(x.lease_id == "lease-1");
  CHECK(x.attempt == 2);
  CHECK(x.wall_s == 1'000'000);
  CHECK(x.at.count() == 5);
}

TEST_CASE("an endless answer is shortened and its length told", "[llm][transcript]") {
  chat_reply reply;
  reply.content = std::string(2'000'000, 'w');
  const auto text = codec.render(line(record_replied{reply, {}}));
  CHECK(text.size() < 300'000);
  CHECK(text.find("\"content_bytes\":2000000") != std::string::npos);
}

TEST_CASE("what is no line of a transcript is said to be none", "[llm][transcript]") {
  for (const char* text :
       {"", "{}", "[]", "null", R"({"type":"waited"})", R"({"type":7,"job_id":"x"})",
        R"({"type":"no","job_id":"","lease_id":"","attempt":1,"wall_s":1,"at_ms":1})",
        R"({"type":"ran","job_id":"","lease_id":"","attempt":1,"wall_s":1,"at_ms":1})"})
    CHECK(codec.parse(text).error().code == ec::bad_shape);
}
