#include "storage/store_layout.hpp"

#include "storage/job_codec.hpp"

#include <string_view>

namespace claw {

namespace {

constexpr std::string_view format_key = "format";
constexpr std::string_view format_here = "1";

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

/// Reads the format, or writes it into a new file. @returns 0 or an LMDB error number.
int agree_on_format(MDB_txn* txn, MDB_dbi meta, std::string& format) {
  auto k = to_val(format_key);
  MDB_val found{};
  const int error = mdb_get(txn, meta, &k, &found);
  if (error == MDB_NOTFOUND) {
    format = format_here;
    return put(txn, meta, format_key, format_here);
  }
  if (error == 0)
    format.assign(static_cast<const char*>(found.mv_data), found.mv_size);
  return error;
}

int put_open(MDB_txn* txn, MDB_dbi open, const job& x) {
  if (is_terminal(x.status))
    return erase(txn, open, key_of(x.id));
  const int error = put(txn, open, key_of(x.id), {}, MDB_NOOVERWRITE); // no page is touched when it is there
  return error == MDB_KEYEXIST ? 0 : error;
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
               {"open", db.open}};
    for (const auto& x : all)
      if (const int error = mdb_dbi_open(txn, x.name, MDB_CREATE, &x.database))
        return error;
    return agree_on_format(txn, db.meta, format);
  });
  if (!opened)
    return opened.error();
  if (format != format_here)
    return failure{ec::store_broken, "the store " + env.folder().path().string() + " has format "
                                         + format + ", but this program knows only format "
                                         + std::string{format_here}
                                         + "; use the version of the program that wrote it"};
  return db;
}

int put_change(MDB_txn* txn, const store_layout& db, const job_change& x, std::string& bytes) {
  const auto& id = x.after.id;
  bytes.clear();
  encode(x.after, bytes);
  if (const int error = put(txn, db.jobs, key_of(id), bytes))
    return error;
  if (const int error = put_open(txn, db.open, x.after))
    return error;
  for (const auto& e : x.events) {
    bytes.clear();
    encode(id, e, bytes);
    if (const int error = put(txn, db.events, view(key_of(id, e.sequence)), bytes))
      return error;
  }
  for (const auto& [kind, text] : x.texts) {
    const auto key = key_of(id, kind);
    bytes.clear();
    if (text)
      encode(id, kind, *text, bytes);
    if (const int error
        = text ? put(txn, db.texts, view(key), bytes) : erase(txn, db.texts, view(key)))
      return error;
  }
  return 0;
}

} // namespace claw
