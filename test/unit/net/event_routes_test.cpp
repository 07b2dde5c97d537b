#include "net/http_text.hpp"
#include "test/support/asked_api.hpp"
#include "test/support/sample_jobs.hpp"

using namespace claw;
using namespace std::chrono_literals;
using nlohmann::json;

namespace {

const job_id id = sample_id(1);
const std::string path = "/jobs/" + to_string(id) + "/events";
const http_field as_stream = {"Accept", "text/event-stream, */*"};

/// A job with progress events up to `last`.
struct followed : asked_api {
  followed() {
    broker.commit(creation(1));
    grow(3);
  }

  void grow(uint64_t last, std::string data = R"({"text":"a"})") {
    auto change = creation(1);
    change.events.clear();
    change.after.status = job_status::running;
    while (newest < last)
      change.events.push_back(
          {++newest, 1'700'000'000'123, job_event_kind::delta, 1, "w1", "", data});
    change.after.events = newest;
    broker.commit(change);
  }

  void end() {
    auto change = completion(1, "the result");
    change.after.events = change.events[0].sequence = ++newest;
    broker.commit(change);
  }

  exchange_ptr stream(const std::string& query = "", header_list headers = {}) {
    headers.push_back(as_stream);
    return bot("GET", path + query, "", std::move(headers));
  }

  /// The job has news: what it answers the newest watch.
  void tell_watch() {
    const auto& x = broker.watches.back();
    x.answer.answer(newest > x.after);
  }

  uint64_t newest = 1;
};

std::vector<uint64_t> sequences(const json& page) {
  std::vector<uint64_t> all;
  for (const auto& x : page.at("events"))
    all.push_back(x.at("sequence"));
  return all;
}

std::vector<std::string> frames(const std::string& piece) {
  std::vector<std::string> all;
  for (std::size_t at = 0; at < piece.size();) {
    const auto end = piece.find("\n\n", at);
    REQUIRE(end != std::string::npos);
    all.push_back(piece.substr(at, end - at));
    at = end + 2;
  }
  return all;
}

} // namespace

// -- pages ---------------------------------------------------------------------------------------------------------

TEST_CASE_METHOD(followed, "a page tells the events after a place", "[net][api]") {
  const auto all = bot("GET", path)->body();
  CHECK(sequences(all) == std::vector<uint64_t>{1, 2, 3});
  CHECK(all.at("next") == 3);
  CHECK(all.at("events").at(1)
        == json{{"sequence", 2},
                {"at_ms", 1'700'000'000'123},
                {"type", "delta"},
                {"attempt", 1},
                {"worker_id", "w1"},
                {"why", nullptr},
                {"data", {{"text", "a"}}}});
  const auto rest = bot("GET", path + "?after=2")->body();
  CHECK(sequences(rest) == std::vector<uint64_t>{3});
  const auto none = bot("GET", path + "?after=3")->body();
  CHECK(sequences(none).empty());
  CHECK(none.at("next") == 3);
  CHECK(broker.watches.empty());
}

TEST_CASE_METHOD(followed, "a page is not held when there is something to tell", "[net][api]") {
  CHECK(sequences(bot("GET", path + "?after=1&wait=10")->body()).size() == 2);
  end();
  CHECK(sequences(bot("GET", path + "?after=4&wait=10")->body()).empty()); // it has ended: nothing will come
  CHECK(broker.watches.empty());
}

TEST_CASE_METHOD(followed, "a held page is answered when there is news", "[net][api]") {
  const auto x = bot("GET", path + "?after=3&wait=10");
  CHECK(x->status() == 0);
  const auto& watch = broker.watches.at(0);
  CHECK(watch.id == id);
  CHECK(watch.after == 3);
  CHECK(watch.wait == 10s);
  grow(5);
  tell_watch();
  CHECK(sequences(x->body()) == std::vector<uint64_t>{4, 5});
  CHECK(x->body().at("next") == 5);
}

TEST_CASE_METHOD(followed, "a held page whose time is up is empty", "[net][api]") {
  const auto x = bot("GET", path + "?after=3&wait=10");
  tell_watch();
  CHECK(x->body() == json{{"events", json::array()}, {"next", 3}});
}

TEST_CASE_METHOD(followed, "a held page ends with the broker, and tells of a restart", "[net][api]") {
  const auto restarting = bot("GET", path + "?after=3&wait=10");
  broker.watches.clear();
  CHECK(restarting->status() == 503);
  api.stop();
  const auto stopping = bot("GET", path + "?after=3&wait=10");
  broker.watches.clear();
  CHECK(stopping->body() == json{{"events", json::array()}, {"next", 3}});
}

TEST_CASE_METHOD(followed, "a held page whose client goes away is watched no more", "[net][api]") {
  bot("GET", path + "?after=3&wait=10")->leave();
  REQUIRE(broker.closed_polls.size() == 1);
  CHECK(broker.closed_polls[0].poll == broker.watches.at(0).poll);
  CHECK(broker.closed_polls[0].watched == id);
  const header_list headers{{"X-Bot-Token", "bot-secret"}};
  ask("GET", path + "?after=3&wait=10", headers, "", true);
  CHECK(broker.order == std::vector<std::string>{"watch", "poll_closed", "watch", "poll_closed"});
}

TEST_CASE_METHOD(followed, "a page of large events ends early and goes on from there", "[net][api]") {
  const auto large = R"({"text":")" + std::string(60'000, 'x') + "\"}";
  grow(43, large);
  const auto page = bot("GET", path + "?after=3")->body();
  const auto told = sequences(page);
  CHECK(told.size() == 18); // the first million bytes and the event that passes it
  CHECK(page.at("next") == told.back());
  const auto held = bot("GET", path + "?after=43&wait=1");
  grow(83, large);
  tell_watch();
  CHECK(sequences(held->body()).size() == 18);
}

// -- streams -------------------------------------------------------------------------------------------------------

TEST_CASE_METHOD(followed, "a stream tells what was and what comes", "[net][api]") {
  const auto x = stream();
  CHECK(x->stream_type == "text/event-stream");
  const auto first = frames(x->take_piece());
  REQUIRE(first.size() == 3);
  CHECK(first[0].starts_with("id: 1\nevent: created\ndata: {"));
  CHECK(first[1].starts_with("id: 2\nevent: delta\ndata: {"));
  CHECK(json::parse(first[1].substr(first[1].rfind("data: ") + 6)).at("sequence") == 2);
  const auto& watch = broker.watches.at(0);
  CHECK(watch.after == 3);
  CHECK(watch.wait == 15s);
  grow(4, R"({"text":"two\nlines"})");
  tell_watch();
  x->run();
  const auto second = frames(x->take_piece());
  REQUIRE(second.size() == 1);
  CHECK(second[0].starts_with("id: 4\nevent: delta\ndata: {"));
  CHECK_FALSE(x->ended);
}

TEST_CASE_METHOD(followed, "a stream ends with the job, and tells how it ended", "[net][api]") {
  const auto x = stream("?after=3");
  CHECK(x->pieces.empty());
  end();
  tell_watch();
  x->run();
  const auto last_event = frames(x->take_piece());
  REQUIRE(last_event.size() == 1);
  CHECK(last_event[0].starts_with("id: 4\nevent: done\n"));
  const auto end_frame = frames(x->take_piece());
  REQUIRE(end_frame.size() == 1);
  CHECK(end_frame[0].starts_with("event: end\ndata: {")); // no id: a client resumes at a real event
  CHECK(json::parse(end_frame[0].substr(end_frame[0].find("data: ") + 6)).at("result") == "the result");
  CHECK(x->ended);
}

TEST_CASE_METHOD(followed, "a client that comes back goes on where it was", "[net][api]") {
  struct row {
    const char* query;
    header_list headers;
    std::size_t told;
  };
  const auto x = GENERATE(values<row>({
      {"", {}, 3},
      {"?after=1", {}, 2},
      {"", {{"Last-Event-ID", "2"}}, 1},
      {"?after=1", {{"Last-Event-ID", "2"}}, 1}, // the later word
      {"?after=1", {{"Last-Event-ID", "x"}}, 2}, //
      {"?after=1", {{"Last-Event-ID", ""}}, 2},
      {"?after=1", {{"Last-Event-ID", "-1"}}, 2},
  }));
  const auto s = stream(x.query, x.headers);
  CHECK(frames(s->take_piece()).size() == x.told);
}

TEST_CASE_METHOD(followed, "a silent stream shows that it lives", "[net][api]") {
  const auto x = stream("?after=3");
  tell_watch(); // with nothing
  x->run();
  CHECK(x->take_piece() == ": nothing new\n\n");
  CHECK(broker.watches.size() == 2);
}

TEST_CASE_METHOD(followed, "a long history comes in pieces", "[net][api]") {
  grow(2'500);
  const auto x = stream();
  std::size_t told = 0;
  while (broker.watches.empty())
    told += frames(x->take_piece()).size();
  CHECK(told == 2'500);
  CHECK(x->pieces.size() == 3);
}

TEST_CASE_METHOD(followed, "a stream reads of large events little more than it sends", "[net][api]") {
  grow(43, R"({"text":")" + std::string(60'000, 'x') + "\"}");
  const auto x = stream();
  CHECK(broker.store.event_bytes_told < 150'000);
  CHECK(x->take_piece().size() < 100'000);
}

TEST_CASE_METHOD(followed, "a stream ends when its job is pruned, and who comes back is told so", "[net][api]") {
  grow(2'500);
  end();
  const auto x = stream();
  CHECK(frames(x->take_piece()).size() == 1'000);
  REQUIRE(broker.store.erase({id}));
  x->take_piece(); // was on its way
  CHECK(x->ended);
  CHECK(x->pieces.size() == 2);
  CHECK(broker.watches.empty());
  const auto again = stream("", {{"Last-Event-ID", "2000"}});
  CHECK(again->status() == 404);
  CHECK(again->body().at("detail") == "job not found");
}

TEST_CASE_METHOD(followed, "a stream whose client goes away is watched no more", "[net][api]") {
  const auto x = stream("?after=3");
  x->leave();
  REQUIRE(broker.closed_polls.size() == 1);
  CHECK(broker.closed_polls[0].poll == broker.watches.at(0).poll);
  CHECK(broker.closed_polls[0].watched == id);
  grow(4);
  tell_watch(); // it was on its way
  x->run();
  CHECK(x->pieces.empty());
  CHECK(broker.watches.size() == 1);
}

TEST_CASE_METHOD(followed, "a client that goes away during a piece is not watched for", "[net][api]") {
  const auto x = stream();
  x->leave();
  x->take_piece();
  CHECK(broker.watches.empty());
  CHECK(broker.closed_polls.empty());
}

TEST_CASE_METHOD(followed, "a stream ends when the broker restarts or goes down", "[net][api]") {
  const auto restarting = stream("?after=3");
  broker.watches.clear(); // whoever would answer is gone
  restarting->run();
  CHECK(restarting->ended); // the client comes back with Last-Event-ID
  CHECK(restarting->pieces.empty());
  const auto stopping = stream("?after=3");
  api.stop();
  tell_watch();
  stopping->run();
  CHECK(stopping->ended);
  CHECK(broker.watches.size() == 1);
}

TEST_CASE_METHOD(followed, "a stream ends when its job cannot be read", "[net][api]") {
  const auto x = stream("?after=3");
  broker.readable = false;
  broker.watches.at(0).answer.answer(true);
  x->run();
  CHECK(x->ended);
}

TEST_CASE_METHOD(followed, "HEAD asks for no stream", "[net][api]") {
  const auto x = bot("HEAD", path, "", {as_stream});
  CHECK(x->stream_type.empty());
  CHECK(x->status() == 200);
}

TEST_CASE("a stream is for who asks for its type by name", "[http_text]") {
  for (const auto* accept : {"text/event-stream", "TEXT/Event-Stream", "application/json, text/event-stream;q=0.5",
                             "text/event-stream ; charset=utf-8 ; q=1.0"})
    CHECK(asks_for_type(accept, "text/event-stream"));
  for (const auto* accept : {"", "*/*", "text/*", "text/event-streamx", "text/event-stream;q=0",
                             "application/json, text/event-stream; Q=0.000", ",;,="})
    CHECK_FALSE(asks_for_type(accept, "text/event-stream"));
}
