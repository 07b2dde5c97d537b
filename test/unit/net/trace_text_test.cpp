#include "net/chrome_trace.hpp"
#include "net/trace_text.hpp"
#include "test/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <set>

using namespace claw;
using nlohmann::json;

namespace {

remote_event event(uint64_t sequence, int64_t at_ms, std::string type, std::string worker = "", std::string data = "") {
  remote_event x;
  x.sequence = sequence;
  x.at_ms = at_ms;
  x.type = std::move(type);
  x.attempt = 1;
  x.worker_id = std::move(worker);
  x.data_json = std::move(data);
  return x;
}

const redactor hides_ours{{"our-own-token"}};

/// A job of a worker whose name moves a terminal's cursor, with two tools at once.
std::vector<trace_entry> a_life() {
  std::vector<told_event> events;
  for (const auto& x :
       {event(1, 1'000, "created"), event(2, 1'500, "claimed", "b\x1b[2Jox"),
        event(3, 1'600, "status", "b\x1b[2Jox", R"({"status":"asking_model","why":"step 1"})"),
        event(4, 1'700, "tool_call", "b\x1b[2Jox", R"({"id":"a","name":"repo_grep","args":{"query":"our-own-token"}})"),
        event(5, 1'700, "tool_call", "b\x1b[2Jox", R"({"id":"b","name":"repo_list","args":null})"),
        event(6, 1'900, "tool_result", "b\x1b[2Jox", R"({"id":"a","name":"repo_grep","status":"ok","ms":200})"),
        event(7, 1'950, "tool_result", "b\x1b[2Jox",
              R"({"id":"b","name":"repo_list","status":"error","error":"gone\nquite","ms":210})"),
        event(8, 2'000, "usage", "b\x1b[2Jox", R"({"prompt_tokens":9,"completion_tokens":1})"),
        event(9, 2'500, "done", "b\x1b[2Jox")})
    if (auto y = told(x, hides_ours))
      events.push_back(*y);
  return trace_of(events);
}

remote_job a_job() {
  remote_job job;
  job.id = "job-1";
  job.command = "llm_task";
  job.status = "done";
  job.worker_id = "box";
  job.attempt = 1;
  job.created_s = 1;
  job.requester = "discord:7";
  return job;
}

} // namespace

TEST_CASE("a time line has a line for each thing, redacted and without control characters", "[trace]") {
  const auto text = trace_text(a_job(), "", a_life(), hides_ours);
  CHECK(text.find("job job-1, llm_task: done on box, attempt 1\ncreated at 1970-01-01T00:00:01Z for discord:7\n") == 0);
  CHECK(text.find("0.500     1.000  b[2Jox  attempt 1: done\n") != std::string::npos);
  CHECK(text.find("  tool repo_grep {\"query\":\"***\"}: ok\n") != std::string::npos);
  CHECK(text.find("  tool repo_list failed: gone quite\n") != std::string::npos);
  CHECK(text.find("our-own-token") == std::string::npos);
  CHECK(text.find('\x1b') == std::string::npos);
}

TEST_CASE("what is not over yet is shown so", "[trace]") {
  auto job = a_job();
  job.status = "running";
  std::vector<told_event> events{*told(event(1, 0, "created"), hides_ours),
                                 *told(event(2, 10, "claimed", "box"), hides_ours)};
  const auto text = trace_text(job, "It runs on box.", trace_of(events), hides_ours);
  CHECK(text.find("\nIt runs on box.\n") != std::string::npos);
  CHECK(text.find("       ...  box     attempt 1\n") != std::string::npos);
}

TEST_CASE("a type of a newer broker is passed over", "[trace]") {
  CHECK_FALSE(told(event(1, 0, "teleported"), hides_ours));
}

TEST_CASE("a trace as JSON has times, nodes and names", "[trace]") {
  const auto x = json::parse(trace_json(a_job(), "", a_life(), hides_ours));
  CHECK(x["job"]["requester"] == "discord:7");
  CHECK(x["entries"][0]
        == json{{"kind", "point"},
                {"from_ms", 1000},
                {"until_ms", nullptr},
                {"node", "broker"},
                {"name", "created"},
                {"detail", ""},
                {"failed", false}});
  CHECK(x.dump().find("our-own-token") == std::string::npos);
}

TEST_CASE("a file for trace viewers keeps to the Trace Event Format", "[trace]") {
  const auto file = json::parse(chrome_trace_json("job-1", a_life(), hides_ours));
  CHECK(file["displayTimeUnit"] == "ms");
  std::map<std::pair<int, int>, int64_t> thread_end_us; // complete events of a thread must not overlap
  std::map<std::string, int> halves;
  std::set<int> named;
  for (const auto& x : file["traceEvents"]) {
    const std::string phase = x["ph"];
    CHECK((x["pid"].is_number_integer() && x["tid"].is_number_integer() && x["name"].is_string()));
    if (phase == "M") {
      named.insert(x["pid"].get<int>());
      continue;
    }
    CHECK(named.count(x["pid"].get<int>()) == 1);
    CHECK((x["ts"].is_number_integer() && x["cat"].is_string() && x["args"].is_object()));
    if (phase == "X") {
      auto& end = thread_end_us[{x["pid"], x["tid"]}];
      CHECK(x["ts"].get<int64_t>() >= end);
      end = x["ts"].get<int64_t>() + x["dur"].get<int64_t>();
    } else if (phase == "b" || phase == "e") {
      halves[x["id"]] += phase == "b" ? 1 : -1;
    } else {
      CHECK((phase == "i" && x["s"] == "p"));
    }
  }
  CHECK(halves == std::map<std::string, int>{{"tool-1", 0}, {"tool-2", 0}});
  CHECK(named.size() == 2);
  CHECK(file.dump().find("our-own-token") == std::string::npos);
}
