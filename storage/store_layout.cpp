#include "storage/store_layout.hpp"

#include "storage/job_codec.hpp"

#include <charconv>
#include <string>
#include <string_view>

namespace claw {

namespace {

constexpr std::string_view format_key = "format";
constexpr std::string_view format_plain = "1";
constexpr std::string_view format_journaled = "2";
constexpr std::string_view epoch_key = "epoch";
constexpr std::string_view settled_key = "settled";

MDB_val to_val(std::string_view x) {
  return {x.size(), const_cast<char*>(x.data())}; // LMDB does not write through what it is given
}

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

int get_number(MDB_txn* txn, MDB_dbi database, std::string_view key, uint64_t& x) {
  std::string text = "0";
  if (const int error = get(txn, database, key, text))
    return error;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, x);
  return read.ec == std::errc{} && read.ptr == end ? 0 : MDB_CORRUPTED;
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
    return failure{ec::store_broken, "the store " + env.folder().path().string() + " has format "
                                         + format + ", but this program knows only formats 1 and 2"
                                         + "; use the version of the program that wrote it"};
  return db;
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
    if (const int error = put(txn, db.jobs, key_of(id), x.record))
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
