#pragma once
// The claims that are held open, found by age, by poll, and by when their time is up. Part of the queue.

#include "actors/domain/claim_line.hpp"
#include "actors/protocol/broker_internal.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace claw {

class waiting_claims {
public:
  void add(waiting_claim x) {
    if (!x.parked)
      line_.add(x.ticket, x.request.worker.caps);
    dues_.emplace(x.due, x.ticket);
    polls_.emplace(x.request.poll, x.ticket);
    const auto ticket = x.ticket;
    claims_.emplace(ticket, std::move(x));
  }

  /// The claim that has waited longest for a job that requires these caps.
  std::optional<waiting_claim> take(const caps& required) {
    const auto ticket = line_.take(required);
    return ticket ? std::optional{take_out(*ticket)} : std::nullopt;
  }

  /// All claims of a connection that has gone.
  std::vector<waiting_claim> take_closed(poll_id poll) {
    std::vector<waiting_claim> gone;
    for (auto i = polls_.find(poll); i != polls_.end(); i = polls_.find(poll))
      gone.push_back(take_out(i->second));
    return gone;
  }

  /// All claims of a worker.
  std::vector<waiting_claim> take_of(const std::string& worker_id) {
    std::vector<uint64_t> tickets;
    for (const auto& [ticket, x] : claims_)
      if (x.request.worker.worker_id == worker_id)
        tickets.push_back(ticket);
    std::vector<waiting_claim> taken;
    for (const auto ticket : tickets)
      taken.push_back(take_out(ticket));
    return taken;
  }

  /// A claim whose time is up.
  std::optional<waiting_claim> take_due(actor_time now) {
    if (dues_.empty() || dues_.begin()->first > now)
      return std::nullopt;
    return take_out(dues_.begin()->second);
  }

  std::optional<actor_time> next_due() const {
    return dues_.empty() ? std::nullopt : std::optional{dues_.begin()->first};
  }

  bool can_serve(const caps& required) const { return line_.can_serve(required); }
  std::size_t size() const noexcept { return claims_.size(); }

private:
  waiting_claim take_out(uint64_t ticket) {
    auto node = claims_.extract(ticket);
    CLAW_ASSERT(!node.empty());
    auto x = std::move(node.mapped());
    if (!x.parked)
      line_.remove(ticket, x.request.worker.caps);
    dues_.erase({x.due, ticket});
    for (auto [i, last] = polls_.equal_range(x.request.poll); i != last; ++i)
      if (i->second == ticket) {
        polls_.erase(i);
        break;
      }
    return x;
  }

  claim_line line_;
  std::map<uint64_t, waiting_claim> claims_;
  std::set<std::pair<actor_time, uint64_t>> dues_;
  std::multimap<poll_id, uint64_t> polls_;
};

} // namespace claw
