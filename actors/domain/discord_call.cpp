#include "actors/domain/discord_call.hpp"

namespace claw {

std::string route_of(discord_call::kind what) {
  using kind = discord_call::kind;
  switch (what) {
  case kind::gateway:
    return "GET /gateway/bot";
  case kind::myself:
    return "GET /users/@me";
  case kind::channel:
    return "GET /channels/{c}";
  case kind::history:
    return "GET /channels/{c}/messages";
  case kind::message:
    return "GET /channels/{c}/messages/{m}";
  case kind::send:
    return "POST /channels/{c}/messages";
  case kind::edit:
    return "PATCH /channels/{c}/messages/{m}";
  case kind::typing:
    return "POST /channels/{c}/typing";
  case kind::react:
    return "PUT /channels/{c}/messages/{m}/reactions/{e}/@me";
  case kind::thread:
    return "POST /channels/{c}/messages/{m}/threads";
  case kind::direct:
    return "POST /users/@me/channels";
  case kind::acknowledge:
  case kind::acknowledge_button:
  case kind::reply:
  case kind::choices:
    return "POST /interactions/{i}/{token}/callback";
  case kind::edit_reply:
    return "PATCH /webhooks/{a}/{token}/messages/@original";
  case kind::follow_up:
    return "POST /webhooks/{a}/{token}";
  case kind::register_commands:
    return "PUT /applications/{a}/commands";
  }
  return {};
}

bool is_interaction_call(discord_call::kind what) {
  using kind = discord_call::kind;
  return what == kind::acknowledge || what == kind::acknowledge_button || what == kind::reply || what == kind::choices
         || what == kind::edit_reply || what == kind::follow_up;
}

bool is_repeatable(const discord_call& x) {
  using kind = discord_call::kind;
  if (x.what == kind::send)
    return !x.message_out.nonce.empty();
  return x.what != kind::follow_up;
}

} // namespace claw
