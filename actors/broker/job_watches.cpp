// What the queue asks of a job, part 2: what producers and operators say.

#include "actors/broker/job_actor.hpp"
#include "actors/domain/limits.hpp"

#include <algorithm>
#include <utility>

namespace claw {

void job_state::on_cancel(const cancel_request& x) {
  if (is_terminal(record.status)) { // it has ended already; the answer says how
    x.answer.answer(record);
    settle();
    return;
  }
  commit(cancelled(record, now_ms()), [this, answer = x.answer](const failure& trouble) {
    if (trouble.code == ec::none)
      answer.answer(record);
    else
      answer.answer(trouble);
    settle();
  });
}

void job_state::on_retry(const retry_request& x) {
  if (record.status != job_status::failed) {
    x.answer.answer(failure{ec::not_failed, "only a failed job can be retried; this one is "
                                                + std::string{to_string(record.status)}});
    settle();
    return;
  }
  commit(retried(record, now_ms()), [this, answer = x.answer](const failure& trouble) {
    if (trouble.code == ec::none)
      answer.answer(record);
    else
      answer.answer(trouble);
    settle();
  });
}

void job_state::on_watch(const watch_request& x) {
  const bool nothing_to_wait_for = is_terminal(record.status) || x.wait.count() <= 0;
  if (!tell_watch(x, nothing_to_wait_for)) {
    watches.push_back({x, self->clock().now() + x.wait});
    timer.set(self, watches.back().due);
  }
  settle();
}

bool job_state::tell_watch(const watch_request& x, bool even_nothing) const {
  if (record.events <= x.after && !even_nothing)
    return false;
  x.answer.answer(around->reader->events(record.id, x.after, limits::page_events_max));
  return true;
}

void job_state::tell_watches(bool even_nothing) {
  std::erase_if(watches, [&](const watch& x) { return tell_watch(x.request, even_nothing); });
}

void job_state::on_watches_end() {
  tell_watches(true);
  report();
}

void job_state::on_poll_closed(poll_closed x) {
  const auto gone
      = std::erase_if(watches, [&](const watch& w) { return w.request.poll == x.poll; });
  if (gone > 0)
    report();
}

void job_state::on_alarm(const alarm_rang& x) {
  timer.rang(x);
  const auto now = self->clock().now();
  const auto gone = std::erase_if(
      watches, [&](const watch& w) { return w.due <= now && tell_watch(w.request, true); });
  for (const auto& w : watches)
    timer.set(self, w.due);
  if (gone > 0)
    report();
}

} // namespace claw
