#include "actors/domain/retention.hpp"

#include "actors/domain/limits.hpp"

#include <algorithm>

namespace claw {

namespace {

uint64_t above(uint64_t x, std::optional<uint64_t> most) {
  return most && x > *most ? x - *most : 0;
}

/// What leaves the store with a job: its record, its events, and a few texts.
uint64_t values_of(const job& x) {
  return 4 + x.events;
}

} // namespace

std::string_view to_string(prune_reason x) {
  switch (x) {
  case prune_reason::age:
    return "age";
  case prune_reason::count:
    return "count";
  case prune_reason::size:
    return "size";
  }
  return "";
}

void retention_round::measure(const retention_facts& x) {
  if (!too_many_)
    too_many_ = x.current ? above(x.ended, limits_.jobs_max) : 0;
  const auto mean = std::max<uint64_t>(1, x.bytes / std::max<uint64_t>(1, x.jobs));
  const auto bytes_over = x.current ? above(x.bytes, limits_.bytes_max) : 0;
  too_large_ = bytes_over / mean + (bytes_over % mean > 0 ? 1 : 0);
}

std::optional<prune_reason> retention_round::judge(const job& x, uint64_t chosen) const {
  if (!is_terminal(x.status) || !x.finished_s)
    return std::nullopt;
  if (is_old(*x.finished_s))
    return prune_reason::age;
  if (chosen < too_many_.value_or(0))
    return prune_reason::count;
  if (chosen < too_large_)
    return prune_reason::size;
  return std::nullopt;
}

retention_round::choice retention_round::choose(const std::vector<job>& page) const {
  choice x;
  bool any_old = false;
  uint64_t values = 0;
  for (const auto& each : page) {
    any_old = any_old || is_old(each.created_s);
    if (const auto why = judge(each, x.doomed.size())) {
      values += values_of(each);
      if (!x.doomed.empty() && (x.doomed.size() >= limits::prune_jobs_max || values > limits::prune_values_max)) {
        x.whole = false;
        return x;
      }
      x.doomed.push_back({each.id, *why});
    }
    x.last = each.id;
  }
  // A job cannot have ended before it was created. One clock that was wrong for a while must not hide those behind it,
  // so a whole page has to be too young.
  x.over = !any_old && std::max(too_many_.value_or(0), too_large_) <= x.doomed.size();
  return x;
}

void retention_round::gone(uint64_t jobs) {
  too_many_ = too_many_.value_or(0) - std::min(jobs, too_many_.value_or(0));
  too_large_ -= std::min(jobs, too_large_);
}

} // namespace claw
