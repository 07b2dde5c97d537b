#pragma once
// The page for people at the broker's `/`: the files of net/dashboard/. They hold nothing secret; what the page shows
// it asks for with the token of the person in front of it.

#include "net/http_exchange.hpp"

#include <string_view>

namespace claw {

/// A file of the page, or 304 where the client has it already; 404 for a name that is none.
/// @param asked may carry `If-None-Match`
http_reply dashboard_reply(std::string_view file, const http_request& asked);

} // namespace claw
