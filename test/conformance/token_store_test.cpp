// What actors/ports/token_store.hpp says, held against every store there is.

#include "storage/journaled_job_store.hpp"
#include "test/support/catch.hpp"
#include "test/support/memory_token_store.hpp"
#include "test/support/sample_jobs.hpp"
#include "test/support/sample_tokens.hpp"
#include "test/support/temporary_folder.hpp"

#include <memory>
#include <thread>

using namespace claw;

namespace {

/// A fresh store of each kind in turn.
struct token_fixture {
  temporary_folder folder;
  std::unique_ptr<token_store> store;

  token_fixture() {
    if (GENERATE(false, true)) {
      store = std::make_unique<memory_token_store>();
    } else {
      auto opened = open_broker_stores(folder.path() / "db");
      REQUIRE(opened);
      store = std::move(opened->tokens);
    }
  }

  std::vector<access_token> all() const {
    auto x = store->load();
    REQUIRE(x);
    return *std::move(x);
  }
};

} // namespace

TEST_CASE("a fresh store has no tokens", "[store]") {
  CHECK(token_fixture{}.all().empty());
}

TEST_CASE("a token is read as it was kept, with every field", "[store]") {
  token_fixture x;
  const auto plain = sample_token(token_role::admin, "me");
  REQUIRE(x.store->put(full_token()));
  REQUIRE(x.store->put(plain));
  CHECK(x.all() == std::vector{plain, full_token()}); // by kid
}

TEST_CASE("a token takes the place of the one with its kid", "[store]") {
  token_fixture x;
  auto token = full_token();
  REQUIRE(x.store->put(token));
  token.expires_s.reset();
  REQUIRE(x.store->put(token));
  CHECK(x.all() == std::vector{token});
}

TEST_CASE("a token that was erased is gone, and may be erased again", "[store]") {
  token_fixture x;
  REQUIRE(x.store->put(full_token()));
  CHECK(x.store->erase("oc00000000000009"));
  CHECK(x.all().size() == 1);
  CHECK(x.store->erase(full_token().kid));
  CHECK(x.all().empty());
  CHECK(x.store->erase(full_token().kid));
}

TEST_CASE("tokens are there after the store was opened anew", "[store]") {
  temporary_folder folder;
  {
    auto stores = open_broker_stores(folder.path());
    REQUIRE(stores);
    REQUIRE(stores->tokens->put(full_token()));
    REQUIRE(stores->jobs->commit({creation(1)}));
  }
  auto stores = open_broker_stores(folder.path());
  REQUIRE(stores);
  stores->jobs.reset(); // each half goes on without the other
  CHECK(*stores->tokens->load() == std::vector{full_token()});
}

TEST_CASE("jobs and tokens are written at the same time by two threads", "[store]") {
  constexpr uint64_t rounds = 50;
  temporary_folder folder;
  job_store_options options;
  options.gather = std::chrono::milliseconds{0};
  options.journal.file_bytes = 1 << 20;
  options.map.map_bytes = 1 << 20; // which grows meanwhile
  auto stores = open_broker_stores(folder.path(), options);
  REQUIRE(stores);
  bool jobs_kept = true;
  std::thread jobs{[&] {
    for (uint64_t n = 1; n <= rounds; ++n)
      jobs_kept = jobs_kept && stores->jobs->commit({creation(n, std::string(50'000, 'p'))}).ok();
  }};
  auto token = full_token();
  for (uint64_t n = 0; n < rounds; ++n) {
    token.created_s = static_cast<int64_t>(n);
    CHECK(stores->tokens->put(token));
  }
  jobs.join();
  CHECK(jobs_kept);
  CHECK(*stores->tokens->load() == std::vector{token});
  for (uint64_t n = 1; n <= rounds; ++n)
    CHECK((*stores->jobs->find(sample_id(n))).has_value());
}
