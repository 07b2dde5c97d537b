#pragma once
// The bot's memory in one LMDB environment: a key a record, durable when a commit returns. The folder is locked: a
// second bot with the same one does not start.

#include "actors/ports/bot_store.hpp"
#include "storage/lmdb_env.hpp"

#include <filesystem>
#include <memory>

namespace claw {

class lmdb_bot_store final : public bot_store {
public:
  /// Makes the folder (0700) when it is not there. Errors: those of `store_folder` and `lmdb_env`.
  static outcome<std::unique_ptr<lmdb_bot_store>> open(const std::filesystem::path& folder);

  outcome<done> commit(const std::vector<bot_change>& changes) override;

  /// A record that cannot be read is left out, with a line in the log.
  outcome<bot_memory> load() override;

private:
  lmdb_bot_store(std::unique_ptr<lmdb_env> env, MDB_dbi database) : env_(std::move(env)), database_(database) {}

  std::unique_ptr<lmdb_env> env_;
  MDB_dbi database_;
};

} // namespace claw
