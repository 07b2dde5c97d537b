#include "net/chrome_trace.hpp"

#include "net/bounded_json.hpp"

#include <algorithm>
#include <utility>

namespace claw {

namespace {

using nlohmann::json;
using kind = trace_entry::kind;

constexpr int64_t us_per_ms = 1'000;

/// The threads of a node's process: one a kind, so that complete events of a thread never overlap.
constexpr int job_thread = 1;
constexpr int model_thread = 2;

class chrome_file {
public:
  chrome_file(const std::vector<trace_entry>& entries, const redactor& redact) : redact_(redact) {
    for (const auto& x : entries)
      end_ms_ = std::max({end_ms_, x.from_ms, x.until_ms.value_or(0)});
    for (const auto& x : entries)
      add(x);
  }

  json take() { return std::move(events_); }

private:
  int process_of(const trace_entry& x);
  void add(const trace_entry& x);
  json event(const char* phase, const trace_entry& x, int64_t at_ms);

  const redactor& redact_;
  json events_ = json::array();
  std::vector<std::string> processes_; ///< by number less one
  int64_t end_ms_ = 0;                 ///< the last thing that is known: what is not over yet is drawn until then
  int tools_ = 0;
};

int chrome_file::process_of(const trace_entry& x) {
  const auto role = x.what == kind::note ? "log of " : "worker ";
  const auto name = x.node.empty() ? "broker" : role + redact_.whole(x.node);
  const auto found = std::find(processes_.begin(), processes_.end(), name);
  if (found != processes_.end())
    return static_cast<int>(found - processes_.begin()) + 1;
  processes_.push_back(name);
  const auto process = static_cast<int>(processes_.size());
  events_.push_back(
      {{"ph", "M"}, {"name", "process_name"}, {"pid", process}, {"tid", job_thread}, {"args", {{"name", name}}}});
  for (const auto& [thread, word] : {std::pair{job_thread, "job"}, std::pair{model_thread, "model"}})
    if (thread == job_thread || name.starts_with("worker "))
      events_.push_back(
          {{"ph", "M"}, {"name", "thread_name"}, {"pid", process}, {"tid", thread}, {"args", {{"name", word}}}});
  return process;
}

json chrome_file::event(const char* phase, const trace_entry& x, int64_t at_ms) {
  const auto process = process_of(x);
  return {{"ph", phase},
          {"name", redact_.whole(x.name)},
          {"cat", to_string(x.what)},
          {"ts", at_ms * us_per_ms},
          {"pid", process},
          {"tid", x.what == kind::model ? model_thread : job_thread},
          {"args", {{"detail", redact_.whole(x.detail)}, {"failed", x.failed}}}};
}

void chrome_file::add(const trace_entry& x) {
  const auto until_ms = x.until_ms.value_or(end_ms_);
  if (x.what == kind::point || x.what == kind::note) {
    auto instant = event("i", x, x.from_ms);
    instant["s"] = "p"; // as high as its process
    events_.push_back(std::move(instant));
  } else if (x.what == kind::tool) {
    ++tools_;
    for (const auto& [phase, at_ms] : {std::pair{"b", x.from_ms}, std::pair{"e", until_ms}}) {
      auto half = event(phase, x, at_ms);
      half["id"] = "tool-" + std::to_string(tools_);
      events_.push_back(std::move(half));
    }
  } else {
    auto whole = event("X", x, x.from_ms);
    whole["dur"] = (until_ms - x.from_ms) * us_per_ms;
    if (!x.until_ms)
      whole["args"]["over"] = false;
    events_.push_back(std::move(whole));
  }
}

} // namespace

std::string chrome_trace_json(const std::string& job_id, const std::vector<trace_entry>& entries,
                              const redactor& redact) {
  return json_text({{"traceEvents", chrome_file{entries, redact}.take()},
                    {"displayTimeUnit", "ms"},
                    {"otherData", {{"job", redact.whole(job_id)}}}});
}

} // namespace claw
