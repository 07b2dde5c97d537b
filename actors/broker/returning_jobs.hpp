#pragma once
// The jobs of runners' former starts while they are being requeued, and the claims of the new starts, which have not
// come yet as far as the line is concerned: a runner that was started anew must not choose before its old jobs can be
// chosen. No claim waits here for long, whatever becomes of the jobs. Part of the queue.

#include "actors/protocol/broker_internal.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace claw {

class returning_jobs {
public:
  static constexpr std::chrono::milliseconds wait_max{500};

  void expect(const job_id& id, const std::string& worker_id) { whose_[id] = worker_id; }

  /// Some job of this worker is on its way.
  bool expects_any_of(const std::string& worker_id) const {
    return std::any_of(whose_.begin(), whose_.end(), [&](const auto& x) { return x.second == worker_id; });
  }

  void hold(waiting_claim x, actor_time now) {
    const auto ticket = x.ticket;
    held_.emplace(ticket, held_claim{std::move(x), now + wait_max});
  }

  /// The job stands in line, or will not soon. @returns the claims that need not wait any longer, oldest first
  std::vector<waiting_claim> came(const job_id& id) {
    const auto job = whose_.extract(id);
    if (job.empty() || expects_any_of(job.mapped()))
      return {};
    return take_if([&](const waiting_claim& x) { return x.request.worker.worker_id == job.mapped(); });
  }

  /// All claims of a connection that has gone.
  void forget_closed(poll_id poll) {
    take_if([&](const waiting_claim& x) { return x.request.poll == poll; });
  }

  /// A claim that has waited long enough.
  std::optional<waiting_claim> take_due(actor_time now) {
    if (held_.empty() || held_.begin()->second.until > now)
      return std::nullopt;
    return std::move(held_.extract(held_.begin()).mapped().claim);
  }

  std::optional<actor_time> next_due() const {
    return held_.empty() ? std::nullopt : std::optional{held_.begin()->second.until};
  }

  std::size_t claims() const noexcept { return held_.size(); }

private:
  struct held_claim {
    waiting_claim claim;
    actor_time until;
  };

  template <class Wanted>
  std::vector<waiting_claim> take_if(Wanted wanted) {
    std::vector<waiting_claim> taken;
    for (auto i = held_.begin(); i != held_.end();) {
      const bool goes = wanted(i->second.claim);
      if (goes)
        taken.push_back(std::move(i->second.claim));
      i = goes ? held_.erase(i) : std::next(i);
    }
    return taken;
  }

  std::unordered_map<job_id, std::string> whose_; ///< the jobs on their way, and who had them
  std::map<uint64_t, held_claim> held_;           ///< by ticket, which is also the order of `until`
};

} // namespace claw
