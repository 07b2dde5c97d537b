#include "storage/settled_tokens.hpp"

#include "storage/lmdb_values.hpp"
#include "storage/token_codec.hpp"

#include <utility>

namespace claw {

namespace {

class settled_tokens final : public token_store {
public:
  settled_tokens(std::shared_ptr<lmdb_env> env, MDB_dbi tokens)
      : env_(std::move(env)), tokens_(tokens) {}

  outcome<std::vector<access_token>> load() const override {
    const auto reader = env_->begin_read();
    if (!reader)
      return reader.error();
    auto cursor = lmdb_cursor::open(*reader, tokens_);
    if (!cursor)
      return cursor.error();
    std::vector<access_token> all;
    auto there = cursor->move(MDB_FIRST);
    for (; there && *there; there = cursor->move(MDB_NEXT)) {
      auto x = decode_token(cursor->key(), cursor->value());
      if (!x)
        return x.error();
      all.push_back(*std::move(x));
    }
    return there ? outcome<std::vector<access_token>>{std::move(all)} : there.error();
  }

  outcome<done> put(const access_token& x) override {
    std::string bytes;
    encode(x, bytes);
    return env_->write([&](MDB_txn* txn) {
      auto key = to_val(x.kid);
      auto value = to_val(bytes);
      return mdb_put(txn, tokens_, &key, &value, 0);
    });
  }

  outcome<done> erase(const std::string& kid) override {
    return env_->write([&](MDB_txn* txn) {
      auto key = to_val(kid);
      const int error = mdb_del(txn, tokens_, &key, nullptr);
      return error == MDB_NOTFOUND ? 0 : error;
    });
  }

private:
  std::shared_ptr<lmdb_env> env_;
  MDB_dbi tokens_;
};

} // namespace

std::unique_ptr<token_store> make_token_store(std::shared_ptr<lmdb_env> env, MDB_dbi tokens) {
  return std::make_unique<settled_tokens>(std::move(env), tokens);
}

} // namespace claw
