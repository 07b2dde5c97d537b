#include "actors/domain/sent_before.hpp"

#include "actors/domain/ascii.hpp"

#include <algorithm>

namespace claw {

namespace {

bool is_recorded(snowflake id, const errand& x) {
  return id == x.status || std::find(x.parts.begin(), x.parts.end(), id) != x.parts.end();
}

/// What stands for itself, also because the message that it replied to is gone, is known by its words. Those of a
/// status message have changed since, but still name the job.
bool has_its_words(const discord_message& seen, const outgoing_message& wanted, const errand& x) {
  const bool is_status = wanted.nonce == nonce_of(x, 0);
  if (is_status && !x.job_id.empty())
    return seen.content.find(x.job_id) != std::string::npos;
  return trimmed(seen.content) == trimmed(wanted.content);
}

bool must_be_it(const discord_message& seen, const outgoing_message& wanted, const errand& x) {
  if (!seen.nonce.empty()) // not every server tells it
    return seen.nonce == wanted.nonce;
  const bool own_thread = x.place == x.id;
  if (is_set(seen.replies_to) || own_thread)
    return seen.replies_to == wanted.replies_to;
  return has_its_words(seen, wanted, x);
}

} // namespace

snowflake sent_before(const std::vector<discord_message>& seen, const outgoing_message& wanted, const errand& x,
                      snowflake me) {
  snowflake oldest{};
  for (const auto& message : seen) {
    const bool ours = message.author == me && message.what != discord_message::kind::system;
    if (ours && !is_recorded(message.id, x) && must_be_it(message, wanted, x)
        && (!is_set(oldest) || message.id < oldest))
      oldest = message.id;
  }
  return oldest;
}

} // namespace claw
