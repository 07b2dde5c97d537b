#pragma once
// The address of an endpoint as an operator writes it, made into the one that requests are built on.

#include "actors/domain/error.hpp"

#include <string>
#include <string_view>

namespace claw {

/// `http://host:1234`, `.../`, `.../v1` and `.../v1/chat/completions` all become
/// `http://host:1234/v1`. A path that already ends in a version (`/api/v3`) stays. Errors:
/// `bad_config` when it is no http or https URL.
outcome<std::string> normalised_base_url(std::string_view text);

/// `host:port` for error sentences and logs: never a user name, password or query.
std::string endpoint_name(const std::string& base_url);

/// True when the host is this machine: such an address never goes through a proxy.
bool is_loopback(const std::string& base_url);

} // namespace claw
