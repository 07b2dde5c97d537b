// The routes of those who watch the broker from outside: metrics, and whether it is ready.

#include "actors/domain/log_value.hpp"
#include "actors/domain/readiness.hpp"
#include "net/api_codec.hpp"
#include "net/broker_http.hpp"
#include "net/metrics.hpp"
#include "net/metrics_text.hpp"

#include <spdlog/spdlog.h>

namespace claw {

namespace {

/// A read that goes to the disk's pages and checks what it finds.
bool store_reads(const job_reader& jobs) {
  const auto newest = jobs.newest();
  const auto found = newest ? jobs.find(*newest) : newest.error();
  if (!found)
    spdlog::error("event=store_unreadable why={}", log_value(found.error().why));
  return found.ok();
}

readiness_facts facts_of(const api_scope& scope) {
  const auto now_us = since_epoch_us(scope.options.now());
  const auto& commits = *scope.options.tallies.commits;
  const auto usage = scope.door.jobs().usage();
  readiness_facts x;
  x.store_reads = usage.ok() && store_reads(scope.door.jobs());
  x.takes_new_jobs = !usage || usage->takes_new_jobs;
  x.last_commit = commits.last();
  x.commit_under_way_us = commits.under_way_us(now_us);
  x.jump = scope.clock.recent(now_us / 1'000);
  x.wall_ms = scope.options.wall_s() * 1'000;
  x.now_us = now_us;
  return x;
}

} // namespace

void show_metrics(api_scope& scope, api_call call) {
  scope.door.ask(
      queue_question{heard_by<queue_facts>(call.from, [&scope](http_exchange& to, const outcome<queue_facts>& x) {
        if (!x)
          return to.answer(failure_reply(x.error()));
        const auto& watched = scope.options.tallies;
        auto page
            = json_reply(metrics_page({*watched.commits, *watched.pruned, *watched.http, scope.tally, scope.clock, *x,
                                       scope.door.jobs().usage(), read_process_figures(), scope.options.wall_s()}));
        page.content_type = metrics_text::content_type;
        to.answer(std::move(page));
      })});
}

void show_ready(api_scope& scope, api_call call) {
  scope.door.ask(
      queue_question{heard_by<queue_facts>(call.from, [&scope](http_exchange& to, const outcome<queue_facts>& x) {
        auto facts = facts_of(scope);
        facts.queue_answers = x.ok();
        const auto checks = look_at(facts);
        auto answer = all_well(checks) ? http_reply{} : failure_reply({ec::unavailable, ""});
        answer.body = ready_body(checks);
        to.answer(std::move(answer));
      })});
}

} // namespace claw
