#pragma once
// The addresses that our clients may talk to: plain http or https, a host, perhaps a path. Anything
// else (files, other protocols, passwords inside the address, line breaks) is refused before a
// socket is opened.

#include "actors/domain/error.hpp"

#include <string>
#include <string_view>

namespace claw {

/// A checked base address.
struct http_url {
  std::string base;      ///< `http://host:8000/path`, without a slash at the end
  std::string host;      ///< lower case, without brackets
  bool loopback = false; ///< localhost, 127.0.0.0/8 or ::1: never through a proxy
};

/// @param name the variable that the address came from, for the sentence
/// @returns `bad_config` when it is no such address
outcome<http_url> parse_http_url(std::string_view name, std::string_view text);

/// Percent-encodes all but the unreserved characters (RFC 3986, 2.3).
std::string percent_encoded(std::string_view text);

} // namespace claw
