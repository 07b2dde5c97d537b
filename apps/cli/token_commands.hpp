#pragma once
// `openclaw token create|list|revoke`: the tokens of single clients. A new token is printed once, to standard output
// and nowhere else.

#include "actors/ports/broker_api.hpp"
#include "apps/cli/cli_options.hpp"

#include <cstdint>
#include <iosfwd>

namespace claw {

/// @param now_s wall time @returns one of `cli_exit`
int run_token_command(const cli_options& options, token_api& broker, int64_t now_s,
                      std::ostream& out, std::ostream& err);

} // namespace claw
