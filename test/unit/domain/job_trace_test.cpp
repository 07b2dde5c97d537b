#include "actors/domain/job_trace.hpp"
#include "test/support/catch.hpp"

using namespace claw;
using kind = trace_entry::kind;

namespace {

/// A life that is told event by event.
struct life {
  std::vector<told_event> events;

  told_event& tell(int64_t at_ms, job_event_kind what, std::string worker = "", std::string why = "") {
    told_event x;
    x.what = {events.size() + 1, at_ms, what, attempt, std::move(worker), std::move(why), ""};
    events.push_back(x);
    return events.back();
  }
  void claimed(int64_t at_ms, std::string worker) {
    ++attempt;
    tell(at_ms, job_event_kind::claimed, std::move(worker));
  }
  void status(int64_t at_ms, std::string name, std::string why = "") {
    auto& x = tell(at_ms, job_event_kind::status, "box");
    x.name = std::move(name);
    x.detail = std::move(why);
  }
  void tool_call(int64_t at_ms, std::string id, std::string name) {
    auto& x = tell(at_ms, job_event_kind::tool_call, "box");
    x.call_id = std::move(id);
    x.name = std::move(name);
  }
  void tool_result(int64_t at_ms, std::string id, std::string name, int64_t took_ms) {
    auto& x = tell(at_ms, job_event_kind::tool_result, "box");
    x.call_id = std::move(id);
    x.name = std::move(name);
    x.took_ms = took_ms;
  }

  uint32_t attempt = 0;
};

std::vector<trace_entry> of_kind(const std::vector<trace_entry>& all, kind what) {
  std::vector<trace_entry> out;
  for (const auto& x : all)
    if (x.what == what)
      out.push_back(x);
  return out;
}

bool spans(const trace_entry& x, int64_t from_ms, int64_t until_ms) {
  return x.from_ms == from_ms && x.until_ms == until_ms;
}

} // namespace

TEST_CASE("a job waits, is tried and is done", "[job_trace]") {
  life x;
  x.tell(100, job_event_kind::created);
  x.claimed(130, "box");
  x.tell(190, job_event_kind::done, "box");
  const auto trace = trace_of(x.events);
  REQUIRE(trace.size() == 4);
  CHECK(trace[0].name == "created");
  CHECK((trace[1].what == kind::wait && spans(trace[1], 100, 130)));
  CHECK((trace[2].name == "attempt 1" && trace[2].node == "box" && trace[2].detail == "done"));
  CHECK((spans(trace[2], 130, 190) && !trace[2].failed));
  CHECK((trace[3].name == "done" && trace[3].node.empty()));
}

TEST_CASE("a lost lease ends an attempt, and the job waits once more", "[job_trace]") {
  life x;
  x.tell(0, job_event_kind::created);
  x.claimed(10, "first");
  x.tell(70, job_event_kind::requeued, "first", "lease_expired");
  x.claimed(75, "second");
  const auto trace = trace_of(x.events);
  const auto attempts = of_kind(trace, kind::attempt);
  const auto waits = of_kind(trace, kind::wait);
  REQUIRE(attempts.size() == 2);
  CHECK((attempts[0].detail == "requeued: lease_expired" && attempts[0].failed && spans(attempts[0], 10, 70)));
  CHECK((attempts[1].name == "attempt 2" && attempts[1].node == "second" && !attempts[1].until_ms));
  REQUIRE(waits.size() == 2);
  CHECK(spans(waits[1], 70, 75));
}

TEST_CASE("the turns of the model and its tools stand within an attempt", "[job_trace]") {
  life x;
  x.tell(0, job_event_kind::created);
  x.claimed(0, "box");
  x.status(10, "asking_model", "step 1");
  x.status(11, "prefill", "50 %");
  x.tool_call(500, "a", "repo_grep");
  x.tool_result(500, "a", "repo_grep", 40);
  x.tell(501, job_event_kind::checkpoint, "box");
  x.status(502, "asking_model", "step 2");
  x.tell(600, job_event_kind::delta, "box");
  x.tell(650, job_event_kind::delta, "box");
  x.tell(700, job_event_kind::usage, "box").detail = "9 tokens in, 1 out";
  x.tell(710, job_event_kind::usage, "box").detail = "all of them";
  x.tell(720, job_event_kind::done, "box");
  const auto trace = trace_of(x.events);
  const auto turns = of_kind(trace, kind::model);
  const auto tools = of_kind(trace, kind::tool);
  REQUIRE(turns.size() == 2);
  CHECK((spans(turns[0], 10, 500) && turns[0].detail == "step 1"));
  CHECK((spans(turns[1], 502, 700) && turns[1].detail == "step 2: 9 tokens in, 1 out"));
  REQUIRE(tools.size() == 1);
  CHECK((spans(tools[0], 460, 500) && tools[0].name == "repo_grep" && tools[0].detail == "ok"));
  const auto points = of_kind(trace, kind::point);
  REQUIRE(points.size() == 4); // created, checkpoint, the first piece of the answer, done
  CHECK((points[1].name == "checkpoint" && points[2].name == "answer begins"));
}

TEST_CASE("tools that run at once are told apart by their calls", "[job_trace]") {
  life x;
  x.claimed(0, "box");
  x.tool_call(100, "a", "repo_grep");
  x.tool_call(100, "b", "repo_list");
  x.tool_result(160, "a", "repo_grep", 60);
  x.tool_result(200, "b", "repo_list", 90);
  x.events.back().failed = true;
  x.events.back().detail = "no such repo";
  const auto tools = of_kind(trace_of(x.events), kind::tool);
  REQUIRE(tools.size() == 2);
  CHECK((tools[0].name == "repo_grep" && spans(tools[0], 100, 160)));
  CHECK((tools[1].name == "repo_list" && spans(tools[1], 100, 190) && tools[1].detail == "failed: no such repo"));
}

TEST_CASE("no tool begins before its attempt, whatever a runner's clock says", "[job_trace]") {
  life x;
  x.claimed(1'000, "box");
  x.tool_call(1'010, "a", "repo_grep");
  x.tool_result(1'010, "a", "repo_grep", 900'000);
  CHECK(of_kind(trace_of(x.events), kind::tool).at(0).from_ms == 1'000);
}

TEST_CASE("a refused call, which never began, stands there with its refusal", "[job_trace]") {
  life x;
  x.claimed(0, "box");
  x.tool_result(20, "a", "repo_readfile", 0);
  x.events.back().failed = true;
  x.events.back().detail = "path outside repo";
  const auto tools = of_kind(trace_of(x.events), kind::tool);
  REQUIRE(tools.size() == 1);
  CHECK((spans(tools[0], 20, 20) && tools[0].failed && tools[0].detail == "failed: path outside repo"));
}

TEST_CASE("what a lost attempt left open ends with it", "[job_trace]") {
  life x;
  x.claimed(0, "box");
  x.status(5, "asking_model", "step 1");
  x.tool_call(20, "a", "repo_grep");
  x.status(21, "asking_model", "step 2");
  x.tell(90, job_event_kind::requeued, "box", "worker_lost");
  const auto trace = trace_of(x.events);
  CHECK(spans(of_kind(trace, kind::model).at(1), 21, 90));
  const auto tool = of_kind(trace, kind::tool).at(0);
  CHECK((spans(tool, 20, 90) && tool.failed && tool.detail == "no result came"));
}

TEST_CASE("a job that was cancelled, retried and given up tells all of it", "[job_trace]") {
  life x;
  x.tell(0, job_event_kind::created);
  x.tell(5, job_event_kind::cancelled);
  x.tell(9, job_event_kind::retried);
  x.claimed(10, "box");
  x.tell(12, job_event_kind::cancel_asked);
  x.tell(20, job_event_kind::buried, "box");
  x.tell(30, job_event_kind::late_result, "box");
  const auto trace = trace_of(x.events);
  std::string names;
  for (const auto& point : of_kind(trace, kind::point))
    names += point.name + ", ";
  CHECK(names == "created, cancelled, retried, cancel asked, buried, late result of box, ");
  CHECK(spans(of_kind(trace, kind::wait).at(0), 0, 5));
  CHECK(of_kind(trace, kind::attempt).at(0).detail == "buried");
}
