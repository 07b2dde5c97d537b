#include "apps/transfer/old_broker_db.hpp"

#include <sqlite3.h>

#include <memory>
#include <set>
#include <string>
#include <utility>

namespace claw {

namespace {

using database = std::unique_ptr<sqlite3, decltype(&sqlite3_close)>;
using statement = std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)>;

failure no_old_broker(const std::filesystem::path& file, const std::string& why) {
  return {ec::bad_config, file.string() + " cannot be read as a database of the old broker: " + why};
}

statement prepared(sqlite3* db, const std::string& sql) {
  sqlite3_stmt* made = nullptr;
  sqlite3_prepare_v2(db, sql.c_str(), -1, &made, nullptr); // none: the error stays in the database
  return {made, &sqlite3_finalize};
}

std::optional<std::string> text_at(sqlite3_stmt* row, int column) {
  if (sqlite3_column_type(row, column) == SQLITE_NULL)
    return std::nullopt;
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(row, column)); // of a number: its digits
  return std::string{bytes == nullptr ? "" : bytes, static_cast<std::size_t>(sqlite3_column_bytes(row, column))};
}

std::optional<int64_t> number_at(sqlite3_stmt* row, int column) {
  if (sqlite3_column_type(row, column) == SQLITE_NULL)
    return std::nullopt;
  return sqlite3_column_int64(row, column);
}

std::set<std::string> columns_of(sqlite3* db) {
  std::set<std::string> names;
  const auto rows = prepared(db, "SELECT name FROM pragma_table_info('jobs')");
  while (rows && sqlite3_step(rows.get()) == SQLITE_ROW)
    names.insert(text_at(rows.get(), 0).value_or(""));
  return names;
}

/// A column that this database does not have is null in each row.
std::string question(const std::set<std::string>& columns) {
  std::string sql;
  for (const char* name : {"id", "created_at", "status", "command", "payload", "requires", "result", "error",
                           "worker_id", "started_at", "finished_at"})
    sql += (sql.empty() ? "SELECT " : ", ") + (columns.count(name) > 0 ? std::string{name} : "NULL");
  return sql + " FROM jobs ORDER BY created_at, rowid";
}

old_broker_job job_at(sqlite3_stmt* row) {
  int column = 0;
  old_broker_job x;
  x.id = text_at(row, column++).value_or("");
  x.created_s = number_at(row, column++).value_or(-1);
  x.status = text_at(row, column++).value_or("");
  x.command = text_at(row, column++).value_or("");
  x.payload = text_at(row, column++).value_or("");
  x.requires_json = text_at(row, column++);
  x.result = text_at(row, column++);
  x.error = text_at(row, column++);
  x.worker_id = text_at(row, column++).value_or("");
  x.started_s = number_at(row, column++);
  x.finished_s = number_at(row, column);
  return x;
}

} // namespace

outcome<done> read_old_broker(const std::filesystem::path& file,
                              const std::function<outcome<done>(const old_broker_job&)>& visit) {
  sqlite3* opened = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &opened, SQLITE_OPEN_READONLY, nullptr);
  const database db{opened, &sqlite3_close};
  if (code != SQLITE_OK)
    return no_old_broker(file, db ? sqlite3_errmsg(db.get()) : "no memory");
  const auto columns = columns_of(db.get());
  if (sqlite3_errcode(db.get()) != SQLITE_OK && sqlite3_errcode(db.get()) != SQLITE_DONE)
    return no_old_broker(file, sqlite3_errmsg(db.get()));
  for (const char* needed : {"id", "created_at", "status", "command", "payload"})
    if (columns.count(needed) == 0)
      return no_old_broker(file, columns.empty() ? "it has no table jobs"
                                                 : "its table jobs has no column " + std::string{needed});
  const auto rows = prepared(db.get(), question(columns));
  int step = rows ? sqlite3_step(rows.get()) : sqlite3_errcode(db.get());
  for (; step == SQLITE_ROW; step = sqlite3_step(rows.get()))
    if (auto taken = visit(job_at(rows.get())); !taken)
      return taken;
  return step == SQLITE_DONE ? outcome<done>{done{}} : no_old_broker(file, sqlite3_errmsg(db.get()));
}

} // namespace claw
