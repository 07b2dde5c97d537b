// The queue and those who ask for jobs.

#include "actors/broker/job_queue_actor.hpp"
#include "actors/domain/log_value.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace claw {

namespace {

/// The wall clock may be set, and goes on while the machine sleeps, which the timer's does not: what waits for a wall
/// time looks at it again after so long. Where nothing waits nobody looks.
constexpr std::chrono::milliseconds wall_look_max{1'000};

} // namespace

void job_queue_state::on_claim(claim_request& x) {
  if (stopping) {
    x.answer.answer(going_down());
    return;
  }
  waiting_claim claim;
  claim.ticket = ++tickets;
  bool comes_later = false;
  if (!x.worker.worker_id.empty()) {
    auto* worker = note_alive(x.worker);
    if (!worker) {
      x.answer.answer(too_many_workers());
      return;
    }
    claim.of_worker = worker->life;
    if (roster.claimed(*worker, x.worker))
      orphan_jobs(x.worker);
    comes_later = x.worker.boot_id == worker->facts.boot_id && returning.expects_any_of(x.worker.worker_id);
  }
  const auto now = self->clock().now();
  claim.due = now + x.wait;
  claim.request = std::move(x);
  if (!comes_later) {
    serve(std::move(claim));
    return;
  }
  returning.hold(std::move(claim), now);
  set_timer();
}

/// The job has its place in the line again, or will not have it soon.
void job_queue_state::on_returned(const job_id& id) {
  for (auto& claim : returning.came(id))
    serve(std::move(claim));
}

void job_queue_state::on_declined(claim_declined& x) {
  if (stopping)
    x.claim.request.answer.answer(std::optional<grant>{});
  else
    serve(std::move(x.claim));
}

void job_queue_state::serve(waiting_claim x) {
  charge_running();
  x.parked = is_draining(x.request);
  while (const auto id = x.parked ? std::nullopt : index.take(x.request.worker.caps))
    if (hand_over(*id, x))
      return;
  if (x.due <= self->clock().now())
    x.request.answer.answer(std::optional<grant>{});
  else
    hold(std::move(x));
}

bool job_queue_state::hand_over(const job_id& id, waiting_claim& x) {
  const auto found = rouse(id);
  if (!found) { // it stays out of the index, so that it does not stand in the way of others
    spdlog::error("event=job_unreadable job_id={} why={}", to_string(id),
                  log_value(found.error().why));
    return false;
  }
  give(**found, claim_offer{std::move(x)});
  return true;
}

void job_queue_state::hold(waiting_claim x) {
  if (!x.request.worker.worker_id.empty()) {
    auto* worker = note_alive(x.request.worker);
    if (!worker) { // forgotten while its claim was offered a job that declined it
      x.request.answer.answer(too_many_workers());
      return;
    }
    ++worker->polls;
    caf::anon_send(worker->life, poll_opened{});
  }
  claims.add(std::move(x));
  set_timer();
}

void job_queue_state::release_held(const waiting_claim& x) {
  auto* worker = roster.find(x.request.worker.worker_id);
  if (!worker || worker->polls == 0)
    return;
  --worker->polls;
  worker->last_seen_s = now_s();
  caf::anon_send(worker->life, poll_ended{});
}

void job_queue_state::on_poll_closed(poll_closed x) {
  if (!x.watched) {
    for (const auto& claim : claims.take_closed(x.poll))
      release_held(claim);
    returning.forget_closed(x.poll);
    return;
  }
  if (const auto i = awake.find(*x.watched); i != awake.end() && i->second.actor)
    caf::anon_send(i->second.actor, x);
}

void job_queue_state::on_alarm(const alarm_rang& x) {
  timer.rang(x);
  while (auto claim = claims.take_due(self->clock().now())) {
    release_held(*claim);
    claim->request.answer.answer(std::optional<grant>{});
  }
  while (auto claim = returning.take_due(self->clock().now()))
    serve(*std::move(claim));
  begin_due();
  end_overdue();
  set_timer();
}

void job_queue_state::begin_due() {
  while (const auto id = starts.take_due(now_s())) {
    const auto found = around->reader->find(*id);
    if (found && *found && (**found).status == job_status::queued)
      offer(waiting(**found));
  }
}

void job_queue_state::end_overdue() {
  if (stopping)
    return;
  while (const auto id = deadlines.take_due(now_s()))
    if (const auto found = rouse(*id))
      give(**found, deadline_notice{});
}

void job_queue_state::set_timer() {
  if (const auto due = claims.next_due())
    timer.set(self, *due);
  if (const auto due = returning.next_due())
    timer.set(self, *due);
  for (const auto* table : {&starts, &deadlines})
    if (const auto next = table->next_s()) {
      const std::chrono::milliseconds wait{*next * 1'000 - around->world.wall_ms()};
      timer.set(self, self->clock().now() + std::clamp(wait, {}, wall_look_max));
    }
}

} // namespace claw
