#include "apps/transfer/job_line.hpp"
#include "test/support/catch.hpp"
#include "test/support/lived_jobs.hpp"

#include <nlohmann/json.hpp>

using namespace claw;
using nlohmann::json;

namespace {

/// Every field set; some bytes are no UTF-8.
job_change full_change() {
  job_change x;
  x.after = full_job(7);
  x.after.create_digest = std::string{"\x00\xff\x10", 3};
  x.after.create_key = "caf\xe9";
  x.after.cancel_asked = true;
  x.after.end = job_end::cancelled;
  x.events = {full_event(1), full_event(2)};
  x.events[1].data_json = R"({"x": 1.50})"; // to the letter
  x.events[1].kind = job_event_kind::checkpoint;
  x.after.events = 2;
  x.texts = {{job_text::payload, std::string{"a\0b\xff", 4}}, {job_text::error, "no"}};
  return x;
}

std::string why_not(const json& line) {
  const auto x = parse_job_line(line.dump());
  return x ? "" : x.error().why;
}

} // namespace

TEST_CASE("a job is read from its line as it was, and written as that line again", "[transfer]") {
  const auto whole = full_change();
  const auto line = job_line(whole);
  CHECK(line.find('\n') == std::string::npos);
  const auto read = parse_job_line(line);
  REQUIRE(read);
  CHECK(read->after == whole.after);
  CHECK(read->events == whole.events);
  CHECK(read->texts == whole.texts);
  CHECK(job_line(*read) == line);
}

TEST_CASE("a text that is no UTF-8 stands in hex, and no other", "[transfer]") {
  const auto line = json::parse(job_line(full_change()));
  CHECK(line.at("idempotency_key") == json{{"hex", "636166e9"}});
  CHECK(line.at("payload") == json{{"hex", "610062ff"}});
  CHECK(line.at("worker_id") == "jetson-1");
  CHECK(line.at("idempotency_digest") == "00ff10");
}

TEST_CASE("each key must be there and of its kind, and the sentence names it", "[transfer]") {
  const auto good = json::parse(job_line(full_change()));
  REQUIRE(why_not(good).empty());
  for (const auto& [key, value] : good.items()) {
    INFO(key);
    auto without = good;
    without.erase(key);
    CHECK(why_not(without) == key + " is missing");
    auto wrong = good;
    wrong[key] = json::array({1});
    CHECK(why_not(wrong).find(key == "events" ? "event 1" : key) == 0);
  }
  auto more = good;
  more["color"] = "red";
  CHECK(why_not(more) == "it has a key that this program does not know");
}

TEST_CASE("each key of an event must be there, and the sentence names the event", "[transfer]") {
  const auto good = json::parse(job_line(full_change()));
  for (const auto& [key, value] : good.at("events").at(1).items()) {
    auto without = good;
    without["events"][1].erase(key);
    CHECK(why_not(without) == "event 2: " + key + " is missing");
  }
  auto more = good;
  more["events"][0]["color"] = "red";
  CHECK(why_not(more).find("event 1: it has a key") == 0);
  auto no_json = good;
  no_json["events"][0]["data"] = "{";
  CHECK(why_not(no_json) == "event 1: data must be the text of a JSON value");
}

TEST_CASE("values that no job has are refused", "[transfer]") {
  struct row {
    const char* key;
    json value;
  };
  const auto x = GENERATE(values<row>({
      {"id", "7"},
      {"status", "paused"},
      {"outcome", nullptr},
      {"attempt", -1},
      {"attempt", 4'294'967'296},
      {"created_at", 1.5},
      {"created_at", 18'446'744'073'709'551'615u},
      {"cancel_asked", "no"},
      {"tags", {{"a", 1}}},
      {"caps", {1}},
      {"idempotency_digest", "0g"},
      {"idempotency_digest", "0"},
      {"worker_id", {{"hex", "zz"}}},
      {"worker_id", {{"hex", "00"}, {"more", 1}}},
  }));
  auto line = json::parse(job_line(full_change()));
  line[x.key] = x.value;
  CHECK(why_not(line).find(x.key) == 0);
  CHECK_FALSE(parse_job_line("[]"));
  CHECK_FALSE(parse_job_line("{\"id\""));
}
