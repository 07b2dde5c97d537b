#include "storage/lmdb_bot_store.hpp"

#include "storage/bot_codec.hpp"
#include "storage/lmdb_values.hpp"

#include <spdlog/spdlog.h>

#include <optional>
#include <string>
#include <utility>

namespace claw {

namespace {

constexpr std::size_t map_bytes = std::size_t{1} << 30; ///< address space; the file takes only what is used

// Keys: one letter for the kind, then the id where there are many.
constexpr char errand_key = 'e', watermark_key = 'w', direct_key = 'd', stranger_key = 's';
constexpr std::string_view session_key = "session!", times_key = "identified!", self_key = "me!",
                           digest_key = "commands!";

std::string key_of(char kind, snowflake id) {
  return kind + to_string(id);
}

/// A record to write, or (without a value) to remove.
struct row {
  std::string key;
  std::optional<std::string> value;
};

std::string numbers_of(std::initializer_list<snowflake> ids) {
  std::vector<int64_t> all;
  for (const auto id : ids)
    all.push_back(static_cast<int64_t>(id));
  return encode_numbers(all);
}

struct row_maker {
  row operator()(const keep_errand& x) const { return {key_of(errand_key, x.what.id), encode_errand(x.what)}; }
  row operator()(const drop_errand& x) const { return {key_of(errand_key, x.id), std::nullopt}; }
  row operator()(const keep_watermark& x) const { return {key_of(watermark_key, x.channel), numbers_of({x.id})}; }
  row operator()(const keep_direct_channel& x) const { return {key_of(direct_key, x.channel), ""}; }
  row operator()(const keep_stranger& x) const { return {key_of(stranger_key, x.user), ""}; }
  row operator()(const keep_self& x) const { return {std::string{self_key}, numbers_of({x.me, x.application})}; }
  row operator()(const keep_commands_digest& x) const { return {std::string{digest_key}, x.digest}; }
  row operator()(const keep_identify_times& x) const { return {std::string{times_key}, encode_numbers(x.times_ms)}; }
  row operator()(const keep_session& x) const {
    return {std::string{session_key}, x.session ? std::optional{encode_session(*x.session)} : std::nullopt};
  }
};

int write_row(MDB_txn* txn, MDB_dbi database, const row& x) {
  auto key = to_val(x.key);
  if (!x.value) {
    const int error = mdb_del(txn, database, &key, nullptr);
    return error == MDB_NOTFOUND ? 0 : error;
  }
  auto value = to_val(*x.value);
  return mdb_put(txn, database, &key, &value, 0);
}

/// @returns false when the record cannot be read
bool read_row(std::string_view key, std::string_view value, bot_memory& into) {
  const auto numbers = [&] { return decode_numbers(value).value_or(std::vector<int64_t>{}); };
  const auto id = parse_snowflake(key.substr(1));
  if (key == session_key) {
    into.session = decode_session(value);
    return into.session.has_value();
  }
  if (key == times_key) {
    into.identify_times_ms = numbers();
  } else if (key == digest_key) {
    into.commands_digest = std::string{value};
  } else if (key == self_key) {
    const auto ids = numbers();
    if (ids.size() != 2)
      return false;
    into.me = snowflake{static_cast<uint64_t>(ids[0])};
    into.application = snowflake{static_cast<uint64_t>(ids[1])};
  } else if (key.front() == watermark_key) {
    const auto ids = numbers();
    if (ids.size() != 1)
      return false;
    into.watermarks[id] = snowflake{static_cast<uint64_t>(ids[0])};
  } else if (key.front() == direct_key) {
    into.direct_channels.insert(id);
  } else if (key.front() == stranger_key) {
    into.strangers.insert(id);
  } else if (auto x = decode_errand(value)) {
    into.errands.push_back(std::move(*x));
  } else {
    return false;
  }
  return true;
}

} // namespace

outcome<std::unique_ptr<lmdb_bot_store>> lmdb_bot_store::open(const std::filesystem::path& path) {
  auto folder = store_folder::open(path, {"BOT_STATE_DIR", "bot"});
  if (!folder)
    return folder.error();
  lmdb_options options;
  options.map_bytes = map_bytes;
  options.readers_max = 16;
  auto env = lmdb_env::open(std::move(*folder), options);
  if (!env)
    return env.error();
  MDB_dbi database = 0;
  const auto made = (*env)->write([&](MDB_txn* txn) { return mdb_dbi_open(txn, "bot", MDB_CREATE, &database); });
  if (!made)
    return made.error();
  return std::unique_ptr<lmdb_bot_store>{new lmdb_bot_store{std::move(*env), database}};
}

outcome<done> lmdb_bot_store::commit(const std::vector<bot_change>& changes) {
  if (changes.empty())
    return done{};
  std::vector<row> rows;
  for (const auto& x : changes)
    rows.push_back(std::visit(row_maker{}, x));
  return env_->write([&](MDB_txn* txn) {
    for (const auto& x : rows)
      if (const int error = write_row(txn, database_, x))
        return error;
    return 0;
  });
}

outcome<bot_memory> lmdb_bot_store::load() {
  const auto reader = env_->begin_read();
  if (!reader)
    return reader.error();
  auto cursor = lmdb_cursor::open(*reader, database_);
  if (!cursor)
    return cursor.error();
  bot_memory memory;
  for (auto more = cursor->move(MDB_FIRST);; more = cursor->move(MDB_NEXT)) {
    if (!more)
      return more.error();
    if (!*more)
      return memory;
    if (!read_row(cursor->key(), cursor->value(), memory))
      spdlog::error("event=bot_record_unreadable key={}", cursor->key());
  }
}

} // namespace claw
