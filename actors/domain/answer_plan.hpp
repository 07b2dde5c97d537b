#pragma once
// How the end of a job is told: a quick answer takes the place of the status message; one that took its time is a new
// message, because only new messages notify; a long one is cut into messages, a very long one comes as a file.

#include "actors/domain/discord_call.hpp"
#include "actors/domain/errand.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace claw {

/// A job that has ended, in words. Texts are redacted.
struct ended_job {
  std::string job_id;
  std::string how = "done"; ///< done, failed, cancelled, dead
  std::string text, footer;
  std::chrono::seconds took{0}; ///< by the broker's clock, so that every instance of the bot decides alike
};

struct answer_plan {
  bool into_status = false; ///< the first part becomes the status message
  std::vector<outgoing_message> parts;
  std::string closing_line; ///< of the status message where it is not the first part
};

inline constexpr std::chrono::seconds quick_job{20};
inline constexpr std::size_t inline_parts_max = 3;

/// @param ping whether the one who asked is mentioned in an answer that is a new message
answer_plan plan_answer(const errand& x, const ended_job& job, bool ping);

/// The buttons under a job's status message and under a failure. They carry all that is needed to obey them.
message_button cancel_button(const std::string& job_id, snowflake owner);
message_button retry_button(const std::string& job_id, snowflake owner);

/// What a pressed button says.
struct button_order {
  enum class kind : uint8_t { unknown, cancel, retry };
  kind what = kind::unknown;
  std::string job_id;
  snowflake owner{};
};
button_order parse_button(const std::string& custom_id);

} // namespace claw
