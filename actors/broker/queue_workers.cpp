// The queue and its workers, what it tells of itself, and how it ends.

#include "actors/broker/job_queue_actor.hpp"
#include "actors/broker/worker_actor.hpp"
#include "actors/domain/log_value.hpp"

#include <spdlog/spdlog.h>

#include <map>
#include <utility>

namespace claw {

worker_roster::worker* job_queue_state::note_alive(const worker_facts& x) {
  auto* worker = roster.find_or_add(x, now_s());
  if (!worker) {
    if (!std::exchange(roster_full, true))
      spdlog::warn("event=worker_refused worker_id={} known={}", log_value(x.worker_id), roster.all().size());
    return nullptr;
  }
  if (worker->life) {
    caf::anon_send(worker->life, sign_of_life{});
    return worker;
  }
  const auto silence_max = config.worker_silence_max.value_or(config.lease_term);
  roster.alive(*worker, self->spawn<caf::monitored>(worker_actor, caf::actor{self}, x.worker_id, silence_max));
  return worker;
}

void job_queue_state::orphan_jobs(const worker_facts& x) {
  uint64_t orphans = 0;
  for (auto& [id, job] : awake) {
    const bool orphan = job.actor && job.record.status == job_status::running
                        && job.record.worker_id == x.worker_id
                        && job.record.lease_principal == x.principal && !job.record.worker_boot_id.empty()
                        && job.record.worker_boot_id != x.boot_id;
    if (!orphan)
      continue;
    ++orphans;
    returning.expect(id, x.worker_id);
    give(job, orphan_notice{x.principal, x.worker_id, x.boot_id});
  }
  spdlog::info("event=worker_started worker_id={} orphans={}", log_value(x.worker_id), orphans);
}

void job_queue_state::on_seen(const worker_seen& x) {
  if (!x.worker.worker_id.empty())
    note_alive(x.worker);
}

bool job_queue_state::can_serve(const caps& required) const {
  return roster.can_serve(required) || claims.can_serve(required);
}

/// Jobs that are being claimed with it at this moment, too: they have the notice behind the claim.
void job_queue_state::on_revoke(token_revoke_request& x) {
  for (auto& [id, job] : awake)
    if (job.actor)
      give(job, token_revoked{x.kid});
  caf::anon_send(around->tokens, std::move(x));
}

bool job_queue_state::is_draining(const claim_request& x) const {
  const auto i = roster.all().find(x.worker.worker_id);
  return i != roster.all().end() && i->second.draining;
}

void job_queue_state::on_drain(const drain_request& x) {
  auto* worker = roster.find(x.worker_id);
  if (!worker) {
    x.answer.answer(failure{ec::no_such_worker, "worker not found"});
    return;
  }
  if (worker->draining != x.draining) {
    spdlog::info("event={} worker_id={}", x.draining ? "worker_drained" : "worker_resumed",
                 log_value(x.worker_id));
    roster.set_draining(*worker, x.draining);
    for (auto& claim : claims.take_of(x.worker_id)) {
      release_held(claim);
      serve(std::move(claim));
    }
  }
  for (auto& shown : snapshots())
    if (shown.facts.worker_id == x.worker_id)
      x.answer.answer(std::move(shown));
}

std::vector<worker_snapshot> job_queue_state::snapshots() const {
  std::map<std::string, std::vector<job_id>> running;
  for (const auto& [id, job] : awake)
    if (job.record.status == job_status::running)
      running[job.record.worker_id].push_back(id);
  std::vector<worker_snapshot> all;
  for (const auto& [id, worker] : roster.all()) {
    worker_snapshot shown;
    shown.facts = worker.facts;
    shown.first_seen_s = worker.first_seen_s;
    shown.last_seen_s = worker.polls > 0 ? now_s() : worker.last_seen_s;
    shown.polling = worker.polls > 0;
    shown.live = static_cast<bool>(worker.life);
    shown.draining = worker.draining;
    if (const auto i = running.find(id); i != running.end())
      shown.running = i->second;
    all.push_back(std::move(shown));
  }
  return all;
}

void job_queue_state::on_workers(const workers_question& x) const {
  x.answer.answer(snapshots());
}

void job_queue_state::on_standing(const standing_question& x) const {
  standing found;
  found.ahead = index.before(x.id, x.required, x.priority);
  for (const auto& w : snapshots())
    found.workers.push_back({w.facts.worker_id, w.facts.caps.missing_from(x.required), w.live,
                             w.draining, w.running.size(), w.last_seen_s});
  x.answer.answer(std::move(found));
}

void job_queue_state::on_figures(const queue_question& x) const {
  queue_facts facts;
  index.each_required([&](const caps& required, std::size_t queued, const job_id& oldest) {
    facts.waiting.push_back({required, queued, created_ms(oldest) / 1'000, can_serve(required)});
  });
  for (const auto& [known, workers] : roster.live_caps())
    facts.live.push_back({known, static_cast<uint64_t>(workers)});
  for (const auto& [id, worker] : roster.all())
    facts.draining += worker.life && worker.draining;
  for (const auto& [id, job] : awake)
    facts.running += job.record.status == job_status::running;
  facts.queued = open - facts.running;
  facts.waiting_claims = claims.size() + returning.claims();
  x.answer.answer(std::move(facts));
}

actor_facts job_queue_state::facts() const {
  return {counted("open", open),
          counted("awake", awake.size()),
          counted("creating", creating.size()),
          counted("pruning", pruning.size()),
          counted("waiting_claims", claims.size() + returning.claims()),
          counted("workers", roster.all().size()),
          {"stopping", stopping}};
}

void job_queue_state::on_down(const caf::down_msg& x) {
  if (auto* worker = roster.find(x.source)) {
    roster.silent(*worker);
    roster_full = false;
    spdlog::info("event=worker_silent worker_id={}", log_value(worker->facts.worker_id));
    return;
  }
  for (const auto& [id, job] : awake)
    if (job.actor && job.actor.address() == x.source) {
      on_job_down(job_id{id});
      return;
    }
}

void job_queue_state::on_shutdown(const shutdown_request& x) {
  pass(kill_step::stopping);
  stopping = true;
  stopped = x.answer;
  while (auto claim = claims.take_due(actor_time::max())) {
    release_held(*claim);
    claim->request.answer.answer(std::optional<grant>{});
  }
  while (auto claim = returning.take_due(actor_time::max()))
    claim->request.answer.answer(std::optional<grant>{});
  for (auto& [id, job] : awake)
    if (job.actor)
      caf::anon_send(job.actor, watches_end{});
  answer_shutdown();
}

void job_queue_state::answer_shutdown() {
  if (!stopping || !creating.empty() || !pruning.empty())
    return;
  for (const auto& [id, job] : awake)
    if (!job.idle())
      return;
  pass(kill_step::stopped);
  std::exchange(stopped, {}).answer(done{});
}

} // namespace claw
