#include "apps/cli/trace_command.hpp"

#include "apps/cli/log_search.hpp"
#include "apps/transfer/new_file.hpp"
#include "net/chrome_trace.hpp"
#include "net/terminal_text.hpp"
#include "net/trace_text.hpp"

#include <ostream>

namespace claw {

namespace {

outcome<done> write_whole(const std::string& path, const std::string& text) {
  auto file = new_file::begin(path);
  if (!file)
    return file.error();
  if (auto x = file->write(text); !x)
    return x;
  return file->end();
}

} // namespace

outcome<std::vector<remote_event>> all_events(producer_api& broker, const std::string& id) {
  std::vector<remote_event> events;
  uint64_t seen = 0;
  for (;;) {
    auto page = broker.events(id, seen, std::chrono::seconds{0});
    if (!page)
      return page.error();
    if (page->empty())
      return events;
    const auto before = seen;
    for (auto& x : *page) {
      seen = std::max(seen, x.sequence);
      events.push_back(std::move(x));
    }
    if (seen == before)
      return failure{ec::bad_reply, "the broker's answer makes no sense: a page of events that were there already"};
  }
}

std::vector<trace_entry> trace_of(const std::vector<remote_event>& events, const redactor& redact) {
  std::vector<told_event> known;
  for (const auto& x : events)
    if (auto event = told(x, redact))
      known.push_back(std::move(*event));
  return trace_of(known);
}

outcome<traced_job> trace_job(producer_api& broker, const std::string& id, const redactor& redact) {
  const auto events = all_events(broker, id);
  if (!events)
    return events.error();
  auto job = broker.find(id);
  if (!job)
    return job.error();
  const bool ended = job->status == "done" || job->status == "failed";
  const auto why = ended ? outcome<std::string>{std::string{}} : broker.explain(id);
  return traced_job{std::move(*job), why ? redact.whole(*why) : "", trace_of(*events, redact)};
}

outcome<done> run_trace(const trace_task& task, bool json, producer_api& broker, const redactor& redact,
                        std::ostream& out) {
  auto traced = trace_job(broker, task.job_id, redact);
  if (!traced)
    return traced.error();
  auto& entries = traced->entries;
  for (const auto& path : task.logs) {
    const auto notes = notes_on_job(path, traced->job.id, redact);
    if (!notes)
      return notes.error();
    entries.insert(entries.end(), notes->begin(), notes->end());
  }
  sort_trace(entries);
  if (!task.chrome_file.empty())
    if (auto x = write_whole(task.chrome_file, chrome_trace_json(traced->job.id, entries, redact)); !x)
      return x;
  if (json)
    out << printable_json(trace_json(traced->job, traced->why, entries, redact)) << "\n";
  else
    out << trace_text(traced->job, traced->why, entries, redact);
  return done{};
}

} // namespace claw
