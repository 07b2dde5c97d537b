#include "actors/domain/gateway_close.hpp"

namespace claw {

close_meaning meaning_of_close(std::optional<uint16_t> code) {
  if (!code)
    return close_meaning::resume;
  switch (*code) {
  case 1000:
    return close_meaning::resume_once;
  case 4003: // not authenticated
  case 4005: // identified twice
  case 4007: // bad sequence
  case 4009: // session timed out
    return close_meaning::identify;
  case 4004:
  case 4010:
  case 4011:
  case 4012:
  case 4013:
  case 4014:
    return close_meaning::fatal;
  default:
    return close_meaning::resume;
  }
}

std::string fatal_sentence(uint16_t code) {
  switch (code) {
  case 4004:
    return "Discord does not accept DISCORD_TOKEN; take a new one from the Bot page of the developer portal";
  case 4010:
  case 4011:
    return "Discord demands sharding, which this bot does not do: it serves fewer than 2,500 servers";
  case 4012:
    return "Discord no longer speaks the gateway version of this program; install a newer one";
  case 4013:
    return "Discord does not know the intents of this program; install a newer one";
  case 4014:
    return "enable Message Content Intent on the Bot page of the developer portal";
  default:
    return "Discord ended the session for good with code " + std::to_string(code);
  }
}

} // namespace claw
