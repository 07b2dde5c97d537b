#include "storage/bot_codec.hpp"
#include "storage/lmdb_bot_store.hpp"
#include "test/support/catch.hpp"
#include "test/support/temporary_folder.hpp"

using namespace claw;

namespace {

errand sample() {
  errand x;
  x.id = snowflake{~uint64_t{0}};
  x.channel = x.place = snowflake{4};
  x.user = snowflake{2};
  x.from = errand::source::slash;
  x.now_in = errand::phase::watched;
  x.text = "ask why?";
  x.token = "t";
  x.private_reply = true;
  x.job_id = "job-1";
  x.status = snowflake{7};
  x.parts = {snowflake{8}, snowflake{9}};
  x.retried_after = 12;
  return x;
}

} // namespace

TEST_CASE("what a bot has brought to disk is there after a restart", "[bot_store]") {
  const temporary_folder folder;
  const gateway_session session{"s", "wss://resume.discord.gg", 41};
  {
    auto store = lmdb_bot_store::open(folder.path() / "bot");
    REQUIRE(store);
    REQUIRE(
        (*store)->commit({keep_errand{sample()}, keep_watermark{snowflake{4}, snowflake{44}},
                          keep_direct_channel{snowflake{4}}, keep_stranger{snowflake{5}},
                          keep_self{snowflake{9}, snowflake{10}}, keep_session{session}, keep_identify_times{{1, 2}}}));
    CHECK(lmdb_bot_store::open(folder.path() / "bot").error().code == ec::unavailable);
  }
  auto store = lmdb_bot_store::open(folder.path() / "bot");
  REQUIRE(store);
  auto memory = (*store)->load();
  REQUIRE(memory);
  CHECK(memory->errands == std::vector<errand>{sample()});
  CHECK(memory->watermarks.at(snowflake{4}) == snowflake{44});
  CHECK(memory->direct_channels.count(snowflake{4}) == 1);
  CHECK(memory->strangers.count(snowflake{5}) == 1);
  CHECK(memory->application == snowflake{10});
  CHECK(memory->session == session);
  CHECK(memory->identify_times_ms == std::vector<int64_t>{1, 2});
  REQUIRE((*store)->commit({drop_errand{sample().id}, keep_session{}, drop_errand{snowflake{1}}}));
  memory = (*store)->load();
  CHECK(memory->errands.empty());
  CHECK_FALSE(memory->session);
}

TEST_CASE("bytes that are no errand are no errand", "[bot_store]") {
  const auto bytes = encode_errand(sample());
  CHECK(decode_errand(bytes) == sample());
  for (std::size_t n = 0; n < bytes.size(); ++n)
    CHECK_FALSE(decode_errand(bytes.substr(0, n)));
  CHECK_FALSE(decode_errand(bytes + "x"));
}
