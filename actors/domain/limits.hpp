#pragma once
// Every bound of the broker with its name and unit. What an operator may change is a default here and a row of a
// config table in apps/; what the contract fixes is a constant.

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace claw::limits {

// -- the door (docs/HTTP_API.md) ---------------------------------------------------------------
inline constexpr std::size_t request_body_bytes_max = 524'288; ///< default of MAX_REQUEST_BODY_BYTES
inline constexpr std::size_t result_bytes_max = 4'194'304;     ///< default of MAX_RESULT_BYTES
inline constexpr std::size_t payload_bytes_max = 262'144;
inline constexpr std::size_t requires_bytes_max = 2'048;
inline constexpr std::size_t header_bytes_max = 16'384;
inline constexpr std::size_t connections_max = 1'024;          ///< default of BROKER_MAX_CONNECTIONS
inline constexpr std::size_t worker_id_bytes_max = 255;
inline constexpr std::size_t worker_caps_max = 256;            ///< names in one X-Worker-Caps
inline constexpr std::size_t worker_notes_bytes_max = 512;     ///< of X-Worker-Notes; the rest is cut off
inline constexpr std::size_t json_depth_max = 1'100; ///< a `requires` may be nested as deep as its bytes allow
inline constexpr std::chrono::seconds idle_connection_max{75};
inline constexpr std::chrono::seconds slow_head_max{10};
inline constexpr std::chrono::seconds slow_body_max{30};
inline constexpr std::chrono::seconds write_stall_max{30};  ///< a client that takes nothing of its answer
inline constexpr std::chrono::seconds claim_wait_max{60};
inline constexpr std::size_t large_bytes = 65'536;            ///< bodies and answers above it share the room below
inline constexpr std::size_t large_bytes_held_max = 64 << 20; ///< of bodies, and of answers, under way at a time
inline constexpr std::chrono::seconds large_wait_max{10};     ///< for room for a large answer

// -- jobs --------------------------------------------------------------------------------------
inline constexpr std::chrono::seconds lease_term{60}; ///< default of LEASE_SECONDS
inline constexpr uint32_t attempts_max = 5;           ///< default of MAX_ATTEMPTS
inline constexpr int32_t priority_max = 100;          ///< and its negative is the least
inline constexpr std::chrono::hours create_key_life{24};   ///< of an Idempotency-Key
inline constexpr std::size_t create_key_bytes_max = 255;
inline constexpr std::size_t ahead_counted_max = 10'000; ///< how far the jobs before one are counted
inline constexpr std::size_t tags_max = 32;           ///< of one job
inline constexpr std::size_t tags_bytes_max = 4'096;  ///< names and values together
inline constexpr std::chrono::seconds fair_share_half_life{300}; ///< after it running time counts half
inline constexpr std::size_t events_per_job_max = 10'000; ///< progress beyond it is answered and dropped
inline constexpr std::size_t event_bytes_max = 65'536;    ///< one progress event, except a checkpoint
inline constexpr std::size_t workers_known_max = 10'000; ///< one more makes forget who is silent longest, or is refused
inline constexpr std::size_t page_jobs_max = 500;
inline constexpr std::size_t page_events_max = 1'000;

// -- tokens ------------------------------------------------------------------------------------
inline constexpr std::size_t principal_bytes_max = 64;
inline constexpr std::size_t tokens_per_principal_max = 2; ///< the old one and the new one while it is rotated
inline constexpr std::size_t tokens_max = 1'000;           ///< expired ones count until they are revoked

// -- the store ---------------------------------------------------------------------------------
inline constexpr std::size_t commit_changes_max = 1'024;  ///< changes in one transaction (group commit)
inline constexpr std::size_t prune_jobs_max = 256;        ///< taken out in one transaction ...
inline constexpr std::size_t prune_values_max = 8'192;    ///< ... with their events; one job may have more
inline constexpr std::size_t would_be_pruned_lines_max = 100'000; ///< of the log, from one start to the next
inline constexpr std::chrono::seconds retention_pause{60}; ///< default of RETENTION_EVERY_SECONDS

static_assert(payload_bytes_max + requires_bytes_max < request_body_bytes_max,
              "a job with the largest payload and requires must fit into one request");
static_assert(requires_bytes_max / 2 < json_depth_max, "a `requires` of nothing but brackets must be read");
static_assert(request_body_bytes_max <= result_bytes_max, "a result may be as large as a request");

} // namespace claw::limits
