#include "actors/domain/endpoint_health.hpp"

#include "actors/domain/claim_pace.hpp"

#include <algorithm>

namespace claw {

void endpoint_health::answered() {
  *this = {};
  known_ = up_ = true;
  why_.clear();
}

bool endpoint_health::faulted(const std::string& how) {
  if (++faults_ < faults_max || !up_)
    return false;
  ++openings_;
  up_ = false;
  why_ = std::to_string(faults_) + " requests in a row failed: " + how;
  return true;
}

void endpoint_health::probed(sign x, const std::string& how) {
  if (x == sign::answers) {
    known_ = up_ = true;
    why_.clear();
    failed_probes_ = 0;
    faults_ = std::min(faults_, faults_max - 1); // the next fault decides
    return;
  }
  ++failed_probes_;
  if (known_ && up_ && x == sign::slow && failed_probes_ < slow_probes_max)
    return;
  known_ = true;
  up_ = false;
  why_ = how;
}

std::chrono::milliseconds endpoint_health::next_probe(uint64_t random) const {
  const auto tries = std::max(failed_probes_, openings_);
  if (up_ && failed_probes_ == 0)
    return watch_pause;
  return backoff_with_jitter(std::max(tries, 1u), probe_pause_min, probe_pause_max, random);
}

} // namespace claw
