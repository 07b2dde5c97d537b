#include "actors/domain/errand.hpp"

namespace claw {

std::string idempotency_key(const errand& x) {
  return "discord:" + to_string(x.channel) + ":" + to_string(x.id);
}

std::string nonce_of(const errand& x, std::size_t slot) {
  return to_string(x.id) + "-" + std::to_string(slot); // at most 20 + 1 + 4 characters: Discord takes 25
}

snowflake anchor_of(const errand& x) {
  if (x.place != x.channel)
    return {}; // a thread holds nothing but this errand
  return x.from == errand::source::message ? x.id : x.status;
}

} // namespace claw
