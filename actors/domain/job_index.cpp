#include "actors/domain/job_index.hpp"

#include "actors/domain/error.hpp"
#include "actors/domain/limits.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <tuple>

namespace claw {

/// Running time, and where its requester's jobs wait. Old time fades: instead of shrinking all accounts again and
/// again, new time counts more, twice as much after each half-life. The order of the accounts is the same.
struct job_index::account {
  double used = 0;
  std::set<lane*> lanes;
};

/// The jobs of one requester among those of one bucket and priority. Never empty.
struct job_index::lane {
  tier* home = nullptr;
  account* owner = nullptr;
  std::set<job_id> jobs;
};

/// Whose turn it is within a tier: who has used least, then whose job is oldest.
struct job_index::turn {
  double used = 0;
  job_id first;
  lane* of = nullptr;

  bool operator<(const turn& x) const {
    return std::tie(used, first) < std::tie(x.used, x.first);
  }
};

/// All jobs of one priority in a bucket. Never empty.
struct job_index::tier {
  std::map<account*, lane> lanes;
  std::set<turn> turns; ///< one for each lane
  std::size_t size = 0;

  static turn turn_of(lane& x) { return {x.owner->used, *x.jobs.begin(), &x}; }
};

struct job_index::bucket {
  caps required;
  std::string anchor;
  std::size_t position = 0; ///< among the buckets of its anchor
  std::map<int32_t, tier, std::greater<>> tiers; ///< by priority, highest first; never an empty one

  int32_t priority() const { return tiers.begin()->first; }
  const turn& next() const { return *tiers.begin()->second.turns.begin(); }
};

namespace {

/// Long before a double could overflow.
constexpr double half_lives_max = 400;
constexpr std::size_t idle_accounts_max = 4'096;

double half_lives(std::chrono::milliseconds x) {
  return static_cast<double>(x.count())
         / static_cast<double>(std::chrono::milliseconds{limits::fair_share_half_life}.count());
}

} // namespace

job_index::job_index() = default;
job_index::~job_index() = default;
job_index::job_index(job_index&&) noexcept = default;
job_index& job_index::operator=(job_index&&) noexcept = default;

const std::string& job_index::anchor_for(const caps& required) const {
  static const std::string anyone;
  const std::string* best = &anyone;
  std::size_t fewest = 0;
  for (const auto& name : required.names()) {
    const auto i = anchored_.find(name);
    const auto count = i == anchored_.end() ? 0 : i->second.size();
    if (best == &anyone || count < fewest) {
      best = &name;
      fewest = count;
    }
  }
  return *best;
}

job_index::bucket& job_index::bucket_for(const caps& required) {
  auto& place = buckets_[required];
  if (!place) {
    place = std::make_unique<bucket>(bucket{required, anchor_for(required), 0, {}});
    auto& siblings = anchored_[place->anchor];
    place->position = siblings.size();
    siblings.push_back(place.get());
  }
  return *place;
}

void job_index::drop(bucket& x) {
  const auto i = anchored_.find(x.anchor);
  CLAW_ASSERT(i != anchored_.end());
  auto& siblings = i->second;
  CLAW_ASSERT(siblings[x.position] == &x);
  siblings.back()->position = x.position;
  siblings[x.position] = siblings.back();
  siblings.pop_back();
  if (siblings.empty())
    anchored_.erase(i);
  const auto place = buckets_.find(x.required); // by iterator: `x.required` dies with the bucket
  buckets_.erase(place);
}

job_index::account& job_index::account_of(std::string_view requester) {
  const auto i = accounts_.find(requester);
  if (i != accounts_.end())
    return *i->second;
  if (accounts_.size() >= idle_accounts_max)
    forget_idle_accounts();
  return *accounts_.emplace(requester, std::make_unique<account>()).first->second;
}

void job_index::add(const job_id& id, const caps& required, int32_t priority,
                    std::string_view requester) {
  auto& home = bucket_for(required).tiers[priority];
  auto& owner = account_of(requester);
  auto& jobs = home.lanes[&owner];
  if (jobs.jobs.empty()) {
    jobs.home = &home;
    jobs.owner = &owner;
    owner.lanes.insert(&jobs);
  } else {
    home.turns.erase(tier::turn_of(jobs));
  }
  const bool is_new = jobs.jobs.insert(id).second;
  home.turns.insert(tier::turn_of(jobs));
  home.size += is_new;
  size_ += is_new;
}

bool job_index::remove(const job_id& id, const caps& required, int32_t priority,
                       std::string_view requester) {
  const auto place = buckets_.find(required);
  const auto owner = accounts_.find(requester);
  if (place == buckets_.end() || owner == accounts_.end())
    return false;
  const auto home = place->second->tiers.find(priority);
  if (home == place->second->tiers.end())
    return false;
  const auto jobs = home->second.lanes.find(owner->second.get());
  if (jobs == home->second.lanes.end() || !jobs->second.jobs.contains(id))
    return false;
  take_out(*place->second, priority, jobs->second, id);
  return true;
}

/// What is empty afterwards goes: the lane, its tier, its bucket.
void job_index::take_out(bucket& from, int32_t priority, lane& jobs, const job_id& id) {
  auto& home = *jobs.home;
  home.turns.erase(tier::turn_of(jobs));
  jobs.jobs.erase(id);
  --home.size;
  --size_;
  if (!jobs.jobs.empty()) {
    home.turns.insert(tier::turn_of(jobs));
    return;
  }
  auto* owner = jobs.owner;
  owner->lanes.erase(&jobs);
  home.lanes.erase(owner);
  if (home.lanes.empty())
    from.tiers.erase(priority);
  if (from.tiers.empty())
    drop(from);
}

void job_index::look(const std::string& anchor, const caps& worker, bucket*& best) {
  const auto i = anchored_.find(anchor);
  if (i == anchored_.end())
    return;
  looked_at_ += i->second.size();
  for (auto* x : i->second) {
    if (!worker.includes(x->required))
      continue;
    const bool better = !best || x->priority() > best->priority()
                        || (x->priority() == best->priority() && x->next() < best->next());
    if (better)
      best = x;
  }
}

std::optional<job_id> job_index::take(const caps& worker) {
  looked_at_ = 0;
  bucket* best = nullptr;
  look("", worker, best);
  for (const auto& name : worker.names())
    look(name, worker, best);
  if (!best)
    return std::nullopt;
  const auto next = best->next();
  take_out(*best, best->priority(), *next.of, next.first);
  return next.first;
}

void job_index::charge(std::string_view requester, std::chrono::milliseconds ran,
                       std::chrono::milliseconds now) {
  if (half_lives(now - scale_began_) > half_lives_max)
    start_scale_anew(now);
  auto& x = account_of(requester);
  weigh(x, x.used + static_cast<double>(ran.count()) * std::exp2(half_lives(now - scale_began_)));
}

void job_index::weigh(account& x, double used) {
  for (auto* jobs : x.lanes)
    jobs->home->turns.erase(tier::turn_of(*jobs));
  x.used = used;
  for (auto* jobs : x.lanes)
    jobs->home->turns.insert(tier::turn_of(*jobs));
}

void job_index::start_scale_anew(std::chrono::milliseconds now) {
  const auto faded = std::exp2(-half_lives(now - scale_began_));
  for (auto& [name, x] : accounts_)
    weigh(*x, x->used * faded);
  scale_began_ = now;
}

void job_index::forget_idle_accounts() {
  std::erase_if(accounts_, [](const auto& x) { return x.second->lanes.empty(); });
}

std::size_t job_index::ahead(const caps& required, int32_t priority) const {
  const auto place = buckets_.find(required);
  if (place == buckets_.end())
    return 0;
  std::size_t count = 0;
  for (const auto& [its, t] : place->second->tiers)
    count += its >= priority ? t.size : 0;
  return count;
}

std::size_t job_index::before(const job_id& id, const caps& required, int32_t priority) const {
  const auto place = buckets_.find(required);
  if (place == buckets_.end())
    return 0;
  std::size_t count = 0;
  for (const auto& [its, t] : place->second->tiers) {
    if (its > priority)
      count += t.size;
    if (its != priority)
      continue;
    for (const auto& [owner, jobs] : t.lanes)
      for (auto i = jobs.jobs.begin();
           i != jobs.jobs.end() && *i < id && count < limits::ahead_counted_max; ++i)
        ++count;
  }
  return std::min(count, limits::ahead_counted_max);
}

void job_index::each_required(
    const std::function<void(const caps&, std::size_t, const job_id&)>& visit) const {
  for (const auto& [required, found] : buckets_) {
    std::size_t count = 0;
    const job_id* oldest = nullptr;
    for (const auto& [priority, t] : found->tiers) {
      count += t.size;
      for (const auto& [owner, jobs] : t.lanes)
        if (!oldest || *jobs.jobs.begin() < *oldest)
          oldest = &*jobs.jobs.begin();
    }
    CLAW_ASSERT(oldest); // no bucket is empty
    visit(required, count, *oldest);
  }
}

} // namespace claw
