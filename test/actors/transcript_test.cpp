#include "actors/domain/replay.hpp"
#include "actors/runner/transcript_actor.hpp"
#include "test/support/run_fixture.hpp"

using namespace claw;
using namespace claw::test;
using namespace std::chrono_literals;

namespace {

/// Lines as they come, without a disk.
struct noted_lines final : transcript_codec, transcript_store {
  std::string render(const run_line& x) const override {
    lines.push_back(x);
    return "{}";
  }
  outcome<run_line> parse(const std::string&) const override { return failure{ec::bad_shape, ""}; }
  outcome<done> append(const std::string&, const std::string&) override {
    if (full)
      return failure{ec::io_failed, "no space left"};
    return done{};
  }

  mutable std::vector<run_line> lines;
  bool full = false;
};

struct transcript_fixture : run_fixture {
  transcript_fixture() {
    settings.transcripts = sys.spawn(transcript_actor, transcript_config{notes, notes});
    settings.wall_s = [] { return int64_t{1'000'000}; };
    tools->tool("repo_list", "demo");
    tools->tool("repo_grep", "src/a.cpp:1:a");
  }

  ~transcript_fixture() {
    caf::anon_send_exit(settings.transcripts, caf::exit_reason::kill);
    settings.transcripts = nullptr;
  }

  template <class T>
  std::size_t count() const {
    std::size_t n = 0;
    for (const auto& x : notes->lines)
      n += std::holds_alternative<T>(x.what);
    return n;
  }

  std::shared_ptr<noted_lines> notes = std::make_shared<noted_lines>();
};

} // namespace

TEST_CASE("a run of every kind of event replays offline, decision by decision",
          "[transcript][actors]") {
  transcript_fixture x;
  x.chat->then_fails(chat_error::overloaded, "busy");
  x.chat->then_calls({{"repo_list", "{}"}, {"repo_grep", R"({"query":"a"})"}});
  x.chat->then_calls({{"repo_list", "{}"}}); // the same again: it is not run
  x.chat->then_calls({{"no_such_tool", "{}"}});
  x.chat->then_says("forty-two");
  x.start_task("what?");
  for (int i = 0; i < 20; ++i)
    x.pass(1s);
  REQUIRE(x.ended().what == run_outcome::kind::result);
  CHECK(x.count<record_begun>() == 1);
  CHECK(x.count<record_waited>() == 1);
  CHECK(x.count<record_asked>() == 5);
  CHECK(x.count<record_ran>() == 1);
  const auto asked = x.chat->requests();

  const auto again = replay(x.notes->lines);
  REQUIRE(again);
  CHECK(again->decisions == 5 + 1 + 1 + 1); // asked, waited, ran, finished
  CHECK(again->story.back().find("finished") != std::string::npos);
  CHECK(x.chat->requests().size() == asked.size()); // nobody was asked again
}

TEST_CASE("a transcript that says something else does not replay", "[transcript][actors]") {
  transcript_fixture x;
  x.chat->then_calls({{"repo_list", "{}"}});
  x.chat->then_says("forty-two");
  x.start_task("what?");
  x.settle();
  auto lines = x.notes->lines;
  REQUIRE(replay(lines));
  std::erase_if(lines, [](const run_line& line) { return std::holds_alternative<record_ran>(line.what); });
  CHECK(replay(lines).error().why.find("line 4") == 0);
}

TEST_CASE("a resumed attempt begins where the earlier one stopped", "[transcript][actors]") {
  transcript_fixture x;
  x.chat->then_calls({{"repo_list", "{}"}});
  x.start_task("what?");
  x.settle();
  REQUIRE_FALSE(x.shown("checkpoint").empty());
  x.job.checkpoint_json = x.shown("checkpoint").back();
  x.notes->lines.clear();
  x.heard = {};
  x.chat->then_says("forty-two");
  x.start_task("what?");
  x.settle();
  REQUIRE(std::holds_alternative<record_begun>(x.notes->lines.at(0).what));
  CHECK(std::get<record_begun>(x.notes->lines[0].what).resumed->steps == 1);
  CHECK(replay(x.notes->lines));
}

TEST_CASE("a run that is stopped says who stopped it", "[transcript][actors]") {
  transcript_fixture x;
  x.chat->then_fails(chat_error::loading, "it loads");
  x.start_task("what?");
  x.settle();
  x.cancel("cancelled by a user");
  x.settle();
  const auto& last = x.notes->lines.back().what;
  REQUIRE(std::holds_alternative<record_ended>(last));
  CHECK(std::get<record_ended>(last).why == "cancelled by a user");
  CHECK(replay(x.notes->lines));
}

TEST_CASE("only what is new of a conversation is written", "[transcript][actors]") {
  transcript_fixture x;
  x.chat->then_calls({{"repo_list", "{}"}});
  x.chat->then_says("forty-two");
  x.start_task("what?");
  x.settle();
  std::vector<record_asked> asked;
  for (const auto& line : x.notes->lines)
    if (const auto* found = std::get_if<record_asked>(&line.what))
      asked.push_back(*found);
  REQUIRE(asked.size() == 2);
  CHECK(asked[0].kept == 0);
  CHECK(asked[1].kept == asked[0].added.size());
  CHECK(asked[1].added.size() == 2); // the call and its result
}

TEST_CASE("a full disk costs the transcript, not the run", "[transcript][actors]") {
  transcript_fixture x;
  x.notes->full = true;
  x.chat->then_says("forty-two");
  x.start_task("what?");
  x.settle();
  CHECK(x.ended().what == run_outcome::kind::result);
}
