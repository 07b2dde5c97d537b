#include "storage/settled_jobs.hpp"

#include "storage/job_codec.hpp"

#include <sys/random.h>

#include <utility>

namespace claw {

namespace {

failure bad_key() {
  return {ec::store_broken, "the store has a key that is none"};
}

/// Not from std::random_device, which throws when the processor has no bits to give.
uint64_t new_epoch() {
  uint64_t x = 0;
  while (x == 0) // which says that there is none
    CLAW_ASSERT(::getrandom(&x, sizeof x, 0) == static_cast<ssize_t>(sizeof x));
  return x;
}

} // namespace

settled_jobs::settled_jobs(std::shared_ptr<lmdb_env> env, const store_layout& layout,
                           std::uint64_t ballast_bytes, kill_listener on_kill_point)
    : env_(std::move(env)), db_(layout), meta_(layout.says), on_kill_point_(std::move(on_kill_point)),
      ballast_(env_->folder().path() / "ballast", ballast_bytes) {
  ballast_.hold();
}

// -- reading

outcome<std::optional<std::string_view>> settled_jobs::record(const lmdb_reader& reader,
                                                              const job_id& id) const {
  return reader.get(db_.jobs, key_of(id));
}

outcome<std::optional<job>> settled_jobs::find(const lmdb_reader& reader, const job_id& id) const {
  const auto bytes = record(reader, id);
  if (!bytes)
    return bytes.error();
  if (!*bytes)
    return std::optional<job>{};
  auto x = decode_job(id, **bytes);
  if (!x)
    return x.error();
  return std::optional{*std::move(x)};
}

outcome<std::optional<std::string_view>> settled_jobs::text(const lmdb_reader& reader, const job_id& id,
                                                            job_text kind) const {
  const auto key = key_of(id, kind);
  const auto bytes = reader.get(db_.texts, view(key));
  if (!bytes)
    return bytes.error();
  if (!*bytes)
    return std::optional<std::string_view>{};
  const auto x = view_text(id, kind, **bytes);
  if (!x)
    return x.error();
  return std::optional{*x};
}

outcome<std::size_t> settled_jobs::text_bytes(const lmdb_reader& reader, const job_id& id, job_text kind) const {
  const auto key = key_of(id, kind);
  const auto bytes = reader.get(db_.texts, view(key));
  return bytes ? outcome<std::size_t>{bytes->value_or("").size()} : bytes.error();
}

outcome<std::vector<job_event>> settled_jobs::events(const lmdb_reader& reader, const job_id& id,
                                                     uint64_t after, event_slice slice) const {
  std::vector<job_event> found;
  auto cursor = lmdb_cursor::open(reader, db_.events);
  if (!cursor)
    return cursor.error();
  if (after == UINT64_MAX)
    return found;
  for (auto there = cursor->seek(view(key_of(id, after + 1)));; there = cursor->move(MDB_NEXT)) {
    if (!there)
      return there.error();
    if (!*there || slice.full() || !cursor->key().starts_with(key_of(id)))
      return found;
    const auto sequence = sequence_from_key(cursor->key());
    if (!sequence)
      return bad_key();
    auto x = decode_event(id, *sequence, cursor->value());
    if (!x)
      return x.error();
    slice.take(x->data_json.size());
    found.push_back(*std::move(x));
  }
}

outcome<lmdb_cursor> settled_jobs::ids(const lmdb_reader& reader, bool only_open) const {
  return lmdb_cursor::open(reader, only_open ? db_.open : db_.jobs);
}

// -- writing

outcome<done> settled_jobs::settle(const job_overlay& changes, uint64_t sequence,
                                   bool to_last_room) {
  auto answer = write(changes, sequence);
  if (!answer && answer.error().code == ec::store_full && to_last_room && release_ballast())
    answer = write(changes, sequence);
  return answer;
}

outcome<done> settled_jobs::write(const job_overlay& changes, uint64_t sequence) {
  const auto step = [this](kill_step x) {
    if (on_kill_point_)
      on_kill_point_(x);
  };
  auto next = meta_;
  next.settled = sequence;
  step(kill_step::settle_begun);
  auto answer = env_->write([&](MDB_txn* txn) {
    if (const int error
        = put_overlay(txn, db_, changes, [&] { step(kill_step::settle_half_put); }))
      return error;
    step(kill_step::settle_put);
    return put_meta(txn, db_, next);
  });
  if (!answer)
    return answer;
  meta_ = next;
  step(kill_step::settle_committed);
  return answer;
}

outcome<uint64_t> settled_jobs::begin_journal() {
  auto next = meta_;
  next.journaled = true;
  next.epoch = meta_.epoch == 0 ? new_epoch() : meta_.epoch;
  if (auto x = env_->write([&](MDB_txn* txn) { return put_meta(txn, db_, next); }); !x)
    return x.error();
  meta_ = next;
  return meta_.epoch;
}

outcome<done> settled_jobs::end_journal() {
  if (!meta_.journaled)
    return done{};
  auto next = meta_;
  next.journaled = false;
  auto x = env_->write([&](MDB_txn* txn) { return put_meta(txn, db_, next); });
  if (x)
    meta_ = next;
  return x;
}

// -- room

std::uint64_t settled_jobs::room() const {
  return env_->room();
}

outcome<job_counts> settled_jobs::count() const {
  const auto reader = env_->begin_read();
  if (!reader)
    return reader.error();
  const auto all = reader->entries(db_.jobs);
  const auto open = reader->entries(db_.open);
  return all && open ? outcome<job_counts>{job_counts{*all, *open}} : (all ? open : all).error();
}

bool settled_jobs::hold_ballast() {
  const std::lock_guard lock{ballast_mutex_};
  return ballast_.hold();
}

bool settled_jobs::release_ballast() {
  const std::lock_guard lock{ballast_mutex_};
  return ballast_.release();
}

} // namespace claw
