// What the queue asks of a job, part 2: what producers and operators say.

#include "actors/broker/job_actor.hpp"

#include <algorithm>
#include <utility>

namespace claw {

void job_state::on_cancel(const cancel_request& x) {
  if (is_terminal(record.status)) { // it has ended already; the answer says how
    conclude(x.answer, {record});
    return;
  }
  commit(cancelled(record, now_ms()), [this, answer = x.answer](const failure& trouble) {
    conclude(answer, trouble.code == ec::none ? outcome<job>{record} : trouble);
  });
}

void job_state::on_retry(const retry_request& x) {
  if (record.status != job_status::failed) {
    conclude(x.answer, {failure{ec::not_failed, "only a failed job can be retried; this one is "
                                                    + std::string{to_string(record.status)}}});
    return;
  }
  commit(retried(record, now_ms()), [this, answer = x.answer](const failure& trouble) {
    conclude(answer, trouble.code == ec::none ? outcome<job>{record} : trouble);
  });
}

void job_state::on_watch(const watch_request& x) {
  if (has_news_for(x) || x.wait.count() <= 0) {
    settle();
    tell(x);
    return;
  }
  watches.push_back({x, self->clock().now() + x.wait});
  timer.set(self, watches.back().due);
  settle();
}

bool job_state::has_news_for(const watch_request& x) const {
  return record.events > x.after || is_terminal(record.status);
}

void job_state::tell(const watch_request& x) const {
  x.answer.answer(record.events > x.after);
}

std::vector<job_state::watch>
job_state::take_watches(const std::function<bool(const watch&)>& over) {
  const auto kept = std::stable_partition(watches.begin(), watches.end(), std::not_fn(over));
  std::vector<watch> taken(kept, watches.end());
  watches.erase(kept, watches.end());
  return taken;
}

void job_state::on_watches_end() {
  const auto all = std::exchange(watches, {});
  report();
  for (const auto& w : all)
    tell(w.request);
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
  const auto over = take_watches([now](const watch& w) { return w.due <= now; });
  for (const auto& w : watches)
    timer.set(self, w.due);
  if (!over.empty())
    report();
  for (const auto& w : over)
    tell(w.request);
}

} // namespace claw
