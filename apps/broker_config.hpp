#pragma once
// The configuration of the broker, and what its parts are told of it.

#include "actors/broker/broker_system.hpp"
#include "apps/config.hpp"
#include "net/broker_http.hpp"
#include "net/http_server.hpp"

namespace claw {

/// Every variable of openclaw-broker.
const config_table& broker_config_table();

broker_system_config system_config_of(const config& x);
broker_http_options http_options_of(const config& x);
http_server_options server_options_of(const config& x);

/// True when this host is every address of the machine.
bool binds_every_address(std::string_view host);

} // namespace claw
