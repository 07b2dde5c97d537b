// The queue and its jobs: lined up, woken, put to sleep, woken again after a crash.

#include "actors/broker/audit_log.hpp"
#include "actors/broker/job_queue_actor.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace claw {

void job_queue_state::line_up(const waiting_job& x) {
  const auto now = now_s();
  if (x.deadline_s) // one that is overdue already gets a moment, so that a full store is not asked in a circle
    deadlines.add(std::max(*x.deadline_s, now + 1), x.id);
  if (x.deadline_s && *x.deadline_s <= now) {
    leave_line(x);
  } else if (has_begun(x, now)) {
    offer(x);
  } else {
    leave_line(x);
    starts.add(*x.not_before_s, x.id);
  }
  set_timer();
}

void job_queue_state::leave_line(const waiting_job& x) {
  index.remove(x.id, x.required, x.priority, x.requester);
  if (x.not_before_s)
    starts.remove(*x.not_before_s, x.id);
}

void job_queue_state::offer(const waiting_job& x) {
  leave_line(x);
  if (!stopping) {
    if (auto claim = claims.take(x.required)) {
      release_held(*claim);
      if (!hand_over(x.id, *claim))
        serve(std::move(*claim)); // nobody can read this job; the claim deserves another
      return;
    }
  }
  index.add(x.id, x.required, x.priority, x.requester);
}

outcome<awake_job*> job_queue_state::rouse(const job_id& id) {
  if (const auto i = awake.find(id); i != awake.end()) {
    if (!i->second.actor)
      return failure{ec::unavailable, "the job is being restored; try again"};
    return &i->second;
  }
  if (pruning.count(id) > 0)
    return failure{ec::unavailable, "the job is being pruned; ask again"};
  auto found = around->reader->find(id);
  if (!found)
    return found.error();
  if (!*found)
    return failure{ec::no_such_job, "job not found"};
  return &wake(std::move(**found));
}

awake_job& job_queue_state::wake(job record) {
  const auto id = record.id;
  auto& x = awake[id];
  CLAW_ASSERT(!x.actor);
  x.actor = self->spawn<caf::monitored>(job_actor, around, caf::actor{self}, record);
  x.sent = 0;
  x.handled = 0;
  x.record = std::move(record);
  return x;
}

void job_queue_state::on_report(job_report& x) {
  const auto i = awake.find(x.record.id);
  if (i == awake.end() || !i->second.actor || i->second.actor.address() != x.from)
    return; // the last words of an earlier life of the job
  auto& mine = i->second;
  CLAW_ASSERT(x.handled >= mine.handled && x.handled <= mine.sent);
  if (is_being_born(x.record.id))
    welcome(x.record.id, x.record.required);
  mine.handled = x.handled;
  mine.watched = x.watched;
  mine.unreadable = x.unreadable;
  take_in(mine, std::move(x.record));
  if (!mine.idle())
    return; // its next report will come
  const auto record = mine.record;
  if (record.status != job_status::running && !mine.watched)
    put_to_sleep(record.id); // it is idle
  if (record.status == job_status::queued && !x.unreadable)
    line_up(waiting(record));
  else
    leave_line(waiting(record));
  if (is_terminal(record.status) && record.deadline_s)
    deadlines.remove(*record.deadline_s, record.id);
  on_returned(record.id);
  answer_shutdown();
}

void job_queue_state::take_in(awake_job& x, job record) {
  const bool was_open = !is_terminal(x.record.status);
  const bool is_open = !is_terminal(record.status);
  CLAW_ASSERT(open > 0 || !was_open);
  charge(x, record.status == job_status::running);
  if (was_open && !is_open)
    --open;
  if (!was_open && is_open)
    ++open;
  x.record = std::move(record);
}

void job_queue_state::put_to_sleep(const job_id& id) {
  const auto i = awake.find(id);
  CLAW_ASSERT(i != awake.end() && i->second.actor);
  self->demonitor(i->second.actor);
  caf::anon_send_exit(i->second.actor, caf::exit_reason::user_shutdown);
  awake.erase(i);
}

void job_queue_state::on_job_down(const job_id& id) {
  spdlog::error("event=job_actor_lost job_id={}", to_string(id));
  auto& x = awake.at(id);
  x.actor = nullptr;
  leave_line(waiting(x.record));
  // Its last commit may still be on its way: what is true is known once that has passed.
  caf::anon_send(around->store, commit_barrier{id, self});
}

void job_queue_state::on_barrier_passed(const barrier_passed& x) {
  const auto i = awake.find(x.id);
  CLAW_ASSERT(i != awake.end() && !i->second.actor);
  auto found = around->reader->find(x.id);
  if (found && !*found && is_being_born(x.id)) { // it crashed before it was there
    awake.erase(i);
    forget_new(x.id, {ec::unavailable, "the broker has restarted a part of itself; try again"});
    answer_shutdown();
    return;
  }
  if (found && *found && is_being_born(x.id))
    welcome(x.id, (**found).required);
  if (!found || !*found)
    throw std::runtime_error("the record of a crashed job cannot be read");
  take_in(i->second, std::move(**found));
  const auto record = i->second.record;
  awake.erase(i);
  if (record.status == job_status::running)
    wake(record);
  else if (record.status == job_status::queued)
    line_up(waiting(record));
  on_returned(record.id);
  answer_shutdown();
}

} // namespace claw
