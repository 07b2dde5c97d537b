#pragma once
// How `openclaw` ends (docs/COMMANDS.md): a script can tell a failed job from a broker that is not there.

#include "actors/domain/error.hpp"
#include "apps/exit_codes.hpp"

namespace claw::cli_exit {

inline constexpr int answered = 0;      ///< the job is done, the question answered
inline constexpr int job_failed = 1;    ///< the job failed, was cancelled, or is dead
inline constexpr int refused = 2;       ///< the broker said no: no such job, queue full, not for this command
inline constexpr int unreachable = 3;   ///< no connection to the broker
inline constexpr int bad_token = 4;     ///< the broker does not take the token
inline constexpr int timed_out = 5;     ///< the job goes on; only the waiting ended
inline constexpr int unwritten = exit_codes::io; ///< the answer was there, but could not be written
inline constexpr int usage = exit_codes::usage;
inline constexpr int config = exit_codes::config;
inline constexpr int interrupted = 130; ///< Ctrl-C, as shells count it

inline int of(ec code) {
  if (code == ec::unreachable || code == ec::unavailable)
    return unreachable;
  if (code == ec::bad_token || code == ec::token_not_configured || code == ec::forbidden)
    return bad_token;
  if (code == ec::timed_out)
    return timed_out;
  if (code == ec::bad_config || code == ec::not_configured)
    return config;
  if (code == ec::cancelled)
    return interrupted;
  return refused;
}

} // namespace claw::cli_exit
