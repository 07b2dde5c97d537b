#include "storage/merged_walk.hpp"

#include "storage/job_codec.hpp"

#include <algorithm>
#include <utility>

namespace claw {

namespace {

bool comes_before(const job_id& a, const job_id& b, walk_order order) {
  return order == walk_order::oldest_first ? a < b : b < a;
}

/// The first `most` of both, `newer` hiding `older`.
std::vector<walked_job> merge(const std::vector<walked_job>& older,
                              const std::vector<walked_job>& newer, walk_order order,
                              std::size_t most) {
  std::vector<walked_job> all;
  auto a = older.begin();
  auto b = newer.begin();
  while (all.size() < most && (a != older.end() || b != newer.end())) {
    const bool take_newer
        = b != newer.end() && (a == older.end() || !comes_before(a->id, b->id, order));
    if (take_newer && a != older.end() && a->id == b->id)
      ++a;
    all.push_back(take_newer ? *b++ : *a++);
  }
  return all;
}

} // namespace

void add_pending(std::vector<walked_job>& to, const job_overlay& overlay, walk_order order,
                 const std::optional<job_id>& from, std::size_t most) {
  const auto& jobs = overlay.jobs();
  std::vector<walked_job> found;
  const auto take = [&](const auto& x) { found.push_back({x.first, x.second.open, true, x.second.record}); };
  if (order == walk_order::oldest_first) {
    for (auto x = from ? jobs.upper_bound(*from) : jobs.begin();
         x != jobs.end() && found.size() < most; ++x)
      take(*x);
  } else {
    for (auto x = from ? jobs.lower_bound(*from) : jobs.end();
         x != jobs.begin() && found.size() < most;)
      take(*--x);
  }
  to = merge(to, found, order, most);
}

outcome<bool> merged_walk::begin(const std::optional<job_id>& from) {
  const bool up = order_ == walk_order::oldest_first;
  if (!from)
    return take_first(settled_.move(up ? MDB_FIRST : MDB_LAST));
  if (!up)
    return take_first(settled_.seek_below(key_of(*from)));
  auto there = settled_.seek(key_of(*from));
  if (there && *there && settled_.key() == key_of(*from))
    there = settled_.move(MDB_NEXT);
  return take_first(there);
}

outcome<bool> merged_walk::take_first(const outcome<bool>& there) {
  if (const auto x = hold(there); !x)
    return x;
  return next();
}

/// Remembers which settled job comes next.
outcome<bool> merged_walk::hold(const outcome<bool>& there) {
  next_settled_.reset();
  if (!there || !*there)
    return there;
  next_settled_ = id_from_key(settled_.key());
  if (!next_settled_)
    return failure{ec::store_broken, "the store has a key that is none"};
  return true;
}

outcome<bool> merged_walk::next() {
  const bool any_pending = next_pending_ < pending_.size();
  if (!any_pending && !next_settled_)
    return false;
  const bool pending_first
      = any_pending
        && (!next_settled_ || !comes_before(*next_settled_, pending_[next_pending_].id, order_));
  const bool settled_used
      = next_settled_ && (!pending_first || *next_settled_ == pending_[next_pending_].id);
  here_ = pending_first ? pending_[next_pending_++] : walked_job{*next_settled_, true, false, {}};
  if (settled_used)
    if (const auto x = hold(settled_.move(order_ == walk_order::oldest_first ? MDB_NEXT : MDB_PREV)); !x)
      return x;
  return true;
}

} // namespace claw
