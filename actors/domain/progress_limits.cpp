#include "actors/domain/progress_limits.hpp"

#include "actors/domain/limits.hpp"

namespace claw {

std::vector<progress_entry> kept_progress(uint64_t events_so_far,
                                          const std::vector<progress_entry>& reported) {
  std::vector<progress_entry> kept;
  for (const auto& x : reported) {
    const bool room = events_so_far + kept.size() < limits::events_per_job_max;
    const bool small = x.data_json.size() <= limits::event_bytes_max;
    if (x.kind == job_event_kind::checkpoint || (room && small))
      kept.push_back(x);
  }
  return kept;
}

} // namespace claw
