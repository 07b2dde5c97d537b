#pragma once
// What a bot must not forget: its session, how far it has read each channel, what it has taken on and said. Small:
// some thousand records. `storage/lmdb_bot_store` implements it. Calls block (they wait for the disk); one owner.

#include "actors/domain/errand.hpp"
#include "actors/domain/error.hpp"
#include "actors/domain/gateway_machine.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace claw {

struct keep_errand {
  errand what;
};
struct drop_errand {
  snowflake id{};
};
/// Every message of the channel up to `id` is dealt with.
struct keep_watermark {
  snowflake channel{}, id{};
};
/// A bot cannot ask Discord which direct channels it has.
struct keep_direct_channel {
  snowflake channel{};
};
/// A stranger who has been told that the bot is not for him.
struct keep_stranger {
  snowflake user{};
};
/// Who the bot is: a session that is resumed does not say it again.
struct keep_self {
  snowflake me{}, application{};
};
/// The slash commands that Discord has, as a digest.
struct keep_commands_digest {
  std::string digest;
};
using bot_change = std::variant<keep_errand, drop_errand, keep_watermark, keep_direct_channel, keep_stranger, keep_self,
                                keep_commands_digest, keep_session, keep_identify_times>;

struct bot_memory {
  std::optional<gateway_session> session;
  std::vector<int64_t> identify_times_ms;
  snowflake me{}, application{};
  std::map<snowflake, snowflake> watermarks;
  std::set<snowflake> direct_channels;
  std::set<snowflake> strangers;
  std::vector<errand> errands; ///< by id
  std::string commands_digest;
};

class bot_store {
public:
  virtual ~bot_store() = default;

  /// All or nothing, on disk when it returns. Errors: `store_full`, `store_broken`.
  virtual outcome<done> commit(const std::vector<bot_change>& changes) = 0;

  /// Errors: `store_broken`.
  virtual outcome<bot_memory> load() = 0;
};

} // namespace claw
