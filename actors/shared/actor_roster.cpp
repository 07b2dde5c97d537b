#include "actors/shared/actor_roster.hpp"

#include "actors/domain/shorten.hpp"

#include <utility>

namespace claw {

namespace {

std::chrono::milliseconds between(actor_roster::time_point begin, actor_roster::time_point end) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(end - begin);
}

} // namespace

std::shared_ptr<mailbox_meter> actor_roster::join(caf::actor_id id, caf::actor_id parent, caf::weak_actor_ptr who,
                                                  time_point now) {
  member x;
  x.parent = parent;
  x.who = std::move(who);
  x.joined = now;
  x.meter = std::make_shared<mailbox_meter>();
  auto meter = x.meter;
  const std::lock_guard lock{mutex_};
  members_.insert_or_assign(id, std::move(x));
  return meter;
}

void actor_roster::begun(caf::actor_id id, std::string name, time_point now) {
  const std::lock_guard lock{mutex_};
  const auto i = members_.find(id);
  if (i == members_.end())
    return;
  i->second.name = std::move(name);
  note(actor_event_kind::started, id, i->second, "", now);
}

void actor_roster::tells_facts(caf::actor_id id) {
  const std::lock_guard lock{mutex_};
  if (const auto i = members_.find(id); i != members_.end())
    i->second.tells_facts = true;
}

void actor_roster::shows(caf::actor_id id, actor_facts facts) {
  const std::lock_guard lock{mutex_};
  if (const auto i = members_.find(id); i != members_.end())
    i->second.shown = std::move(facts);
}

void actor_roster::adopt(caf::actor_id parent, caf::actor_id child) {
  const std::lock_guard lock{mutex_};
  if (const auto i = members_.find(child); i != members_.end())
    i->second.parent = parent;
}

void actor_roster::failed(caf::actor_id id, const std::string& why, time_point now) {
  const auto shown = one_line(why, inspection_limits::text_bytes_max);
  const std::lock_guard lock{mutex_};
  const auto i = members_.find(id);
  if (i == members_.end())
    return;
  i->second.last_failure = failure_note{shown, now};
  note(actor_event_kind::failed, id, i->second, shown, now);
}

void actor_roster::left(caf::actor_id id, const std::string& why, time_point now) {
  const auto shown = one_line(why, inspection_limits::text_bytes_max);
  const std::lock_guard lock{mutex_};
  const auto i = members_.find(id);
  if (i == members_.end())
    return;
  const auto gone = std::move(i->second);
  members_.erase(i);
  note(shown.empty() ? actor_event_kind::ended : actor_event_kind::failed, id, gone, shown, now);
  if (const auto parent = members_.find(gone.parent); parent != members_.end() && !shown.empty())
    parent->second.last_failure = failure_note{gone.name + ": " + shown, now};
}

void actor_roster::note(actor_event_kind kind, caf::actor_id id, const member& who, std::string why, time_point now) {
  if (happenings_.size() == inspection_limits::events_kept)
    happenings_.pop_front();
  happenings_.push_back({{++events_, {}, kind, id, who.parent, who.name, std::move(why)}, now});
}

std::vector<actor_account> actor_roster::accounts(time_point now, uint64_t& left_out) const {
  std::vector<actor_account> all;
  const std::lock_guard lock{mutex_};
  for (const auto& [id, who] : members_) {
    if (all.size() == inspection_limits::actors_max)
      break;
    actor_account x;
    x.id = id;
    x.parent = members_.contains(who.parent) ? who.parent : 0;
    x.name = who.name;
    x.age = between(who.joined, now);
    x.mailbox = who.meter->read(now);
    x.tells_facts = who.tells_facts;
    x.facts = who.shown;
    if (who.last_failure)
      x.last_failure = actor_failure{who.last_failure->why, between(who.last_failure->at, now)};
    all.push_back(std::move(x));
  }
  left_out = members_.size() - all.size();
  return all;
}

std::vector<actor_event> actor_roster::events(uint64_t after, time_point now) const {
  std::vector<actor_event> all;
  const std::lock_guard lock{mutex_};
  for (const auto& [what, at] : happenings_)
    if (what.number > after) {
      all.push_back(what);
      all.back().ago = between(at, now);
    }
  return all;
}

uint64_t actor_roster::events_seen() const {
  const std::lock_guard lock{mutex_};
  return events_;
}

caf::actor actor_roster::find(caf::actor_id id) const {
  const std::lock_guard lock{mutex_};
  const auto i = members_.find(id);
  return i == members_.end() ? nullptr : caf::actor_cast<caf::actor>(i->second.who);
}

} // namespace claw
