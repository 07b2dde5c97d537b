#include "storage/stored_walk.hpp"

#include "storage/job_codec.hpp"

#include <algorithm>
#include <utility>

namespace claw {

namespace {

enum place_of : std::size_t { in_jobs, in_open, in_events, in_texts };

failure bad_key() {
  return {ec::store_broken, "the store has a key that is none"};
}

/// The id that a key begins with.
std::optional<job_id> id_of(std::string_view key) {
  return id_from_key(key.substr(0, job_id{}.bytes.size()));
}

void put_event(std::vector<stored_event>& events, const stored_event& x) {
  const auto at = std::lower_bound(events.begin(), events.end(), x.sequence,
                                   [](const stored_event& e, uint64_t sequence) { return e.sequence < sequence; });
  if (at != events.end() && at->sequence == x.sequence)
    *at = x;
  else
    events.insert(at, x);
}

} // namespace

outcome<stored_walk> stored_walk::begin(const lmdb_reader& settled, const store_layout& db, const job_overlay& pending,
                                        const std::optional<job_id>& from) {
  std::vector<place> places;
  for (const auto database : {db.jobs, db.open, db.events, db.texts}) {
    auto cursor = lmdb_cursor::open(settled, database);
    if (!cursor)
      return cursor.error();
    places.push_back({*std::move(cursor), std::nullopt});
    auto& x = places.back();
    auto held = hold(x, from ? x.cursor.seek(key_of(*from)) : x.cursor.move(MDB_FIRST));
    while (held && from && x.id == from) // all of it has been visited
      held = hold(x, x.cursor.move(MDB_NEXT));
    if (!held)
      return held.error();
  }
  stored_walk walk{std::move(places), pending};
  walk.last_ = from;
  return walk;
}

outcome<done> stored_walk::hold(place& x, const outcome<bool>& there) {
  x.id.reset();
  if (!there)
    return there.error();
  if (!*there)
    return done{};
  x.id = id_of(x.cursor.key());
  return x.id ? outcome<done>{done{}} : outcome<done>{bad_key()};
}

std::optional<job_id> stored_walk::next_id() const {
  std::optional<job_id> least;
  const auto consider = [&](const job_id& id) {
    if (!least || id < *least)
      least = id;
  };
  for (const auto& x : places_)
    if (x.id)
      consider(*x.id);
  const auto& jobs = pending_.jobs();
  if (const auto x = last_ ? jobs.upper_bound(*last_) : jobs.begin(); x != jobs.end())
    consider(x->first);
  return least;
}

outcome<bool> stored_walk::next(stored_job& x) {
  for (auto id = next_id(); id; id = next_id()) {
    x = {};
    x.id = *id;
    last_ = id;
    for (std::size_t i = 0; i < places_.size(); ++i)
      if (const auto taken = take_settled(i, x); !taken)
        return taken.error();
    take_pending(x);
    const bool any_text = std::any_of(x.texts.begin(), x.texts.end(), [](const auto& t) { return t.has_value(); });
    if (x.record || x.indexed_open || !x.events.empty() || any_text)
      return true; // else it has been erased
  }
  return false;
}

outcome<done> stored_walk::take_settled(std::size_t which, stored_job& x) {
  auto& at = places_[which];
  while (at.id == x.id) {
    const auto key = at.cursor.key();
    const auto value = at.cursor.value();
    if (which == in_jobs) {
      x.record = value;
    } else if (which == in_open) {
      x.indexed_open = true;
    } else if (which == in_events) {
      const auto sequence = sequence_from_key(key);
      if (!sequence)
        return bad_key();
      x.events.push_back({*sequence, value});
    } else {
      const auto kind = static_cast<std::size_t>(static_cast<uint8_t>(key.back()));
      if (key.size() != text_key{}.size() || kind >= x.texts.size())
        return bad_key();
      x.texts[kind] = value;
    }
    if (auto held = hold(at, at.cursor.move(MDB_NEXT)); !held)
      return held;
  }
  return done{};
}

void stored_walk::take_pending(stored_job& x) const {
  const auto* over = pending_.find(x.id);
  if (over == nullptr)
    return;
  if (over->erased) {
    const auto id = x.id;
    x = {};
    x.id = id;
  }
  if (over->record.empty())
    return;
  x.record = over->record;
  x.indexed_open = over->open;
  for (const auto& e : over->events)
    put_event(x.events, e);
  for (std::size_t kind = 0; kind < x.texts.size(); ++kind)
    if (over->texts[kind].named)
      x.texts[kind] = over->texts[kind].value;
}

} // namespace claw
