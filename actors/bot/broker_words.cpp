#include "actors/bot/broker_words.hpp"

#include "actors/ports/broker_api.hpp"

namespace claw {

std::string trouble_sentence(const failure& why) {
  if (is_passing_trouble(why))
    return "The broker cannot be reached right now.";
  if (why.code == ec::bad_token)
    return "The broker does not accept this bot's token; its operator must correct BOT_TOKEN.";
  if (why.code == ec::no_such_job)
    return "There is no such job.";
  if (why.code == ec::queue_full)
    return "The job queue is full; try again in a moment.";
  if (why.code == ec::rate_limited)
    return "The broker takes no more jobs this minute; try again in a moment.";
  if (why.code == ec::bad_reply)
    return "The broker's answer makes no sense.";
  return why.why.empty() ? "That did not work." : why.why;
}

bool is_passing_trouble(const failure& why) {
  return why.code == ec::unreachable || why.code == ec::unavailable;
}

bool is_old_broker(const failure& why) {
  return why.code == ec::refused && why.why.starts_with(broker_too_old);
}

} // namespace claw
