#include "actors/bot/intake_actor.hpp"
#include "actors/domain/chat_command.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace claw {

namespace {

constexpr const char* taken_back_sentence = "Taken back.";

/// @param next is told that the message is there unless Discord says clearly that it is not: no request is lost because
/// Discord is away, or the bot may not read
void look_for(intake* self, const errand& x, std::function<void(bool there)> next) {
  if (self->state.doubtful.erase(x.id) == 0)
    return next(true);
  discord_call call;
  call.what = discord_call::kind::message;
  call.channel = x.channel;
  call.message = x.id;
  const auto got = [next](const told<discord_answer>& answer) {
    next(!answer.what || answer.what->code != discord_code::unknown_message);
  };
  self->request(self->state.config.parts->rest, discord_time_max, ask_discord{std::move(call), call_rank::answer})
      .then(got, [next](const caf::error&) { next(true); });
}

void say_taken_back(intake* self, errand& x, bool anew) {
  spdlog::info("event=request_taken_back message={} user={}", to_string(x.id), to_string(x.user));
  x.now_in = errand::phase::taken;
  x.reply = taken_back_sentence;
  hand_to_conversation(self, x, anew);
}

} // namespace

bool wants_job(const errand& x) {
  if (x.now_in == errand::phase::finished || x.now_in == errand::phase::heard || !x.reply.empty())
    return false;
  return x.now_in == errand::phase::held || !x.job_id.empty()
         || std::holds_alternative<chat_job>(parse_chat_command(x.text));
}

void take_back(intake* self, snowflake id) {
  auto& state = self->state;
  const auto at = state.errands.find(id);
  if (at == state.errands.end() || at->second.now_in == errand::phase::finished)
    return;
  if (at->second.now_in == errand::phase::held)
    say_taken_back(self, at->second, state.begun_before.erase(id) != 0);
  else
    caf::anon_send(conversation_of(self, at->second), taken_back{id});
}

void hand_if_wanted(intake* self, const errand& x, bool anew) {
  if (!x.job_id.empty()) // its watch knows whether it still waits
    return hand_to_conversation(self, x, anew);
  look_for(self, x, [self, x, anew](bool there) {
    if (there)
      return hand_to_conversation(self, x, anew);
    say_taken_back(self, self->state.errands.at(x.id), anew);
  });
}

void doubt_requests(intake* self) {
  for (const auto& [id, x] : self->state.errands)
    if (x.from == errand::source::message && wants_job(x))
      self->state.doubtful.insert(id);
}

void look_for_requests(intake* self) {
  const auto doubtful = self->state.doubtful;
  for (const auto id : doubtful)
    if (const auto at = self->state.errands.find(id); at != self->state.errands.end() && wants_job(at->second))
      look_for(self, at->second, [self, id](bool there) {
        if (!there)
          take_back(self, id);
      });
}

} // namespace claw
