// The routes of workers.

#include "actors/domain/log_value.hpp"
#include "net/api_bodies.hpp"
#include "net/api_codec.hpp"
#include "net/broker_http.hpp"
#include "net/worker_headers.hpp"

#include <spdlog/spdlog.h>

namespace claw {

namespace {

/// By what a request about a job shows that the job is its sender's. One without a lease is of an old worker.
lease_proof proof_of(api_scope& scope, const api_call& call) {
  auto proof = lease_proof_of(call.request, *call.caller);
  scope.tally.legacy_calls += !proof.lease_id;
  return proof;
}

/// Tells the broker that the worker lives. @returns false when its headers are not acceptable; it is told so.
bool note_sign_of_life(api_scope& scope, const api_call& call) {
  auto facts = worker_facts_of(call.request, *call.caller);
  if (!facts) {
    call.from->answer(failure_reply(facts.error()));
    return false;
  }
  if (!facts->worker_id.empty())
    scope.door.ask(worker_seen{std::move(*facts)});
  return true;
}

/// A grant that nobody receives must not stay away until its lease expires.
std::function<void()> give_back(api_scope& scope, const job& x, const std::string& worker_id) {
  lease_proof proof{x.lease_id, {}, x.lease_principal};
  if (!worker_id.empty())
    proof.worker_id = worker_id;
  return [&door = scope.door, id = x.id, proof = std::move(proof)] {
    spdlog::info("event=grant_undelivered job_id={} lease_id={}", to_string(id),
                 proof.lease_id.value_or(""));
    door.ask(release_request{id, proof, reply<done>{}});
  };
}

} // namespace

void claim_job(api_scope& scope, api_call call) {
  using answer_type = std::optional<grant>;
  auto facts = worker_facts_of(call.request, *call.caller);
  auto wait = parse_wait(call.request.query);
  if (!facts || !wait)
    return call.from->answer(failure_reply(!facts ? facts.error() : wait.error()));
  *wait = scope.held_at_most(*call.caller, *wait);
  const auto poll = scope.next_poll();
  auto heard
      = [&scope, worker_id = facts->worker_id](http_exchange& to, const outcome<answer_type>& x) {
          if (!x && !(x.error().code == ec::unavailable && scope.stopping))
            return to.answer(failure_reply(x.error()));
          if (!x || !*x)
            return to.answer(json_reply(claim_body({})));
          auto answer = json_reply(claim_body(*x));
          answer.undelivered = give_back(scope, (**x).document.head, worker_id);
          to.answer(std::move(answer));
        };
  scope.door.ask(claim_request{std::move(*facts), *wait, poll,
                               heard_by<answer_type>(call.from, std::move(heard))});
  // After it: who is gone already closes a poll that is there.
  call.from->when_gone([&door = scope.door, poll] { door.ask(poll_closed{poll}); });
}

void finish_job(api_scope& scope, api_call call, finish_kind kind) {
  using answer_type = finish_request::answer_type;
  auto text = parse_finish(kind, call.body, scope.options.result_bytes_max);
  if (!text)
    return call.from->answer(failure_reply(text.error()));
  if (!note_sign_of_life(scope, call))
    return;
  auto heard = [&scope](http_exchange& to, const outcome<answer_type>& x) {
    scope.tally.late_results += x && x->late;
    scope.tally.lost_results += !x && x.error().code == ec::lease_lost;
    to.answer(x ? json_reply(finished_body(*x)) : failure_reply(x.error()));
  };
  scope.door.ask(finish_request{call.id, proof_of(scope, call), kind, std::move(*text),
                                heard_by<answer_type>(call.from, std::move(heard))});
}

void renew_lease(api_scope& scope, api_call call) {
  if (!note_sign_of_life(scope, call))
    return;
  auto heard = [](http_exchange& to, const outcome<renewal>& x) {
    to.answer(x ? json_reply(renewed_body(*x)) : failure_reply(x.error()));
  };
  scope.door.ask(renew_request{call.id, proof_of(scope, call),
                               heard_by<renewal>(call.from, std::move(heard))});
}

void release_job(api_scope& scope, api_call call) {
  if (!note_sign_of_life(scope, call))
    return;
  auto heard = [](http_exchange& to, const outcome<done>& x) {
    to.answer(x ? json_reply(released_body()) : failure_reply(x.error()));
  };
  scope.door.ask(release_request{call.id, proof_of(scope, call),
                                 heard_by<done>(call.from, std::move(heard))});
}

void post_events(api_scope& scope, api_call call) {
  using answer_type = progress_request::answer_type;
  if (call.body.size() > scope.options.result_bytes_max)
    return call.from->answer(failure_reply({ec::body_too_large, "request body too large"}));
  auto entries = parse_progress(call.body);
  if (!entries)
    return call.from->answer(failure_reply(entries.error()));
  if (!note_sign_of_life(scope, call))
    return;
  auto heard = [](http_exchange& to, const outcome<answer_type>& x) {
    to.answer(x ? json_reply(progress_body(*x)) : failure_reply(x.error()));
  };
  scope.door.ask(progress_request{call.id, proof_of(scope, call), std::move(*entries),
                                  heard_by<answer_type>(call.from, std::move(heard))});
}

} // namespace claw
