#pragma once
// Reads the bodies and queries of requests. Pure: text in, checked value or the contract's failure out.
// Errors of all: `bad_json` (400 `invalid JSON`; also for JSON nested deeper than 1100), `bad_shape` (422, names the
// field).

#include "actors/domain/error.hpp"
#include "actors/domain/lease.hpp"
#include "actors/ports/job_store.hpp"
#include "actors/protocol/broker_messages.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace claw {

/// What a job may ask for.
std::span<const std::string_view> known_commands();
inline constexpr int64_t attempts_most = 1'000; ///< of max_attempts
inline constexpr std::size_t requester_bytes_max = 255;
inline constexpr std::size_t cut_text_bytes_max = 4'096; ///< of `texts`
inline constexpr int64_t wall_s_max = 253'402'300'799; ///< the last second of the year 9999

/// POST /jobs. Errors besides: `bad_command`, `payload_too_large`, `requires_too_large`.
outcome<new_job> parse_new_job(std::string_view body);

/// POST /jobs/{id}/result and /fail. Errors besides: `body_too_large`.
/// @returns the result as it is, or the error trimmed and `unknown` when blank
outcome<std::string> parse_finish(finish_kind kind, std::string_view body,
                                  std::size_t text_bytes_max);

/// POST /jobs/{id}/events: one event or an array. Errors besides: `body_too_large`.
outcome<std::vector<progress_request::entry>> parse_progress(std::string_view body);

/// POST /tokens: all of the token but kid, digest and time. Its rules are `admit_token`'s.
outcome<access_token> parse_new_token(std::string_view body);

/// POST /command: the line.
outcome<std::string> parse_line(std::string_view body);

/// A body that nobody reads: nothing, or an object or null, which clients send where others send nothing.
outcome<done> check_unread(std::string_view body);

/// The query's `wait` in seconds, 0 to 60, with or without a fraction; 0 when absent.
outcome<std::chrono::milliseconds> parse_wait(std::string_view query);

/// The query's `after`; 0 when absent.
outcome<uint64_t> parse_after(std::string_view query);

struct listing_question {
  job_filter filter;
  std::optional<job_id> before;
  std::size_t limit = 50;
  std::optional<std::size_t> text_bytes_max; ///< payload and error are cut after so many, the result is left out
};
outcome<listing_question> parse_listing(std::string_view query);

} // namespace claw
