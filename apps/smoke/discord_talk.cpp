#include "apps/smoke/discord_talk.hpp"

#include <algorithm>

namespace claw {

namespace {

using namespace std::chrono_literals;

constexpr unsigned tries_max = 5;
constexpr std::chrono::milliseconds limit_wait_max = 30s;
constexpr unsigned too_many_requests = 429;

} // namespace

/// Waits as long as a rate limit asks for.
outcome<discord_answer> discord_talk::perform(const discord_call& x) {
  for (unsigned tries = 1;; ++tries) {
    auto answer = rest_.perform(x);
    if (!answer)
      return answer.error();
    if (answer->ok())
      return answer;
    if (answer->status != too_many_requests || tries == tries_max)
      return failure{ec::refused, "Discord answered " + route_of(x.what) + " with " + std::to_string(answer->status)
                                      + (answer->trouble.empty() ? "" : ": " + answer->trouble)};
    time_.pause(std::clamp<std::chrono::milliseconds>(answer->rate.retry_after.value_or(1s), 100ms, limit_wait_max));
  }
}

outcome<snowflake> discord_talk::myself() {
  discord_call call;
  call.what = discord_call::kind::myself;
  const auto answer = perform(call);
  if (!answer)
    return answer.error();
  return answer->id;
}

outcome<snowflake> discord_talk::say(const std::string& text) {
  discord_call call;
  call.what = discord_call::kind::send;
  call.channel = channel_;
  call.message_out.content = text;
  const auto answer = perform(call);
  if (!answer)
    return answer.error();
  return answer->id;
}

outcome<std::string> discord_talk::replies_to(snowflake message) {
  discord_call call;
  call.what = discord_call::kind::history;
  call.channel = channel_;
  call.message = message;
  auto answer = perform(call);
  if (!answer)
    return answer.error();
  auto& heard = answer->messages;
  std::sort(heard.begin(), heard.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  std::string text;
  for (const auto& x : heard)
    if (x.from_machine && x.replies_to == message)
      text += (text.empty() ? "" : "\n") + x.content;
  return text;
}

} // namespace claw
