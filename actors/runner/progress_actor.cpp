#include "actors/runner/progress_actor.hpp"

#include "actors/domain/log_value.hpp"
#include "actors/runner/post.hpp"
#include "actors/shared/guard.hpp"

#include <algorithm>

namespace claw {

namespace {

using tick_atom = caf::atom_constant<caf::atom("tick")>;
using progress = observed<progress_state>;

constexpr auto events_time_max = std::chrono::seconds{60};
constexpr std::size_t batch_events_max = 200; ///< more in half a second is noise: the oldest go
constexpr std::size_t batch_bytes_max = 1'048'576;

bool is_checkpoint(const task_codec::event& x) {
  return x.type == "checkpoint";
}

void send_batch(progress* self, const job_hold& hold, progress_batch& batch);
void arm(progress* self, const job_hold& hold, progress_batch& batch);

/// Only the newest checkpoint means anything, and it is never dropped for lack of room.
void add(progress_batch& batch, task_codec::event x) {
  const auto remove = [&](auto at) {
    batch.bytes -= at->data_json.size();
    batch.events.erase(at);
  };
  auto& all = batch.events;
  if (is_checkpoint(x))
    if (const auto old = std::find_if(all.begin(), all.end(), is_checkpoint); old != all.end())
      remove(old);
  batch.bytes += x.data_json.size();
  all.push_back(std::move(x));
  while (all.size() > batch_events_max || batch.bytes > batch_bytes_max) {
    const auto oldest = std::find_if_not(all.begin(), all.end(), is_checkpoint);
    if (oldest == all.end())
      return;
    remove(oldest);
  }
}

void on_sent(progress* self, const job_hold& hold, std::vector<task_codec::event> sent,
             const outcome<worker_api::reported>& x) {
  auto& state = self->state;
  const auto at = state.jobs.find(hold);
  if (x && x->cancel)
    post(state.listener, cancel_asked{hold});
  if (!x && (x.error().code == ec::lease_lost || x.error().code == ec::no_such_job))
    post(state.listener, lease_gone{hold, x.error().why});
  if (at == state.jobs.end())
    return; // the job has ended
  auto& batch = at->second;
  batch.in_flight = false;
  const auto newest = std::find_if(sent.begin(), sent.end(), is_checkpoint);
  const bool newer = std::any_of(batch.events.begin(), batch.events.end(), is_checkpoint);
  if (newer)
    return send_batch(self, hold, batch);
  if (newest == sent.end())
    return;
  if (!x && x.error().code == ec::unreachable) {
    spdlog::debug("event=progress_lost job_id={} events={}", log_value(hold.job_id), sent.size());
    batch.bytes += newest->data_json.size();
    batch.events.insert(batch.events.begin(), std::move(*newest));
    arm(self, hold, batch);
  }
  post(state.listener, checkpoint_settled{hold.job_id, hold.lease_id});
}

void send_batch(progress* self, const job_hold& hold, progress_batch& batch) {
  if (batch.events.empty())
    return;
  auto& config = self->state.config;
  auto sent = std::exchange(batch.events, {});
  batch.bytes = 0;
  batch.in_flight = true;
  auto text = config.codec->events(sent);
  self->request(config.link, events_time_max, events_order{hold, std::move(text)})
      .then([self, hold, sent](const events_answer& x) { on_sent(self, hold, sent, x.what); },
            [self, hold, sent](const caf::error&) {
              on_sent(self, hold, sent, failure{ec::unreachable, "no answer from the link"});
            });
}

void arm(progress* self, const job_hold& hold, progress_batch& batch) {
  if (batch.tick_armed)
    return;
  batch.tick_armed = true;
  self->delayed_send(self, self->state.config.pause, tick_atom::value, hold.job_id, hold.lease_id);
}

void on_tick(progress* self, const job_hold& hold) {
  const auto at = self->state.jobs.find(hold);
  if (at == self->state.jobs.end())
    return;
  auto& batch = at->second;
  batch.tick_armed = false;
  if (batch.events.empty())
    return; // the next event goes out at once
  if (!batch.in_flight)
    send_batch(self, hold, batch);
  arm(self, hold, batch);
}

void on_progress(progress* self, const run_progress& x) {
  auto& state = self->state;
  const job_hold hold{x.job_id, x.lease_id};
  auto& batch = state.jobs[hold];
  add(batch, {x.type, x.data_json});
  if (batch.in_flight || (batch.tick_armed && x.type != "checkpoint")) {
    arm(self, hold, batch);
    return;
  }
  send_batch(self, hold, batch);
  arm(self, hold, batch);
}

done_answer on_flush(progress* self, const job_hold& hold) {
  auto& jobs = self->state.jobs;
  if (const auto at = jobs.find(hold); at != jobs.end()) {
    send_batch(self, hold, at->second);
    jobs.erase(at);
  }
  return {done{}};
}

} // namespace

caf::behavior progress_actor(progress* self, progress_config config) {
  guard(self);
  self->state.config = std::move(config);
  return {
      [self](const run_progress& x) {
        self->state.listener = caf::actor_cast<caf::actor_addr>(self->current_sender());
        on_progress(self, x);
      },
      [self](const progress_flush& x) { return on_flush(self, x.hold); },
      [self](tick_atom, const std::string& job_id, const std::string& lease_id) {
        on_tick(self, {job_id, lease_id});
      },
  };
}

} // namespace claw
