#include "actors/domain/explain.hpp"

#include <algorithm>
#include <string_view>

namespace claw {

namespace {

bool ends_attempt(job_event_kind x) {
  using enum job_event_kind;
  return x == requeued || x == done || x == failed || x == cancelled || x == buried;
}

std::string counted(uint64_t n, std::string_view one, std::string_view many) {
  return std::to_string(n) + ' ' + std::string{n == 1 ? one : many};
}

std::string seconds(int64_t x) {
  return counted(static_cast<uint64_t>(std::max<int64_t>(0, x)), "second", "seconds");
}

std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t shown_max = 5;
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < shown_max; ++i)
    text += (i > 0 ? ", " : "") + names[i];
  if (names.size() > shown_max)
    text += " and " + std::to_string(names.size() - shown_max) + " more";
  return text;
}

std::string named(const std::string& worker_id) {
  return worker_id.empty() ? "a worker without a name" : worker_id;
}

template <class Pick>
std::vector<std::string> names_where(const std::vector<candidate>& workers, Pick pick) {
  std::vector<std::string> names;
  for (const auto& x : workers)
    if (pick(x))
      names.push_back(x.worker_id);
  return names;
}

std::vector<std::string> missing_everywhere(const explain_facts& x) {
  std::vector<std::string> missing;
  for (const auto& name : x.record.required.names()) {
    const bool someone = std::any_of(x.workers.begin(), x.workers.end(), [&](const candidate& w) {
      return w.live && !w.missing.includes(caps{{name}});
    });
    if (!someone)
      missing.push_back(name);
  }
  return missing;
}

/// Nobody present can serve it.
std::string why_nobody(const explain_facts& x, const std::vector<std::string>& missing) {
  const auto draining
      = names_where(x.workers, [](const auto& w) { return w.live && w.missing.empty(); });
  if (!draining.empty())
    return "It waits for a worker that takes jobs: " + listed(draining)
           + " could serve it, but is being drained.";
  std::string text = x.record.required.names().empty()
                         ? "It waits for a worker: none is connected."
                     : missing.empty()
                         ? "It waits for one worker that has all of "
                               + listed(x.record.required.names()) + "."
                         : "It waits for a worker that has " + listed(missing) + ".";
  const candidate* last = nullptr;
  for (const auto& w : x.workers)
    if (w.missing.empty() && !w.live && (!last || w.last_seen_s > last->last_seen_s))
      last = &w;
  if (last)
    text += ' ' + last->worker_id + " could serve it and was last seen "
            + seconds(x.now_s - last->last_seen_s) + " ago.";
  else
    text += " No worker with these caps has been seen since the broker started.";
  return text;
}

std::string why_queued(const explain_facts& x, const std::vector<std::string>& missing) {
  if (x.record.not_before_s && *x.record.not_before_s > x.now_s)
    return "It waits for its time, which comes in " + seconds(*x.record.not_before_s - x.now_s) + ".";
  const auto able = names_where(
      x.workers, [](const auto& w) { return w.live && !w.draining && w.missing.empty(); });
  if (able.empty())
    return why_nobody(x, missing);
  const auto busy = static_cast<uint64_t>(std::count_if(
      x.workers.begin(), x.workers.end(), [](const auto& w) {
        return w.live && !w.draining && w.missing.empty() && w.running > 0;
      }));
  return "It waits for its turn: " + counted(x.ahead, "job goes", "jobs go") + " first, and "
         + counted(able.size(), "worker", "workers") + " can serve it (" + listed(able) + "), "
         + std::to_string(busy) + " of them busy.";
}

std::string how_it_runs(const explain_facts& x) {
  const auto& r = x.record;
  return "It runs on " + named(r.worker_id) + " for " + seconds(x.now_s - r.started_s.value_or(x.now_s))
         + ", attempt " + std::to_string(r.attempt) + " of " + std::to_string(r.attempts_max)
         + "; its lease ends in " + seconds(r.lease_until_s.value_or(x.now_s) - x.now_s)
         + " unless it is renewed.";
}

std::string how_it_ended(const job& r) {
  const auto at = " at attempt " + std::to_string(r.attempt) + " of " + std::to_string(r.attempts_max);
  switch (r.end) {
  case job_end::done:
    return "It was done by " + named(r.worker_id) + at + ".";
  case job_end::cancelled:
    return "It was cancelled.";
  case job_end::dead:
    return "It was given up after " + counted(r.attempt, "attempt", "attempts")
           + ": each lease ended without a result. Retry it when its worker is well again.";
  case job_end::failed:
  case job_end::none:
    break;
  }
  if (r.lease_id.empty() && is_overdue(r, r.finished_s.value_or(0)))
    return "It failed: nobody worked on it when its deadline passed.";
  return "It failed: " + named(r.worker_id) + " said that it cannot be done" + at
         + "; its error says why.";
}

} // namespace

std::vector<attempt_story> attempts_of(const std::vector<job_event>& events) {
  std::vector<attempt_story> stories;
  for (const auto& x : events) {
    if (x.kind == job_event_kind::claimed)
      stories.push_back({x.attempt, x.worker_id, x.at_ms, std::nullopt, ""});
    else if (ends_attempt(x.kind) && !stories.empty() && !stories.back().ended_ms) {
      stories.back().ended_ms = x.at_ms;
      stories.back().end = x.kind == job_event_kind::requeued ? x.why : std::string{to_string(x.kind)};
    }
  }
  return stories;
}

explanation explain(const explain_facts& x) {
  explanation out;
  switch (x.record.status) {
  case job_status::queued:
    out.missing_caps = missing_everywhere(x);
    out.summary = why_queued(x, out.missing_caps);
    break;
  case job_status::running:
    out.summary = how_it_runs(x);
    break;
  case job_status::done:
  case job_status::failed:
    out.summary = how_it_ended(x.record);
    break;
  }
  return out;
}

} // namespace claw
