#include "storage/job_overlay.hpp"

#include <algorithm>
#include <utility>

namespace claw {

namespace {

void put_event(std::vector<stored_event>& events, const stored_event& x) {
  if (events.empty() || events.back().sequence < x.sequence) {
    events.push_back(x);
    return;
  }
  const auto at = std::lower_bound(
      events.begin(), events.end(), x.sequence,
      [](const stored_event& e, uint64_t sequence) { return e.sequence < sequence; });
  if (at->sequence == x.sequence)
    *at = x;
  else
    events.insert(at, x);
}

} // namespace

bool job_overlay::add(std::string record, std::size_t payload_at, std::size_t payload_size) {
  records_.push_back(std::move(record));
  const std::string_view bytes = records_.back();
  bytes_ += bytes.size();
  batch_reader batch{bytes.substr(payload_at, payload_size)};
  for (stored_change x; batch.next(x);) {
    auto& job = jobs_.try_emplace(jobs_.end(), x.id)->second; // a new job has the greatest id
    if (x.erased) {
      job = {};
      job.erased = true;
      continue;
    }
    job.open = x.open;
    job.record = x.record;
    for (const auto& e : x.events)
      put_event(job.events, e);
    for (const auto& [kind, value] : x.texts)
      job.texts[static_cast<std::size_t>(kind)] = {true, value};
  }
  return batch.at_end();
}

const pending_job* job_overlay::find(const job_id& id) const {
  const auto found = jobs_.find(id);
  return found == jobs_.end() ? nullptr : &found->second;
}

} // namespace claw
