#include "apps/cli/inspect_view.hpp"
#include "test/support/catch.hpp"

using namespace claw;
using nlohmann::json;

namespace {

json actor(int id, json parent, const char* name, json more = json::object()) {
  json one{{"id", id},        {"parent", std::move(parent)}, {"name", name},          {"state", "idle"},
           {"mailbox", 0},    {"oldest_ms", nullptr},        {"in_hand_ms", nullptr}, {"last_failure", nullptr},
           {"silent", false}, {"facts", json::object()}};
  one.update(more);
  return one;
}

json answer(json actors) {
  return {{"node", {{"program", "openclaw-broker"}, {"version", "1.2"}, {"pid", 7}, {"started_ms", 1'000}}},
          {"now_ms", 3'601'000},
          {"actors", std::move(actors)},
          {"left_out", 0}};
}

} // namespace

TEST_CASE("the tree shows children below their parent, further in", "[inspection]") {
  const auto text = inspection_tree_text(
      answer({actor(3, 9, "job_queue"), actor(9, nullptr, "supervisor"), actor(12, 3, "job"), actor(13, 9, "tokens")}));
  CHECK(text
        == "openclaw-broker 1.2, pid 7, up 1 h, 4 actors, 1970-01-01T01:00:01Z\n"
           "ACTOR                             STATE           MAILBOX    OLDEST  TELLS\n"
           "supervisor 9                      idle                  0         -\n"
           "  job_queue 3                     idle                  0         -\n"
           "    job 12                        idle                  0         -\n"
           "  tokens 13                       idle                  0         -\n");
}

TEST_CASE("an actor's line tells what it works on, what waits, and what it knows", "[inspection]") {
  const auto text
      = inspection_tree_text(answer({actor(3, nullptr, "job_queue",
                                           {{"state", "working"},
                                            {"in_hand_ms", 34'000},
                                            {"mailbox", 311},
                                            {"oldest_ms", 1'250},
                                            {"facts", {{"open", 5}, {"stopping", false}, {"worker_id", "box"}}},
                                            {"last_failure", {{"why", "job: it broke"}, {"ago_ms", 4'200}}}})}));
  CHECK(text.find(
            "job_queue 3                       working 34.0 s      311     1.2 s  open=5 stopping=false worker_id=box\n"
            "  ! 4.2 s ago: job: it broke\n")
        != std::string::npos);
}

TEST_CASE("an actor that does not answer is told as such", "[inspection]") {
  CHECK(inspection_tree_text(answer({actor(3, nullptr, "job_queue", {{"silent", true}})})).find("does not answer\n")
        != std::string::npos);
}

TEST_CASE("an answer that turns in circles or leaves things out is shown without end or error", "[inspection]") {
  const auto circle = inspection_tree_text(answer({actor(1, 2, "a"), actor(2, 1, "b")}));
  CHECK(circle.find("2 actors") != std::string::npos);
  auto poor = answer({json::object(), json(7)});
  poor["left_out"] = 12;
  CHECK(inspection_tree_text(poor).find("and 12 more\n") != std::string::npos);
}

TEST_CASE("events are lines with a time, and a reason where there is one", "[inspection]") {
  const json events{{"events",
                     {{{"at_ms", 1'000}, {"event", "started"}, {"name", "job"}, {"actor", 4}, {"why", nullptr}},
                      {{"at_ms", 2'000}, {"event", "failed"}, {"name", "job"}, {"actor", 4}, {"why", "it broke"}}}}};
  CHECK(inspection_events_text(events)
        == "1970-01-01T00:00:01Z started job 4\n1970-01-01T00:00:02Z failed  job 4: it broke\n");
}

TEST_CASE("spans are told in the unit that fits", "[inspection]") {
  CHECK(span_text(0) == "0 ms");
  CHECK(span_text(999) == "999 ms");
  CHECK(span_text(4'250) == "4.2 s");
  CHECK(span_text(59'999) == "59.9 s");
  CHECK(span_text(60'000) == "1 min");
  CHECK(span_text(47 * 3'600'000) == "47 h");
  CHECK(span_text(48 * 3'600'000) == "2 d");
}
