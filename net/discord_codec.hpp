#pragma once
// Calls to Discord's REST interface as HTTP, and its answers as values. @source Discord API reference

#include "actors/domain/discord_call.hpp"
#include "net/curl_session.hpp"

#include <string>

namespace claw {

struct discord_request {
  std::string method, path; ///< the path may hold an interaction's token: it is never logged
  std::string content_type; ///< "" without a body
  std::string body;
};

/// @param boundary for multipart bodies; must not stand in the file
discord_request discord_request_of(const discord_call& x, const std::string& boundary);

discord_answer read_discord_answer(const discord_call& x, const curl_answer& answer);

} // namespace claw
