#pragma once
// Where a bot may open its gateway connection: the token goes there, and the address comes from the other side.

#include <cstdint>
#include <string>
#include <string_view>

namespace claw {

/// Which addresses are trusted; follows from where the REST address points.
enum class gateway_trust : uint8_t {
  discord,  ///< wss, and a host under discord.gg
  loopback, ///< ws or wss, and a host that is this machine
  anywhere, ///< wss to any host, ws to this machine: the operator said so
};

/// An address in its parts.
struct gateway_url {
  bool tls = true;
  std::string host; ///< lower case
  std::string port; ///< 443 or 80 where none is given
  std::string path; ///< begins with a slash; without a query
};

/// @returns an empty host when it is no address that `trust` allows
gateway_url parse_gateway_url(std::string_view text, gateway_trust trust);

} // namespace claw
