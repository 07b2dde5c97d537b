// The routes of those who look after the broker: its workers, its queue, and why a job waits.

#include "net/api_codec.hpp"
#include "net/bounded_json.hpp"
#include "net/broker_http.hpp"
#include "net/event_slices.hpp"

#include <utility>

namespace claw {

namespace {

/// All events of a job, without their data.
outcome<std::vector<job_event>> history_of(const job_reader& jobs, const job_id& id) {
  std::vector<job_event> all;
  const auto read = each_event(jobs, id, 0, [&all](job_event&& x) {
    x.data_json = {};
    all.push_back(std::move(x));
    return true;
  });
  if (!read)
    return read.error();
  return all;
}

} // namespace

void explain_job(api_scope& scope, api_call call) {
  const auto found = scope.door.jobs().find(call.id);
  if (!found || !*found)
    return call.from->answer(failure_reply(!found ? found.error() : failure{ec::no_such_job, ""}));
  const auto& record = **found;
  auto heard = [&scope, record](http_exchange& to, const outcome<standing>& x) {
    if (!x)
      return to.answer(failure_reply(x.error()));
    const auto events = history_of(scope.door.jobs(), record.id);
    if (!events)
      return to.answer(failure_reply(events.error()));
    to.answer(json_reply(explain_body({record, scope.options.wall_s(), x->ahead, x->workers},
                                      attempts_of(*events))));
  };
  scope.door.ask(standing_question{record.id, record.required, record.priority,
                                   heard_by<standing>(call.from, std::move(heard))});
}

void set_draining(api_scope& scope, api_call call, bool draining) {
  scope.door.ask(drain_request{
      std::move(call.name), draining,
      heard_by<worker_snapshot>(call.from, [](http_exchange& to, const outcome<worker_snapshot>& x) {
        to.answer(x ? json_reply(json_text(worker_object(*x))) : failure_reply(x.error()));
      })});
}

void show_workers(api_scope& scope, api_call call) {
  using answer_type = std::vector<worker_snapshot>;
  scope.door.ask(workers_question{
      heard_by<answer_type>(call.from, [](http_exchange& to, const outcome<answer_type>& x) {
        to.answer(x ? json_reply(workers_body(*x)) : failure_reply(x.error()));
      })});
}

void show_queue(api_scope& scope, api_call call) {
  scope.door.ask(queue_question{
      heard_by<queue_facts>(call.from, [&scope](http_exchange& to, const outcome<queue_facts>& x) {
        to.answer(x ? json_reply(queue_body(*x, scope.options.wall_s()))
                    : failure_reply(x.error()));
      })});
}

} // namespace claw
