#pragma once
// How a row gets to the broker: straight, or as words in Discord, where what our bot says to it counts, too.

#include "actors/domain/smoke_verdict.hpp"
#include "actors/ports/broker_api.hpp"
#include "actors/ports/discord_api.hpp"
#include "apps/cli/job_follow.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace claw {

struct asked_job {
  std::string id;
  snowflake message{}; ///< what was said in Discord; none elsewhere
};

class row_way {
public:
  virtual ~row_way() = default;

  /// Who asks, for people. Errors: of the first call to Discord
  virtual outcome<std::string> requester() = 0;

  /// @returns the job that was made of it
  virtual outcome<asked_job> send(const smoke_row& row) = 0;

  /// The job cannot be claimed now: returns when people have been told so, who ask this way. Errors: `timed_out`, ...
  virtual outcome<done> tells_of_waiting(const asked_job& asked, std::chrono::seconds patience) = 0;

  /// @param job has ended @returns whether people see what they must
  virtual smoke_verdict told(const asked_job& asked, const remote_job& job) = 0;
};

std::unique_ptr<row_way> way_to_broker(producer_api& broker, std::string requester);

/// @param channel where our bot hears the account of `rest`
std::unique_ptr<row_way> way_through_discord(std::unique_ptr<discord_api> rest, snowflake channel, producer_api& broker,
                                             const smoke_secrets& secrets, const follow_world& time);

} // namespace claw
