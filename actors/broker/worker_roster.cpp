#include "actors/broker/worker_roster.hpp"

#include "actors/domain/limits.hpp"

#include <algorithm>
#include <utility>

namespace claw {

namespace {

constexpr std::size_t retired_boots_max = 8;

} // namespace

worker_roster::worker* worker_roster::find_or_add(const worker_facts& x, int64_t now_s) {
  CLAW_ASSERT(!x.worker_id.empty());
  auto i = workers_.find(x.worker_id);
  if (i == workers_.end()) {
    if (workers_.size() >= limits::workers_known_max)
      forget_oldest_silent();
    if (workers_.size() >= limits::workers_known_max)
      return nullptr;
    i = workers_.emplace(x.worker_id, worker{}).first;
    i->second.facts.worker_id = x.worker_id;
    i->second.first_seen_s = now_s;
  }
  auto& found = i->second;
  found.last_seen_s = now_s;
  if (!x.version.empty())
    found.facts.version = x.version;
  return &found;
}

worker_roster::worker* worker_roster::find(const std::string& worker_id) {
  const auto i = workers_.find(worker_id);
  return i == workers_.end() ? nullptr : &i->second;
}

worker_roster::worker* worker_roster::find(const caf::actor_addr& life) {
  const auto i = lives_.find(life.id());
  return i == lives_.end() ? nullptr : i->second;
}

bool worker_roster::claimed(worker& x, const worker_facts& said) {
  if (x.facts.caps != said.caps) {
    count(x, -1);
    x.facts.caps = said.caps;
    count(x, +1);
  }
  x.facts.notes = said.notes;
  const auto& retired = x.retired_boots;
  // Two runners that share a name by mistake must not take each other's jobs away for ever.
  const bool known = said.boot_id == x.facts.boot_id
                     || std::find(retired.begin(), retired.end(), said.boot_id) != retired.end();
  if (said.boot_id.empty() || known)
    return false;
  if (!x.facts.boot_id.empty())
    x.retired_boots.push_back(std::exchange(x.facts.boot_id, said.boot_id));
  x.facts.boot_id = said.boot_id;
  if (x.retired_boots.size() > retired_boots_max)
    x.retired_boots.pop_front();
  return true;
}

void worker_roster::alive(worker& x, caf::actor life) {
  CLAW_ASSERT(!x.life);
  x.life = std::move(life);
  lives_.emplace(x.life.id(), &x);
  place(x);
  count(x, +1);
}

void worker_roster::silent(worker& x) {
  CLAW_ASSERT(x.life);
  count(x, -1);
  lives_.erase(x.life.id());
  x.life = nullptr;
  place(x);
}

void worker_roster::set_draining(worker& x, bool draining) {
  count(x, -1);
  x.draining = draining;
  place(x);
  count(x, +1);
}

bool worker_roster::can_serve(const caps& required) const {
  return std::any_of(live_caps_.begin(), live_caps_.end(),
                     [&](const auto& x) { return x.first.includes(required); });
}

void worker_roster::count(const worker& x, int by) {
  if (!x.life || x.draining)
    return;
  const auto i = live_caps_.try_emplace(x.facts.caps, 0).first;
  i->second += by;
  CLAW_ASSERT(i->second >= 0);
  if (i->second == 0)
    live_caps_.erase(i);
}

void worker_roster::place(worker& x) {
  silent_.erase(std::exchange(x.silence, 0));
  if (!x.life && !x.draining)
    silent_.emplace(x.silence = ++silences_, &x);
}

void worker_roster::forget_oldest_silent() {
  if (silent_.empty())
    return;
  const auto id = silent_.begin()->second->facts.worker_id;
  silent_.erase(silent_.begin());
  workers_.erase(id);
}

} // namespace claw
