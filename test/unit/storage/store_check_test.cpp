// What the check of a store finds, and that it finds nothing in one that is whole.

#include "storage/job_codec.hpp"
#include "storage/store_check.hpp"
#include "storage/store_copy.hpp"
#include "test/support/crash_image.hpp"
#include "test/support/lived_jobs.hpp"
#include "test/support/sample_tokens.hpp"
#include "test/support/temporary_folder.hpp"

#include <algorithm>

using namespace claw;

namespace {

namespace fs = std::filesystem;

using problems = std::vector<std::string>;

problems problems_in(const fs::path& folder) {
  const auto store = store_image::open(folder);
  if (!store)
    FAIL(store.error().why);
  problems found;
  const auto counts = check_store(*store, {[&](const job_id&, const std::string& what) { found.push_back(what); }, {}});
  REQUIRE(counts);
  CHECK(counts->problems == found.size());
  return found;
}

bool any_says(const problems& found, const std::string& words) {
  return std::any_of(found.begin(), found.end(),
                     [&](const std::string& x) { return x.find(words) != std::string::npos; });
}

/// A store with three whole lives, closed, and its values for whoever wants to spoil them.
struct checked_fixture {
  temporary_folder folder;
  fs::path db = folder.path() / "db";

  checked_fixture() {
    const auto store = must_open(db);
    for (uint64_t n = 1; n <= 3; ++n)
      for (const auto& change : whole_life(n))
        REQUIRE(store->commit({change}));
  }

  void write(const std::function<int(MDB_txn*, const store_layout&)>& with) {
    auto locked = store_folder::open(db);
    REQUIRE(locked);
    auto env = lmdb_env::open(*std::move(locked), {});
    REQUIRE(env);
    const auto layout = open_layout(**env);
    REQUIRE(layout);
    REQUIRE((*env)->write([&](MDB_txn* txn) { return with(txn, *layout); }));
  }

  static int put(MDB_txn* txn, MDB_dbi database, std::string key, std::string value) {
    MDB_val k{key.size(), key.data()};
    MDB_val v{value.size(), value.data()};
    return mdb_put(txn, database, &k, &v, 0);
  }

  static std::string key(uint64_t n, uint64_t sequence) { return std::string{view(key_of(sample_id(n), sequence))}; }

  static std::string get(MDB_txn* txn, MDB_dbi database, std::string at) {
    MDB_val k{at.size(), at.data()};
    MDB_val v{};
    REQUIRE(mdb_get(txn, database, &k, &v) == 0);
    return {static_cast<const char*>(v.mv_data), v.mv_size};
  }

  static int erase(MDB_txn* txn, MDB_dbi database, std::string at) {
    MDB_val k{at.size(), at.data()};
    return mdb_del(txn, database, &k, nullptr);
  }
};

} // namespace

TEST_CASE_METHOD(checked_fixture, "a store that is whole has no problems, in use or not", "[check]") {
  CHECK(problems_in(db).empty());
  const auto store = must_open(db);
  REQUIRE(store->commit({whole_life(4)[0]}));
  REQUIRE(store->commit({whole_life(4)[1], whole_life(5)[0]}));
  CHECK(problems_in(db).empty()); // the newest are in the journal alone
}

TEST_CASE_METHOD(checked_fixture, "a flipped bit is found wherever it is", "[check]") {
  const auto flipped = [](std::string value, std::size_t at) {
    value[at] = static_cast<char>(value[at] ^ 4);
    return value;
  };
  write([&](MDB_txn* txn, const store_layout& at) {
    const std::string id{key_of(sample_id(1))};
    const std::string text{view(key_of(sample_id(2), job_text::result))};
    put(txn, at.jobs, id, flipped(get(txn, at.jobs, id), 20));
    put(txn, at.texts, text, flipped(get(txn, at.texts, text), 1));
    return put(txn, at.events, key(3, 2), flipped(get(txn, at.events, key(3, 2)), 5));
  });
  const auto found = problems_in(db);
  CHECK(any_says(found, "the stored record of job"));
  CHECK(any_says(found, "the stored text of job"));
  CHECK(any_says(found, "the stored event of job"));
}

TEST_CASE_METHOD(checked_fixture, "an event that was rewritten with a good checksum breaks the chain", "[check]") {
  write([&](MDB_txn* txn, const store_layout& at) {
    auto event = *decode_event(sample_id(1), 2, get(txn, at.events, key(1, 2)));
    event.worker_id = "somebody else";
    std::string bytes;
    encode(sample_id(1), event, chain_begin, bytes);
    return put(txn, at.events, key(1, 2), bytes);
  });
  CHECK(any_says(problems_in(db), "the chain breaks at event 2"));
}

TEST_CASE_METHOD(checked_fixture, "an event whose hash fits the one before it breaks the one behind it", "[check]") {
  write([&](MDB_txn* txn, const store_layout& at) {
    std::string first;
    const auto head = encode(sample_id(1), *decode_event(sample_id(1), 1, get(txn, at.events, key(1, 1))),
                             chain_begin, first);
    auto event = *decode_event(sample_id(1), 2, get(txn, at.events, key(1, 2)));
    event.worker_id = "somebody else";
    std::string bytes;
    encode(sample_id(1), event, head, bytes);
    return put(txn, at.events, key(1, 2), bytes);
  });
  CHECK(any_says(problems_in(db), "the chain breaks at event 3"));
}

TEST_CASE_METHOD(checked_fixture, "lost events are found, also the newest", "[check]") {
  write([&](MDB_txn* txn, const store_layout& at) {
    erase(txn, at.events, key(1, 2));
    return erase(txn, at.events, key(2, 4));
  });
  const auto found = problems_in(db);
  CHECK(any_says(found, "the chain breaks at event 3"));
  CHECK(any_says(found, "its newest event is not the one that its record names"));
  CHECK(any_says(found, "its record counts 4 events, but there are 3"));
}

TEST_CASE_METHOD(checked_fixture, "an event of another job and one too many are found", "[check]") {
  write([&](MDB_txn* txn, const store_layout& at) {
    put(txn, at.events, key(1, 3), get(txn, at.events, key(2, 3)));
    std::string bytes;
    encode(sample_id(3), full_event(5), chain_begin, bytes);
    return put(txn, at.events, key(3, 5), bytes);
  });
  const auto found = problems_in(db);
  CHECK(any_says(found, "the stored event of job " + to_string(sample_id(1))));
  CHECK(any_says(found, "the chain breaks at event 5"));
}

TEST_CASE_METHOD(checked_fixture, "the index of open jobs is held against the records", "[check]") {
  REQUIRE(must_open(db)->commit({whole_life(4)[0]}));
  write([&](MDB_txn* txn, const store_layout& at) {
    put(txn, at.open, std::string{key_of(sample_id(1))}, "");
    put(txn, at.open, std::string{key_of(sample_id(9))}, "");
    return erase(txn, at.open, std::string{key_of(sample_id(4))});
  });
  const auto found = problems_in(db);
  CHECK(any_says(found, "it has ended, but stands in the index of open jobs"));
  CHECK(any_says(found, "it is open, but does not stand in the index of open jobs"));
  CHECK(any_says(found, "it has no record"));
}

TEST_CASE_METHOD(checked_fixture, "clients' tokens are checked, and go into a backup", "[check]") {
  {
    const auto stores = open_broker_stores(db);
    REQUIRE(stores);
    REQUIRE(stores->tokens->put(full_token()));
    REQUIRE(stores->tokens->put(sample_token(token_role::bot, "discord", "oc0000000000000b")));
  }
  const auto copy = folder.path() / "copy";
  const auto made = back_up(db, copy, {[](const job_id&, const std::string& what) { FAIL(what); }, {}});
  REQUIRE(made);
  CHECK(made->counts.tokens == 2);
  CHECK(open_broker_stores(copy)->tokens->load()->size() == 2);
  write([&](MDB_txn* txn, const store_layout& at) {
    auto bytes = get(txn, at.tokens, full_token().kid);
    bytes[9] = static_cast<char>(bytes[9] ^ 4);
    return put(txn, at.tokens, full_token().kid, bytes);
  });
  const auto image = store_image::open(db);
  REQUIRE(image);
  std::string spoiled;
  const auto counts = check_store(*image, {[](const job_id&, const std::string& what) { FAIL(what); },
                                           {},
                                           [&](std::string_view kid, const std::string&) { spoiled = kid; }});
  REQUIRE(counts);
  CHECK(counts->problems == 1);
  CHECK(spoiled == full_token().kid);
}

TEST_CASE_METHOD(checked_fixture, "a backup of a store in use holds what was acknowledged, and is whole", "[copy]") {
  const auto store = must_open(db);
  REQUIRE(store->commit({whole_life(4)[0], whole_life(4)[1]})); // in the journal alone
  const auto copy = folder.path() / "copy";
  const auto made = back_up(db, copy, {[](const job_id&, const std::string& what) { FAIL(what); }, {}});
  REQUIRE(made);
  CHECK(made->counts.jobs == 4);
  CHECK_FALSE(fs::exists(folder.path() / "copy.part"));
  CHECK(problems_in(copy).empty());
  const auto again = must_open(copy);
  CHECK((*again->find(sample_id(4)))->status == job_status::running);
  CHECK(*again->text(sample_id(4), job_text::payload) == "payload 4");
  CHECK(back_up(db, copy, {}).error().code == ec::bad_config); // never over something
}

TEST_CASE_METHOD(checked_fixture, "a store with faults is not backed up", "[copy]") {
  write([&](MDB_txn* txn, const store_layout& at) { return erase(txn, at.events, key(1, 2)); });
  const auto copy = folder.path() / "copy";
  const auto made = back_up(db, copy, {[](const job_id&, const std::string&) {}, {}});
  REQUIRE_FALSE(made);
  CHECK(made.error().code == ec::store_broken);
  CHECK_FALSE(fs::exists(copy));
  CHECK_FALSE(fs::exists(folder.path() / "copy.part"));
}

TEST_CASE_METHOD(checked_fixture, "a restore takes a free place, and another one only when told", "[copy]") {
  const auto to = folder.path() / "restored";
  const check_listener strict{[](const job_id&, const std::string& what) { FAIL(what); }, {}};
  REQUIRE(restore(db, to, false, strict));
  CHECK(problems_in(to).empty());
  CHECK(restore(db, to, false, strict).error().code == ec::bad_config);
  {
    const auto in_use = must_open(to);
    REQUIRE(in_use->commit({whole_life(7)[0]}));
    CHECK(restore(db, to, true, strict).error().code == ec::unavailable);
  }
  const auto restored = restore(db, to, true, strict);
  REQUIRE(restored);
  CHECK(restored->replaced == folder.path() / "restored.replaced-1");
  CHECK_FALSE(*must_open(to)->find(sample_id(7)));
  CHECK(*must_open(restored->replaced)->find(sample_id(7)));
}
