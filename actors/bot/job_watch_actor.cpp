#include "actors/bot/job_watch_actor.hpp"

#include "actors/bot/broker_words.hpp"
#include "actors/domain/claim_pace.hpp"
#include "actors/domain/log_value.hpp"
#include "actors/shared/guard.hpp"

#include <algorithm>

namespace claw {

namespace {

using watch = observed<job_watch_state>;
using namespace std::chrono_literals;

constexpr auto events_wait = 2s;      ///< how long a broker holds a question for events; bounds the program's end
constexpr auto held_at_least = 500ms; ///< a broker that answers sooner does not hold questions
constexpr auto unheld_pause = 1s;
constexpr auto poll_pause = 1s; ///< against a broker without events
constexpr auto tick_pause = 1s;
constexpr auto typing_pause = 8s;  ///< @source Discord: typing shows for ten seconds
constexpr uint32_t quiet_max = 15; ///< then the job itself is looked at
constexpr std::chrono::milliseconds away_min{1'000};
constexpr std::chrono::milliseconds away_max{15'000};

void follow(watch* self);
void look(watch* self);
void deliver_when_ready(watch* self);

std::chrono::seconds age(const watch* self) {
  return std::chrono::duration_cast<std::chrono::seconds>(self->clock().now() - self->state.born);
}

bool has_ended(const remote_job& job) {
  return job.status == "done" || job.status == "failed";
}

// -- the status message -----------------------------------------------------------------------------

std::vector<message_button> buttons(const job_watch_state& state) {
  if (state.story.cancelling || state.story.job_id.size() > 64)
    return {};
  return {cancel_button(state.story.job_id, state.courier->record().user)};
}

void refresh(watch* self) {
  auto& state = self->state;
  const auto& record = state.courier->record();
  if (!state.status_said || state.editing || state.ended || !is_set(record.status) || !record.parts.empty())
    return;
  const auto gap = edit_gap(age(self));
  if (!gap || self->clock().now() < state.edited + *gap)
    return;
  auto text = story_text(state.story, age(self));
  if (text == state.shown)
    return;
  state.editing = true;
  state.shown = text;
  state.courier->edit_status(text, buttons(state), [self] {
    self->state.editing = false;
    self->state.edited = self->clock().now();
    deliver_when_ready(self);
  });
}

void tick(watch* self) {
  if (self->state.ended)
    return;
  if (!self->state.story.overdue && age(self) >= self->state.config.parts->settings.patience)
    self->state.story.overdue = true;
  refresh(self);
  do_later(self, tick_pause, [self] { tick(self); });
}

void say_status(watch* self) {
  auto& state = self->state;
  const bool was_there = is_set(state.courier->record().status);
  if (was_there && state.config.anew) { // it may hold the answer already
    state.status_said = true;
    return;
  }
  state.shown = created_sentence(state.story.job_id);
  state.courier->say_status(state.shown, buttons(state), [self, was_there] {
    auto& now = self->state;
    now.status_said = true;
    now.edited = self->clock().now();
    if (was_there)
      now.shown.clear(); // nobody knows what it said before
    deliver_when_ready(self);
  });
}

void keep_typing(watch* self) {
  auto& state = self->state;
  state.typing = state.story.status == "running" && !state.ended;
  if (!state.typing)
    return;
  state.courier->show_typing();
  do_later(self, typing_pause, [self] { keep_typing(self); });
}

// -- the end ------------------------------------------------------------------------------------------

ended_job words_on(const watch* self, const remote_job& job) {
  const auto& speech = *self->state.config.parts->speech;
  ended_job x;
  x.job_id = job.id;
  x.how = job.outcome.empty() ? job.status : job.outcome;
  x.took = std::chrono::seconds{job.created_s && job.finished_s ? *job.finished_s - *job.created_s : 0};
  auto answer = speech.answer_of(job);
  x.text = x.how == "cancelled" ? "Job " + job.id + " was cancelled." : std::move(answer.text);
  x.footer = std::move(answer.footer);
  return x;
}

void deliver_when_ready(watch* self) {
  auto& state = self->state;
  if (!state.ended || !state.status_said || state.editing)
    return;
  state.status_said = false; // once
  auto plan = plan_answer(state.courier->record(), words_on(self, *state.ended), state.config.parts->settings.ping);
  state.courier->deliver(std::move(plan), [self] {
    const auto& record = self->state.courier->record();
    spdlog::info("event=answer_delivered job_id={} message={} parts={}", log_value(record.job_id), to_string(record.id),
                 record.parts.size());
    if (const auto intake = caf::actor_cast<caf::actor>(self->state.config.intake))
      caf::anon_send(intake, errand_over{record});
    self->quit();
  });
}

void end_with(watch* self, remote_job job) {
  self->state.ended = std::move(job);
  deliver_when_ready(self);
}

// -- news from the broker -------------------------------------------------------------------------------

/// An earlier process has watched it for as long as the broker has it, or nearly so.
void date_back(watch* self, int64_t begun_ms) {
  const auto& config = self->state.config;
  if (config.anew)
    self->state.born
        = self->clock().now() - std::chrono::milliseconds{std::max<int64_t>(0, config.parts->wall_ms() - begun_ms)};
}

void note_job(watch* self, const remote_job& job) {
  auto& story = self->state.story;
  story.status = job.status;
  story.worker_id = self->state.config.parts->speech->redacted(job.worker_id.value_or(""));
  story.attempt = std::max(story.attempt, job.attempt);
  if (story.status == "running" && !self->state.typing)
    keep_typing(self);
}

/// @returns true when the job may have ended
bool note_event(watch* self, const remote_event& x) {
  auto& story = self->state.story;
  const auto& speech = *self->state.config.parts->speech;
  if (x.type == "claimed") {
    story.status = "running";
    story.worker_id = speech.redacted(x.worker_id);
    ++story.attempt;
    story.doing.clear();
    if (!self->state.typing)
      keep_typing(self);
  } else if (x.type == "created") {
    date_back(self, x.at_ms);
  } else if (x.type == "requeued" || x.type == "retried") {
    if (x.type == "retried")
      date_back(self, x.at_ms);
    story.status = "queued";
    story.position.reset();
    story.cancelling = false;
  } else if (x.type == "cancel_asked") {
    story.cancelling = true;
  } else if (x.type == "tool_call" || x.type == "tool_result" || x.type == "status") {
    story.tool_calls += x.type == "tool_call" ? 1 : 0;
    if (auto line = speech.progress_line(x); !line.empty())
      story.doing = std::move(line);
  }
  return x.type == "done" || x.type == "failed" || x.type == "cancelled" || x.type == "buried";
}

void after_trouble(watch* self, const failure& why, void (*again)(watch*)) {
  auto& state = self->state;
  if (why.code == ec::no_such_job) {
    remote_job gone;
    gone.id = state.story.job_id;
    gone.status = "failed";
    gone.error = "the broker does not know this job any more";
    return end_with(self, std::move(gone));
  }
  state.story.doing = trouble_sentence(why);
  refresh(self);
  do_later(self, backoff_with_jitter(++state.failures, away_min, away_max, state.config.parts->random()),
           [self, again] { again(self); });
}

void look(watch* self) {
  const auto got = [self](const outcome<remote_job>& job) {
    auto& state = self->state;
    if (!job)
      return after_trouble(self, job.error(), look);
    state.failures = 0;
    if (!state.events_known && job->created_s)
      date_back(self, *job->created_s * 1'000);
    note_job(self, *job);
    if (has_ended(*job))
      return end_with(self, *job);
    refresh(self);
    do_later(self, state.events_known ? 0ms : std::chrono::milliseconds{poll_pause}, [self] {
      if (self->state.events_known)
        follow(self);
      else
        look(self);
    });
  };
  self->request(self->state.link, broker_time_max, ask_job{self->state.story.job_id})
      .then([got](const told<remote_job>& x) { got(x.what); },
            [got](const caf::error&) {
              got(failure{ec::unreachable, "no answer from the link"});
            });
}

void on_events(watch* self, const std::vector<remote_event>& events, std::chrono::steady_clock::duration held) {
  auto& state = self->state;
  state.failures = 0;
  bool may_have_ended = false;
  for (const auto& x : events) {
    state.seen = std::max(state.seen, x.sequence);
    may_have_ended = note_event(self, x) || may_have_ended;
  }
  state.quiet = events.empty() ? state.quiet + 1 : 0;
  if (may_have_ended || state.quiet >= quiet_max) {
    state.quiet = 0;
    return look(self);
  }
  refresh(self);
  if (events.empty() && held < held_at_least)
    return do_later(self, unheld_pause, [self] { follow(self); });
  follow(self);
}

void follow(watch* self) {
  auto& state = self->state;
  const auto asked = self->clock().now();
  const auto got = [self, asked](const outcome<std::vector<remote_event>>& x) {
    if (x)
      return on_events(self, *x, self->clock().now() - asked);
    if (is_old_broker(x.error())) {
      self->state.events_known = false;
      return look(self);
    }
    after_trouble(self, x.error(), follow);
  };
  self->request(state.link, broker_time_max, ask_events{state.story.job_id, state.seen, events_wait})
      .then([got](const told<std::vector<remote_event>>& x) { got(x.what); },
            [got](const caf::error&) {
              got(failure{ec::unreachable, "no answer from the link"});
            });
}

void cancel_job(watch* self) {
  spdlog::info("event=request_taken_back job_id={}", log_value(self->state.story.job_id));
  self->request(self->state.config.parts->broker, broker_time_max, ask_cancel{self->state.story.job_id})
      .then([](const told<remote_job>&) {}, [](const caf::error&) {});
}

/// Work that has begun goes on. Whether it has, the broker knows: after a restart the watch may not have heard yet.
void on_taken_back(watch* self) {
  const auto got = [self](const outcome<remote_job>& job) {
    if (job && job->status == "queued")
      return cancel_job(self);
    if (!job && is_passing_trouble(job.error()) && !self->state.ended)
      do_later(self, away_max, [self] { on_taken_back(self); });
  };
  self->request(self->state.config.parts->broker, broker_time_max, ask_job{self->state.story.job_id})
      .then([got](const told<remote_job>& x) { got(x.what); },
            [got](const caf::error&) {
              got(failure{ec::unreachable, "no answer from the link"});
            });
}

} // namespace

caf::behavior job_watch_actor(watch* self, job_watch_config config) {
  guard(self);
  auto& state = self->state;
  state.config = std::move(config);
  state.story = state.config.story;
  state.link = state.config.parts->watch_link(self);
  const auto& parts = state.config.parts;
  state.courier = std::make_shared<errand_courier>(self, parts, state.config.what, state.config.anew);
  if (state.config.others_speak)
    state.courier->let_others_speak();
  state.born = self->clock().now();
  if (state.config.anew)
    state.edited = state.born; // not before the broker has told how it stands
  say_status(self);
  follow(self);
  tick(self);
  return {
      [self](const taken_back&) { on_taken_back(self); },
      [](const later& x) { x.work(); },
  };
}

} // namespace claw
