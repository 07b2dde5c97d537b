// Which answers of the broker ask for room before they are made.

#include "test/support/asked_api.hpp"
#include "test/support/sample_jobs.hpp"

#include <array>

using namespace claw;
using nlohmann::json;

namespace {

const std::string job_path = "/jobs/" + to_string(sample_id(1));
const std::string large_text(limits::large_bytes + 1, 'x');

asked_api::exchange_ptr asked_of_done_job(asked_api& door, const std::string& target, const std::string& result,
                                          const header_list& headers = {}) {
  door.broker.commit(creation(1, "payload"));
  door.broker.commit(completion(1, result));
  return door.bot("GET", target, "", headers);
}

} // namespace

TEST_CASE("what shows all of a large job asks for room, of a small one not", "[net][api]") {
  const std::array targets = {job_path, job_path + "/answer", std::string{"/jobs"}};
  const auto& target = targets.at(GENERATE(0U, 1U, 2U));
  INFO(target);
  asked_api small, big;
  const auto told_small = asked_of_done_job(small, target, "42");
  REQUIRE(told_small->reply); // at once
  CHECK(told_small->asked_for_room == 0);
  const auto told_big = asked_of_done_job(big, target, large_text);
  CHECK_FALSE(told_big->reply);
  CHECK(told_big->asked_for_room == 1);
  CHECK(told_big->status() == 200);
  CHECK(told_big->reply->body.size() > large_text.size());
}

TEST_CASE("a list of beginnings asks for no room", "[net][api]") {
  asked_api door;
  const auto told = asked_of_done_job(door, "/jobs?texts=100", large_text);
  REQUIRE(told->reply);
  CHECK(told->reply->body.size() < 2'000);
}

TEST_CASE("a stream asks for room before the end that carries a large job", "[net][api]") {
  asked_api door;
  const auto x = asked_of_done_job(door, job_path + "/events", large_text, {{"Accept", "text/event-stream"}});
  x->take_piece();
  CHECK(x->asked_for_room == 1);
  x->run();
  CHECK(x->take_piece().find(large_text) != std::string::npos);
  CHECK(x->ended);
}

TEST_CASE("a cancelled job that is large is told when there is room", "[net][api]") {
  asked_api door;
  door.broker.commit(creation(1, large_text));
  const auto x = door.bot("POST", job_path + "/cancel");
  door.broker.cancels.at(0).answer.answer(job{creation(1).after});
  CHECK(x->status() == 200);
  CHECK(x->asked_for_room == 1);
}

TEST_CASE("a job that cannot be read is told of at once", "[net][api]") {
  asked_api door;
  door.broker.readable = false;
  const auto x = door.bot("GET", job_path);
  CHECK(x->status() == 500);
  CHECK(x->asked_for_room == 0);
}

TEST_CASE("a stream comes in small pieces, a page of events in one large", "[net][api]") {
  asked_api door;
  auto change = creation(1, "payload");
  const std::size_t events = 100;
  const auto data = json{{"text", std::string(10'000, 'x')}}.dump();
  for (std::size_t n = 2; n <= events; ++n)
    change.events.push_back({n, 0, job_event_kind::status, 1, "w", "", data});
  change.after.events = events;
  door.broker.commit(change);
  CHECK(door.bot("GET", job_path + "/events")->body().at("events").size() == events);
  const auto x = door.bot("GET", job_path + "/events", "", {{"Accept", "text/event-stream"}});
  for (std::size_t seen = 0; seen < events;) {
    const auto piece = x->take_piece();
    CHECK(piece.size() <= limits::large_bytes);
    for (auto at = piece.find("event: "); at != std::string::npos; at = piece.find("event: ", at + 1))
      ++seen;
  }
}
