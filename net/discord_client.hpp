#pragma once
// Discord's REST interface over HTTPS. Each client owns one connection and belongs to one actor. The token goes into
// one header and nowhere else; routes are logged elsewhere, never addresses, since some hold tokens.

#include "actors/domain/error.hpp"
#include "actors/domain/gateway_url.hpp"
#include "actors/ports/discord_api.hpp"

#include <memory>
#include <string>

namespace claw {

struct discord_place {
  std::string url = "https://discord.com/api/v10";
  std::string token;   ///< without the word "Bot"
  std::string ca_file; ///< certificates to trust instead of the system's; "" for none
};

/// @returns which gateway addresses such a place may name. Errors: `bad_config`: plain http to another machine, or
/// (unless `allow_remote`) any machine but Discord's and this one.
outcome<gateway_trust> trust_of(const discord_place& where, bool allow_remote);

/// @pre trust_of(where) is no failure
std::unique_ptr<discord_api> make_discord_client(const discord_place& where);

} // namespace claw
