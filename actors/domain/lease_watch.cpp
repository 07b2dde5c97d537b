#include "actors/domain/lease_watch.hpp"

#include <algorithm>

namespace claw {

using std::chrono::milliseconds;

milliseconds lease_watch::interval() const {
  return std::max(milliseconds{100}, term / 3);
}

lease_watch::decision lease_watch::after(renewal_end end, time_point asked_at, time_point now) {
  switch (end) {
  case renewal_end::renewed:
    renewed_at = asked_at;
    return {verdict::go_on, interval()};
  case renewal_end::unsupported:
    return {verdict::quiet, milliseconds{0}};
  case renewal_end::taken:
    return {verdict::lost, milliseconds{0}};
  case renewal_end::failed:
    break;
  }
  const auto left = std::chrono::duration_cast<milliseconds>(renewed_at + term - now);
  if (left <= milliseconds{0})
    return {verdict::lost, milliseconds{0}};
  return {verdict::go_on, std::clamp(interval() / 2, milliseconds{1}, left)};
}

milliseconds lease_term_of(std::optional<int64_t> started_s, std::optional<int64_t> lease_until_s) {
  constexpr int64_t usual_s = 60;
  constexpr int64_t longest_s = 86'400;
  if (!started_s || !lease_until_s || *started_s < 0 || *lease_until_s <= *started_s)
    return std::chrono::seconds{usual_s};
  return std::chrono::seconds{std::min(*lease_until_s - *started_s, longest_s)};
}

} // namespace claw
