#include "storage/store_layout.hpp"

#include "storage/job_codec.hpp"
#include "storage/lmdb_values.hpp"

#include <charconv>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace claw {

namespace {

constexpr std::string_view format_key = "format";
constexpr std::string_view format_plain = "1";
constexpr std::string_view format_journaled = "2";
constexpr std::string_view epoch_key = "epoch";
constexpr std::string_view settled_key = "settled";

int put(MDB_txn* txn, MDB_dbi database, std::string_view key, std::string_view value,
        unsigned flags = 0) {
  auto k = to_val(key);
  auto v = to_val(value);
  return mdb_put(txn, database, &k, &v, flags);
}

int erase(MDB_txn* txn, MDB_dbi database, std::string_view key) {
  auto k = to_val(key);
  const int error = mdb_del(txn, database, &k, nullptr);
  return error == MDB_NOTFOUND ? 0 : error;
}

/// Leaves `value` alone where there is none. @returns 0 or an LMDB error number.
int get(MDB_txn* txn, MDB_dbi database, std::string_view key, std::string& value) {
  auto k = to_val(key);
  MDB_val found{};
  const int error = mdb_get(txn, database, &k, &found);
  if (error == 0)
    value.assign(static_cast<const char*>(found.mv_data), found.mv_size);
  return error == MDB_NOTFOUND ? 0 : error;
}

bool to_number(std::string_view text, uint64_t& x) {
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, x);
  return read.ec == std::errc{} && read.ptr == end;
}

int get_number(MDB_txn* txn, MDB_dbi database, std::string_view key, uint64_t& x) {
  std::string text = "0";
  if (const int error = get(txn, database, key, text))
    return error;
  return to_number(text, x) ? 0 : MDB_CORRUPTED;
}

failure unknown_format(const lmdb_env& env, std::string_view format) {
  return {ec::store_broken, "the store " + env.folder().path().string() + " has format " + std::string{format}
                                + ", but this program knows only formats 1 and 2; "
                                + "use the version of the program that wrote it"};
}

/// Reads what the store says of itself, or writes it into a new file. @returns 0 or an LMDB error number.
int read_meta(MDB_txn* txn, store_layout& db, std::string& format) {
  if (const int error = get(txn, db.meta, format_key, format))
    return error;
  if (format.empty()) {
    format = format_plain;
    return put(txn, db.meta, format_key, format_plain);
  }
  db.says.journaled = format == format_journaled;
  if (const int error = get_number(txn, db.meta, epoch_key, db.says.epoch))
    return error;
  return get_number(txn, db.meta, settled_key, db.says.settled);
}

int put_open(MDB_txn* txn, MDB_dbi open, const job_id& id, bool is_open) {
  if (!is_open)
    return erase(txn, open, key_of(id));
  const int error = put(txn, open, key_of(id), {}, MDB_NOOVERWRITE); // no page is touched when it is there
  return error == MDB_KEYEXIST ? 0 : error;
}

int put_texts(MDB_txn* txn, MDB_dbi texts, const job_id& id, const pending_job& x) {
  for (std::size_t kind = 0; kind < x.texts.size(); ++kind) {
    const auto& [named, value] = x.texts[kind];
    if (!named)
      continue;
    const auto key = key_of(id, static_cast<job_text>(kind));
    if (const int error
        = value ? put(txn, texts, view(key), *value) : erase(txn, texts, view(key)))
      return error;
  }
  return 0;
}

/// Deletes every key that begins with the id.
int erase_all_of(MDB_txn* txn, MDB_dbi database, const job_id& id) {
  MDB_cursor* raw = nullptr;
  if (const int error = mdb_cursor_open(txn, database, &raw))
    return error;
  const std::unique_ptr<MDB_cursor, decltype(&mdb_cursor_close)> cursor{raw, &mdb_cursor_close};
  for (;;) {
    auto key = to_val(key_of(id));
    MDB_val value{};
    const int error = mdb_cursor_get(raw, &key, &value, MDB_SET_RANGE);
    if (error == MDB_NOTFOUND)
      return 0;
    if (error != 0)
      return error;
    if (!std::string_view{static_cast<const char*>(key.mv_data), key.mv_size}.starts_with(key_of(id)))
      return 0;
    if (const int undeleted = mdb_cursor_del(raw, 0))
      return undeleted;
  }
}

int erase_job(MDB_txn* txn, const store_layout& db, const job_id& id) {
  if (const int error = erase(txn, db.jobs, key_of(id)))
    return error;
  if (const int error = erase(txn, db.open, key_of(id)))
    return error;
  if (const int error = erase_all_of(txn, db.events, id))
    return error;
  return erase_all_of(txn, db.texts, id);
}

} // namespace

outcome<store_layout> open_layout(lmdb_env& env) {
  store_layout db;
  std::string format;
  const auto opened = env.write([&](MDB_txn* txn) {
    const struct {
      const char* name;
      MDB_dbi& database;
    } all[] = {{"meta", db.meta},
               {"jobs", db.jobs},
               {"texts", db.texts},
               {"events", db.events},
               {"open", db.open},
               {"tokens", db.tokens}};
    for (const auto& x : all)
      if (const int error = mdb_dbi_open(txn, x.name, MDB_CREATE, &x.database))
        return error;
    return read_meta(txn, db, format);
  });
  if (!opened)
    return opened.error();
  if (format != format_plain && format != format_journaled)
    return unknown_format(env, format);
  return db;
}

outcome<store_layout> read_layout(lmdb_env& env) {
  store_layout db;
  std::string format;
  const auto opened = env.read_handles([&](MDB_txn* txn) {
    for (const auto& [name, database] : {std::pair{"meta", &db.meta}, std::pair{"jobs", &db.jobs},
                                         std::pair{"texts", &db.texts}, std::pair{"events", &db.events},
                                         std::pair{"open", &db.open}})
      if (const int error = mdb_dbi_open(txn, name, 0, database))
        return error;
    if (const int error = mdb_dbi_open(txn, "tokens", 0, &db.tokens); error != 0 && error != MDB_NOTFOUND)
      return error;
    return get(txn, db.meta, format_key, format);
  });
  if (!opened)
    return opened.error();
  if (format != format_plain && format != format_journaled)
    return unknown_format(env, format);
  return db;
}

outcome<store_meta> read_meta(const lmdb_reader& reader, const store_layout& db) {
  store_meta says;
  for (const auto& [key, number] : {std::pair{epoch_key, &says.epoch}, std::pair{settled_key, &says.settled}}) {
    const auto text = reader.get(db.meta, key);
    if (!text)
      return text.error();
    if (*text && !to_number(**text, *number))
      return failure{ec::store_broken, "the store's own number \"" + std::string{key} + "\" cannot be read"};
  }
  return says;
}

int put_meta(MDB_txn* txn, const store_layout& db, const store_meta& x) {
  if (const int error
      = put(txn, db.meta, format_key, x.journaled ? format_journaled : format_plain))
    return error;
  if (const int error = put(txn, db.meta, epoch_key, std::to_string(x.epoch)))
    return error;
  return put(txn, db.meta, settled_key, std::to_string(x.settled));
}

int put_overlay(MDB_txn* txn, const store_layout& db, const job_overlay& changes,
                const std::function<void()>& half_put) {
  for (const auto& [id, x] : changes.jobs())
    if (const int error = x.erased ? erase_job(txn, db, id) : 0)
      return error;
  for (const auto& [id, x] : changes.jobs())
    if (const int error = x.record.empty() ? 0 : put(txn, db.jobs, key_of(id), x.record))
      return error;
  for (const auto& [id, x] : changes.jobs())
    if (const int error = put_open(txn, db.open, id, x.open))
      return error;
  half_put();
  for (const auto& [id, x] : changes.jobs())
    for (const auto& e : x.events)
      if (const int error = put(txn, db.events, view(key_of(id, e.sequence)), e.value))
        return error;
  for (const auto& [id, x] : changes.jobs())
    if (const int error = put_texts(txn, db.texts, id, x))
      return error;
  return 0;
}

} // namespace claw
