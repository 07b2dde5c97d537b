#include "storage/lmdb_job_store.hpp"

#include "storage/ballast.hpp"
#include "storage/job_codec.hpp"
#include "storage/store_layout.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace claw {

namespace {

constexpr std::size_t open_jobs_per_snapshot = 512; ///< read transactions stay short
constexpr std::size_t listed_records_max = 2'000;   ///< records that one `list` looks at

bool passes(const job_filter& f, const job& x) {
  return (!f.status || *f.status == x.status) && (f.command.empty() || f.command == x.command)
         && (f.worker_id.empty() || f.worker_id == x.worker_id)
         && (f.requester.empty() || f.requester == x.requester);
}

failure bad_key() {
  return {ec::store_broken, "the store has a key that is none"};
}

bool creates_a_job(const std::vector<job_change>& changes) {
  return std::any_of(changes.begin(), changes.end(), [](const job_change& x) {
    return std::any_of(x.events.begin(), x.events.end(),
                       [](const job_event& e) { return e.kind == job_event_kind::created; });
  });
}

class lmdb_job_store final : public job_store {
public:
  lmdb_job_store(std::unique_ptr<lmdb_env> env, store_layout layout, lmdb_store_options options)
      : env_(std::move(env)), db_(layout), on_step_(std::move(options.on_step)),
        ballast_(env_->folder().path() / "ballast", options.ballast_bytes) {
    ballast_.hold();
  }

  outcome<done> commit(const std::vector<job_change>& changes) override;
  outcome<std::optional<job>> find(const job_id& id) const override;
  outcome<std::optional<job_document>> document(const job_id& id) const override;
  outcome<std::optional<std::string>> text(const job_id& id, job_text kind) const override;
  outcome<std::vector<job_event>> events(const job_id& id, uint64_t after,
                                         std::size_t limit) const override;
  outcome<done> each_open(const std::function<void(const job&)>& visit) const override;
  outcome<job_page> list(const job_filter& filter, std::optional<job_id> before,
                         std::size_t limit) const override;
  outcome<job_id> newest() const override;

private:
  void step(commit_step x) const {
    if (on_step_)
      on_step_(x);
  }

  outcome<done> write(const std::vector<job_change>& changes);
  outcome<std::optional<job>> find(const lmdb_reader& reader, const job_id& id) const;
  outcome<std::optional<std::string>> text(const lmdb_reader& reader, const job_id& id,
                                           job_text kind) const;
  outcome<std::vector<job>> open_after(const job_id& last) const;

  std::unique_ptr<lmdb_env> env_;
  store_layout db_;
  std::function<void(commit_step)> on_step_;
  ballast ballast_;
  std::string bytes_; // reused by every put
};

// -- writing

outcome<done> lmdb_job_store::commit(const std::vector<job_change>& changes) {
  const bool creates = creates_a_job(changes);
  if (creates && !ballast_.hold())
    return failure{ec::store_full, "the disk is full: jobs can be finished, new ones are refused"};
  auto answer = write(changes);
  if (!answer && answer.error().code == ec::store_full && !creates && ballast_.release())
    answer = write(changes);
  return answer;
}

outcome<done> lmdb_job_store::write(const std::vector<job_change>& changes) {
  step(commit_step::begun);
  auto answer = env_->write([&](MDB_txn* txn) {
    for (std::size_t i = 0; i < changes.size(); ++i) {
      if (i == changes.size() / 2)
        step(commit_step::half_put);
      if (const int error = put_change(txn, db_, changes[i], bytes_))
        return error;
    }
    step(commit_step::put);
    return 0;
  });
  if (answer)
    step(commit_step::committed);
  return answer;
}

// -- reading one job

outcome<std::optional<job>> lmdb_job_store::find(const lmdb_reader& reader,
                                                 const job_id& id) const {
  const auto bytes = reader.get(db_.jobs, key_of(id));
  if (!bytes)
    return bytes.error();
  if (!*bytes)
    return std::optional<job>{};
  auto x = decode_job(id, **bytes);
  if (!x)
    return x.error();
  return std::optional{*std::move(x)};
}

outcome<std::optional<std::string>> lmdb_job_store::text(const lmdb_reader& reader,
                                                         const job_id& id, job_text kind) const {
  const auto key = key_of(id, kind);
  const auto bytes = reader.get(db_.texts, view(key));
  if (!bytes)
    return bytes.error();
  if (!*bytes)
    return std::optional<std::string>{};
  auto x = decode_text(id, kind, **bytes);
  if (!x)
    return x.error();
  return std::optional{*std::move(x)};
}

outcome<std::optional<job>> lmdb_job_store::find(const job_id& id) const {
  const auto reader = env_->begin_read();
  return reader ? find(*reader, id) : reader.error();
}

outcome<std::optional<std::string>> lmdb_job_store::text(const job_id& id, job_text kind) const {
  const auto reader = env_->begin_read();
  return reader ? text(*reader, id, kind) : reader.error();
}

outcome<std::optional<job_document>> lmdb_job_store::document(const job_id& id) const {
  const auto reader = env_->begin_read();
  if (!reader)
    return reader.error();
  auto head = find(*reader, id);
  if (!head)
    return head.error();
  if (!*head)
    return std::optional<job_document>{};
  auto payload = text(*reader, id, job_text::payload);
  auto result = text(*reader, id, job_text::result);
  auto error = text(*reader, id, job_text::error);
  for (const auto* x : {&payload, &result, &error})
    if (!*x)
      return x->error();
  return std::optional{job_document{**std::move(head), (*std::move(payload)).value_or(""),
                                    *std::move(result), *std::move(error)}};
}

outcome<std::vector<job_event>> lmdb_job_store::events(const job_id& id, uint64_t after,
                                                       std::size_t limit) const {
  std::vector<job_event> found;
  const auto reader = env_->begin_read();
  if (!reader)
    return reader.error();
  auto cursor = lmdb_cursor::open(*reader, db_.events);
  if (!cursor)
    return cursor.error();
  if (after == UINT64_MAX)
    return found;
  for (auto there = cursor->seek(view(key_of(id, after + 1)));; there = cursor->move(MDB_NEXT)) {
    if (!there)
      return there.error();
    if (!*there || found.size() >= limit || !cursor->key().starts_with(key_of(id)))
      return found;
    const auto sequence = sequence_from_key(cursor->key());
    if (!sequence)
      return bad_key();
    auto x = decode_event(id, *sequence, cursor->value());
    if (!x)
      return x.error();
    found.push_back(*std::move(x));
  }
}

// -- reading many jobs

/// The oldest open jobs above `last`, a bounded number of them.
outcome<std::vector<job>> lmdb_job_store::open_after(const job_id& last) const {
  std::vector<job> found;
  const auto reader = env_->begin_read();
  if (!reader)
    return reader.error();
  auto cursor = lmdb_cursor::open(*reader, db_.open);
  if (!cursor)
    return cursor.error();
  for (auto there = cursor->seek(key_of(last));; there = cursor->move(MDB_NEXT)) {
    if (!there)
      return there.error();
    if (!*there || found.size() >= open_jobs_per_snapshot)
      return found;
    const auto id = id_from_key(cursor->key());
    if (!id)
      return bad_key();
    if (*id == last && last != job_id{})
      continue;
    auto x = find(*reader, *id);
    if (!x)
      return x.error();
    if (!*x)
      return failure{ec::store_broken, "job " + to_string(*id) + " is open but has no record"};
    found.push_back(**std::move(x));
  }
}

outcome<done> lmdb_job_store::each_open(const std::function<void(const job&)>& visit) const {
  job_id last;
  while (true) {
    const auto found = open_after(last);
    if (!found)
      return found.error();
    for (const auto& x : *found)
      visit(x); // outside of the snapshot: a visitor may take its time
    if (found->size() < open_jobs_per_snapshot)
      return done{};
    last = found->back().id;
  }
}

outcome<job_page> lmdb_job_store::list(const job_filter& filter, std::optional<job_id> before,
                                       std::size_t limit) const {
  job_page page;
  const auto reader = env_->begin_read();
  if (!reader)
    return reader.error();
  const bool only_open = filter.status && !is_terminal(*filter.status);
  auto cursor = lmdb_cursor::open(*reader, only_open ? db_.open : db_.jobs);
  if (!cursor)
    return cursor.error();
  std::optional<job_id> seen;
  std::size_t looked_at = 0;
  for (auto there = before ? cursor->seek_below(key_of(*before)) : cursor->move(MDB_LAST);;
       there = cursor->move(MDB_PREV)) {
    if (!there)
      return there.error();
    if (!*there || limit == 0)
      return page;
    if (page.jobs.size() >= limit || looked_at >= listed_records_max) {
      page.next = seen;
      return page;
    }
    seen = id_from_key(cursor->key());
    if (!seen)
      return bad_key();
    auto x = find(*reader, *seen);
    if (!x)
      return x.error();
    ++looked_at;
    if (*x && passes(filter, **x))
      page.jobs.push_back(**std::move(x));
  }
}

outcome<job_id> lmdb_job_store::newest() const {
  const auto reader = env_->begin_read();
  if (!reader)
    return reader.error();
  auto cursor = lmdb_cursor::open(*reader, db_.jobs);
  if (!cursor)
    return cursor.error();
  const auto there = cursor->move(MDB_LAST);
  if (!there)
    return there.error();
  if (!*there)
    return job_id{};
  const auto id = id_from_key(cursor->key());
  return id ? outcome<job_id>{*id} : outcome<job_id>{bad_key()};
}

} // namespace

outcome<std::unique_ptr<job_store>> open_lmdb_job_store(const std::filesystem::path& path,
                                                        lmdb_store_options options) {
  auto folder = store_folder::open(path);
  if (!folder)
    return folder.error();
  auto env = lmdb_env::open(*std::move(folder), options.map);
  if (!env)
    return env.error();
  const auto layout = open_layout(**env);
  if (!layout)
    return layout.error();
  return std::unique_ptr<job_store>{
      new lmdb_job_store{*std::move(env), *layout, std::move(options)}};
}

} // namespace claw
