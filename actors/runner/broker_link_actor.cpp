#include "actors/runner/broker_link_actor.hpp"

#include "actors/shared/guard.hpp"

namespace claw {

namespace {

/// What the link is at, or was last.
void show(observed<broker_link_state>* self, const char* order, const std::string& job_id) {
  self->show({{"order", order}, {"job_id", job_id}});
}

remote_job job_of(const job_hold& hold) {
  remote_job job;
  job.id = hold.job_id;
  job.lease_id = hold.lease_id;
  return job;
}

done_answer deliver(broker_link_state& link, const run_report& x) {
  auto me = link.me;
  me.worker_id = x.worker_id; // a report from before a restart belongs to the name of then
  const auto job = job_of({x.job_id, x.lease_id});
  return {x.what == run_report::kind::result ? link.broker->post_result(me, job, x.text)
                                             : link.broker->post_failure(me, job, x.text)};
}

} // namespace

caf::behavior broker_link_actor(observed<broker_link_state>* self,
                                std::shared_ptr<worker_api> broker, worker_identity me) {
  guard(self);
  auto& link = self->state;
  link.broker = std::move(broker);
  link.me = std::move(me);
  return {
      [self, &link](const claim_order& x) {
        self->show({{"order", "claim"}});
        link.me.caps = x.caps;
        link.me.notes = x.notes;
        return claim_answer{link.broker->claim(link.me, x.wait, x.stop)};
      },
      [self, &link](const renew_order& x) {
        show(self, "renew", x.hold.job_id);
        return renew_answer{link.broker->renew(link.me, job_of(x.hold))};
      },
      [self, &link](const events_order& x) {
        show(self, "events", x.hold.job_id);
        return events_answer{link.broker->post_events(link.me, job_of(x.hold), x.events_json)};
      },
      [self, &link](const ask_order& x) {
        show(self, "ask", x.hold.job_id);
        return events_answer{link.broker->post_events(link.me, job_of(x.hold), "[]")};
      },
      [self, &link](const report_order& x) {
        show(self, "report", x.report.job_id);
        return deliver(link, x.report);
      },
      [self, &link](const release_order& x) {
        show(self, "release", x.hold.job_id);
        return done_answer{link.broker->release(link.me, job_of(x.hold))};
      },
  };
}

} // namespace claw
