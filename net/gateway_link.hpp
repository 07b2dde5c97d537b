#pragma once
// The gateway's WebSocket on Beast, in a thread of its own, so that no slow broker and no slow disk delays a
// heartbeat. Over TLS the certificate and the host's name are verified; there is no way to switch that off.

#include "actors/domain/error.hpp"
#include "actors/domain/gateway_url.hpp"
#include "actors/ports/discord_api.hpp"

#include <memory>
#include <string>

namespace claw {

struct gateway_link_options {
  std::string token;
  gateway_trust trust = gateway_trust::discord;
  std::string ca_file; ///< certificates to trust instead of the system's; "" for none
};

/// Errors: `bad_config` when the certificates cannot be read.
outcome<std::shared_ptr<gateway_socket>> make_gateway_link(gateway_link_options options);

} // namespace claw
