#include "actors/domain/claim_line.hpp"

namespace claw {

void claim_line::add(uint64_t ticket, const caps& worker) {
  if (lines_[worker].insert(ticket).second)
    ++size_;
}

bool claim_line::remove(uint64_t ticket, const caps& worker) {
  const auto i = lines_.find(worker);
  if (i == lines_.end() || i->second.erase(ticket) == 0)
    return false;
  --size_;
  if (i->second.empty())
    lines_.erase(i);
  return true;
}

std::optional<uint64_t> claim_line::take(const caps& required) {
  auto best = lines_.end();
  for (auto i = lines_.begin(); i != lines_.end(); ++i)
    if (i->first.includes(required)
        && (best == lines_.end() || *i->second.begin() < *best->second.begin()))
      best = i;
  if (best == lines_.end())
    return std::nullopt;
  const auto ticket = *best->second.begin();
  best->second.erase(best->second.begin());
  if (best->second.empty())
    lines_.erase(best);
  --size_;
  return ticket;
}

bool claim_line::can_serve(const caps& required) const {
  for (const auto& [worker, tickets] : lines_)
    if (worker.includes(required))
      return true;
  return false;
}

} // namespace claw
