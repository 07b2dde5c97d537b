#include "actors/domain/job_trace.hpp"

#include <algorithm>
#include <utility>

namespace claw {

namespace {

using kind = trace_entry::kind;

class tracer {
public:
  void feed(const told_event& x);
  std::vector<trace_entry> take() { return std::move(entries_); }

private:
  struct open_tool {
    std::string call_id;
    std::size_t at;
  };

  void feed_status(const told_event& x);
  void begin_wait(const told_event& x);
  void begin_attempt(const told_event& x);
  void end_attempt(const told_event& x, const std::string& how);
  void end_model(int64_t now_ms, const std::string& detail = {});
  void end_tool(const told_event& x);
  void end_life(const told_event& x);
  void point(const told_event& x, bool of_broker, std::string name);
  std::size_t open(kind what, const told_event& x, std::string name, std::string detail);
  static void end(std::optional<std::size_t>& at, std::vector<trace_entry>& entries, int64_t now_ms);

  std::vector<trace_entry> entries_;
  std::optional<std::size_t> wait_, attempt_, model_; ///< what is not over yet, by its place in entries_
  std::vector<open_tool> tools_;
  bool speaks_ = false; ///< the first piece of the model's answer was heard
};

std::string with(std::string text, const std::string& more) {
  return more.empty() ? text : text.empty() ? more : text + ": " + more;
}

std::size_t tracer::open(kind what, const told_event& x, std::string name, std::string detail) {
  const auto node = what == kind::wait ? std::string{} : x.what.worker_id;
  entries_.push_back({what, x.what.at_ms, std::nullopt, node, std::move(name), std::move(detail)});
  return entries_.size() - 1;
}

void tracer::end(std::optional<std::size_t>& at, std::vector<trace_entry>& entries, int64_t now_ms) {
  if (at)
    entries[*at].until_ms = now_ms;
  at.reset();
}

void tracer::point(const told_event& x, bool of_broker, std::string name) {
  entries_.push_back({kind::point, x.what.at_ms, std::nullopt, of_broker ? std::string{} : x.what.worker_id,
                      std::move(name), with(x.what.why, x.detail)});
}

void tracer::begin_wait(const told_event& x) {
  wait_ = open(kind::wait, x, "waits for a worker", "");
}

void tracer::begin_attempt(const told_event& x) {
  end(wait_, entries_, x.what.at_ms);
  attempt_ = open(kind::attempt, x, "attempt " + std::to_string(x.what.attempt), "");
}

void tracer::end_attempt(const told_event& x, const std::string& how) {
  end_model(x.what.at_ms);
  for (const auto& tool : tools_) {
    entries_[tool.at].until_ms = x.what.at_ms;
    entries_[tool.at].failed = true;
    entries_[tool.at].detail = with(entries_[tool.at].detail, "no result came");
  }
  tools_.clear();
  if (attempt_) {
    entries_[*attempt_].detail = how;
    entries_[*attempt_].failed = x.what.kind != job_event_kind::done;
  }
  end(attempt_, entries_, x.what.at_ms);
}

void tracer::end_model(int64_t now_ms, const std::string& detail) {
  if (model_)
    entries_[*model_].detail = with(entries_[*model_].detail, detail);
  end(model_, entries_, now_ms);
  speaks_ = false;
}

/// It began at the latest when the broker heard of the call, and so long before the result as it took.
void tracer::end_tool(const told_event& x) {
  const auto found
      = std::find_if(tools_.rbegin(), tools_.rend(), [&](const open_tool& tool) { return tool.call_id == x.call_id; });
  std::size_t at = 0;
  if (found == tools_.rend()) {
    at = open(kind::tool, x, x.name, "");
  } else {
    at = found->at;
    tools_.erase(std::next(found).base());
  }
  auto& tool = entries_[at];
  const auto took = std::max<int64_t>(0, x.took_ms.value_or(x.what.at_ms - tool.from_ms));
  const auto not_before = attempt_ ? entries_[*attempt_].from_ms : tool.from_ms;
  tool.from_ms = std::max(not_before, std::min(tool.from_ms, x.what.at_ms - took));
  tool.until_ms = tool.from_ms + took;
  tool.failed = x.failed;
  tool.detail = with(tool.detail, x.failed ? with("failed", x.detail) : "ok");
}

void tracer::end_life(const told_event& x) {
  end_attempt(x, std::string{to_string(x.what.kind)});
  end(wait_, entries_, x.what.at_ms);
  point(x, true, std::string{to_string(x.what.kind)});
}

void tracer::feed_status(const told_event& x) {
  if (x.name == "asking_model") {
    end_model(x.what.at_ms);
    model_ = open(kind::model, x, "model", x.detail);
  } else if (x.name == "retry" || x.name == "withdrawn") {
    end_model(x.what.at_ms, with(x.name, x.detail));
  } else if (x.name != "prefill") {
    point(x, false, x.name);
  }
}

void tracer::feed(const told_event& x) {
  switch (x.what.kind) {
  case job_event_kind::created:
  case job_event_kind::retried:
    point(x, true, std::string{to_string(x.what.kind)});
    return begin_wait(x);
  case job_event_kind::claimed:
    return begin_attempt(x);
  case job_event_kind::requeued:
    end_attempt(x, with("requeued", x.what.why));
    return begin_wait(x);
  case job_event_kind::done:
  case job_event_kind::failed:
  case job_event_kind::cancelled:
  case job_event_kind::buried:
    return end_life(x);
  case job_event_kind::cancel_asked:
    return point(x, true, "cancel asked");
  case job_event_kind::late_result:
    return point(x, true, x.what.worker_id.empty() ? "late result" : "late result of " + x.what.worker_id);
  case job_event_kind::status:
    return feed_status(x);
  case job_event_kind::delta:
    if (!std::exchange(speaks_, true))
      point(x, false, "answer begins");
    return;
  case job_event_kind::tool_call:
    end_model(x.what.at_ms);
    return tools_.push_back({x.call_id, open(kind::tool, x, x.name, x.detail)});
  case job_event_kind::tool_result:
    return end_tool(x);
  case job_event_kind::usage:
    return end_model(x.what.at_ms, x.detail);
  case job_event_kind::checkpoint:
    return point(x, false, "checkpoint");
  }
}

} // namespace

std::string_view to_string(trace_entry::kind x) {
  switch (x) {
  case kind::point:
    return "point";
  case kind::wait:
    return "wait";
  case kind::attempt:
    return "attempt";
  case kind::model:
    return "model";
  case kind::tool:
    return "tool";
  case kind::note:
    return "note";
  }
  return "unknown";
}

void sort_trace(std::vector<trace_entry>& entries) {
  std::stable_sort(entries.begin(), entries.end(),
                   [](const trace_entry& a, const trace_entry& b) { return a.from_ms < b.from_ms; });
}

std::vector<trace_entry> trace_of(const std::vector<told_event>& events) {
  tracer life;
  for (const auto& x : events)
    life.feed(x);
  auto entries = life.take();
  sort_trace(entries);
  return entries;
}

} // namespace claw
