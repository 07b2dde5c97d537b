#pragma once
// The port `token_store` in LMDB: the database `tokens`, kid -> record (token_codec.hpp), in the file of the jobs, so
// that one backup and one checksum rule hold for both. Changes are rare and go the durable way of LMDB at once.

#include "actors/ports/token_store.hpp"
#include "storage/lmdb_env.hpp"

#include <memory>

namespace claw {

/// @param tokens the database, opened by `open_layout`
std::unique_ptr<token_store> make_token_store(std::shared_ptr<lmdb_env> env, MDB_dbi tokens);

} // namespace claw
