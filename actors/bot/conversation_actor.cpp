#include "actors/bot/conversation_actor.hpp"

#include "actors/bot/broker_words.hpp"
#include "actors/bot/job_watch_actor.hpp"
#include "actors/domain/ascii.hpp"
#include "actors/domain/chat_words.hpp"
#include "actors/domain/claim_pace.hpp"
#include "actors/domain/log_value.hpp"
#include "actors/shared/guard.hpp"

#include <algorithm>

namespace claw {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds away_min{1'000};
constexpr std::chrono::milliseconds away_max{30'000};
constexpr int64_t request_age_max_ms = 3'600'000; ///< a request that the broker could not take in an hour is given up
constexpr const char* kept_sentence = "The broker cannot be reached right now. Your request is kept and tried again.";

void note_errand(conversation* self, const errand& x) {
  if (const auto intake = caf::actor_cast<caf::actor>(self->state.config.intake))
    caf::anon_send(intake, errand_noted{x});
}

// -- submitting -------------------------------------------------------------------------------------------

void try_create(conversation* self, const courier_ptr& courier, const producer_api::request& what,
                const std::string& cap, bool anew, uint32_t failures);

void on_created(conversation* self, const courier_ptr& courier, const producer_api::created& made,
                const std::string& cap, bool anew) {
  spdlog::info("event=request_submitted message={} user={} job_id={}", to_string(courier->record().id),
               to_string(courier->record().user), log_value(made.id));
  job_story story;
  story.job_id = made.id;
  story.required_cap = cap;
  story.position = made.position;
  story.servable = made.servable;
  courier->set_job(made.id);
  courier->set_phase(errand::phase::watched);
  courier->commit([self, courier, story, anew, repeated = made.repeated] {
    note_errand(self, courier->record());
    start_watch(self, courier->record(), anew, story, repeated);
    if (self->state.dropped.erase(courier->record().id) != 0)
      caf::anon_send(self->state.watches[courier->record().id], taken_back{courier->record().id});
  });
}

void wait_for_broker(conversation* self, const courier_ptr& courier, const producer_api::request& what,
                     const std::string& cap, bool anew, uint32_t failures) {
  const auto& parts = *self->state.config.parts;
  if (self->state.dropped.erase(courier->record().id) != 0)
    return say_and_end(self, courier, "Taken back.");
  if (parts.wall_ms() - made_at_ms(courier->record().id) > request_age_max_ms)
    return say_and_end(self, courier, trouble_sentence({ec::unreachable, ""}) + " Your request was given up.");
  const auto pause = backoff_with_jitter(failures, away_min, away_max, parts.random());
  do_later(self, pause, [=] { try_create(self, courier, what, cap, anew, failures); });
}

void on_not_created(conversation* self, const courier_ptr& courier, const producer_api::request& what,
                    const std::string& cap, bool anew, uint32_t failures, const failure& why) {
  spdlog::warn("event=request_delayed message={} ec={} why={}", to_string(courier->record().id), to_string(why.code),
               log_value(why.why));
  if (!is_passing_trouble(why))
    return say_and_end(self, courier, trouble_sentence(why));
  const auto next = [=] { wait_for_broker(self, courier, what, cap, anew, failures + 1); };
  if (failures == 1) // not at the first: a broker that restarts is back before anybody reads it
    return courier->say_status(kept_sentence, {}, next);
  next();
}

void try_create(conversation* self, const courier_ptr& courier, const producer_api::request& what,
                const std::string& cap, bool anew, uint32_t failures) {
  const auto got = [=](const outcome<producer_api::created>& made) {
    if (made)
      on_created(self, courier, *made, cap, anew);
    else
      on_not_created(self, courier, what, cap, anew, failures, made.error());
  };
  self->request(self->state.config.parts->broker, broker_time_max, ask_create{what})
      .then([got](const told<producer_api::created>& x) { got(x.what); },
            [got](const caf::error&) {
              got(failure{ec::unreachable, "no answer from the link"});
            });
}

// -- what comes in -----------------------------------------------------------------------------------------

void obey(conversation* self, const courier_ptr& courier, const chat_command& command, bool anew) {
  if (const auto* job = std::get_if<chat_job>(&command))
    submit(self, courier, *job, anew);
  else if (const auto* question = std::get_if<chat_question>(&command))
    answer_question(self, courier, *question, anew);
  else
    say_and_end(self, courier, std::get<chat_advice>(command).text);
}

/// `ask <name>: ...` may name any model that a worker has advertised; only then the workers are asked for.
bool names_a_model(const std::string& text) {
  std::string_view rest = text;
  const auto verb = in_lower_case(take_word(rest));
  return (verb == "ask" || verb == "urgo") && take_word(rest).find(':') != std::string_view::npos;
}

caps caps_of(const outcome<std::vector<remote_worker>>& workers) {
  std::vector<std::string> names;
  if (workers)
    for (const auto& worker : *workers)
      names.insert(names.end(), worker.caps.begin(), worker.caps.end());
  return caps{std::move(names)};
}

void on_carry_out(conversation* self, const carry_out& x) {
  const auto& parts = self->state.config.parts;
  const auto courier = std::make_shared<errand_courier>(self, parts, x.what, x.anew);
  if (!x.what.reply.empty())
    return say_and_end(self, courier, x.what.reply);
  if (!x.what.job_id.empty()) {
    job_story story;
    story.job_id = x.what.job_id;
    return start_watch(self, x.what, x.anew, std::move(story));
  }
  const auto parsed = parse_chat_command(x.what.text);
  if (std::holds_alternative<chat_job>(parsed))
    courier->mark_seen();
  if (!names_a_model(x.what.text))
    return obey(self, courier, parsed, x.anew);
  const auto got = [self, courier, anew = x.anew](const caps& known) {
    obey(self, courier, parse_chat_command(courier->record().text, known), anew);
  };
  self->request(parts->broker, broker_time_max, ask_workers{})
      .then([got](const told<std::vector<remote_worker>>& workers) { got(caps_of(workers.what)); },
            [got](const caf::error&) { got({}); });
}

void on_say_held(conversation* self, const say_held& x) {
  const auto& parts = self->state.config.parts;
  const auto courier = std::make_shared<errand_courier>(self, parts, x.what, x.anew);
  const auto running = parts->settings.turns.jobs_max;
  const auto text = "You have " + std::to_string(running) + (running == 1 ? " job" : " jobs")
                    + " running, as many as one person may have at a time. This request waits its turn, at place "
                    + std::to_string(x.place) + ".";
  courier->say_status(text, {}, [self, courier] { note_errand(self, courier->record()); });
}

void on_taken_back(conversation* self, snowflake id) {
  auto& state = self->state;
  if (const auto at = state.watches.find(id); at != state.watches.end())
    caf::anon_send(at->second, taken_back{id});
  else
    state.dropped.insert(id);
}

void on_down(conversation* self, const caf::down_msg& x) {
  auto& watches = self->state.watches;
  const auto at = std::find_if(watches.begin(), watches.end(),
                               [&](const auto& entry) { return entry.second.address() == x.source; });
  if (at != watches.end())
    watches.erase(at);
  if (x.reason != caf::exit_reason::normal)
    self->quit(x.reason); // the records are on disk; a fresh start goes on from them
}

} // namespace

void submit(conversation* self, const courier_ptr& courier, const chat_job& job, bool anew) {
  auto what = self->state.config.parts->speech->request_of(job);
  what.requester = "discord:" + to_string(courier->record().user);
  what.idempotency_key = idempotency_key(courier->record());
  try_create(self, courier, what, job.required_cap, anew, 0);
}

void start_watch(conversation* self, const errand& x, bool anew, job_story story, bool others_speak) {
  job_watch_config config{self->state.config.parts, self->state.config.intake, x, anew, std::move(story), others_speak};
  self->state.watches[x.id] = self->spawn<caf::monitored>(job_watch_actor, std::move(config));
}

void say_and_end(conversation* self, const courier_ptr& courier, const std::string& text) {
  if (courier->record().from == errand::source::button)
    return courier->tell_presser(
        text, [self, courier] { courier->finish([self, courier] { end_errand(self, courier->record()); }); });
  courier->deliver_text(text, [self, courier] { end_errand(self, courier->record()); });
}

void end_errand(conversation* self, const errand& x) {
  self->state.dropped.erase(x.id);
  if (const auto intake = caf::actor_cast<caf::actor>(self->state.config.intake))
    caf::anon_send(intake, errand_over{x});
}

caf::behavior conversation_actor(conversation* self, conversation_config config) {
  guard(self);
  self->set_down_handler([self](const caf::down_msg& x) { on_down(self, x); });
  self->state.config = std::move(config);
  return {
      [self](const carry_out& x) { on_carry_out(self, x); },
      [self](const say_held& x) { on_say_held(self, x); },
      [self](const taken_back& x) { on_taken_back(self, x.id); },
      [](const later& x) { x.work(); },
  };
}

} // namespace claw
