// What the queue asks of a job, part 1: what the holder of its lease says.

#include "actors/broker/job_actor.hpp"
#include "actors/domain/attempt_policy.hpp"
#include "actors/domain/lease.hpp"
#include "actors/domain/limits.hpp"
#include "actors/domain/progress_limits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace claw {

namespace {

/// How long a job waits before it tries again to commit the end of its lease.
constexpr std::chrono::seconds commit_retry_wait{1};

template <class T>
outcome<T> unless(const failure& trouble, T good) {
  return trouble.code == ec::none ? outcome<T>{std::move(good)} : outcome<T>{trouble};
}

std::string new_lease_id(const std::function<uint64_t()>& random) {
  const auto high = random();
  return fmt::format("{:016x}{:016x}", high, random());
}

} // namespace

void job_state::on_claim(claim_offer& x) {
  auto& claim = x.claim;
  if (record.status != job_status::queued || is_overdue(record, now_ms() / 1'000)) {
    decline(claim);
    return;
  }
  const auto payload = around->reader->text(record.id, job_text::payload);
  auto checkpoint = around->reader->text(record.id, job_text::checkpoint);
  unreadable = !payload || !checkpoint;
  if (unreadable) {
    decline(claim);
    return;
  }
  auto change = claimed(record, terms_of(claim), now_ms());
  grant given{job_document{change.after, payload->value_or(""), std::nullopt, std::nullopt},
              std::move(*checkpoint)};
  commit(std::move(change), [this, claim, given](const failure& trouble) {
    if (trouble.code == ec::none)
      start_lease(claim.of_worker);
    conclude(claim.request.answer, unless(trouble, std::optional{given}));
  });
}

claim_terms job_state::terms_of(const waiting_claim& x) const {
  const auto& who = x.request.worker;
  return {who.worker_id, who.boot_id, new_lease_id(around->world.random), lease_until_s(), who.principal, who.kid};
}

void job_state::on_birth(birth& x) {
  CLAW_ASSERT(creates_job(x.create) && handled == 0);
  auto change = claimed_at_once(std::move(x.create), terms_of(x.claim), now_ms());
  CLAW_ASSERT(change.texts.size() == 1 && change.texts.front().first == job_text::payload);
  grant given{job_document{change.after, change.texts.front().second.value_or(""), std::nullopt, std::nullopt}, {}};
  commit(std::move(change), [this, x, given](const failure& trouble) {
    if (trouble.code != ec::none) {
      if (auto told = caf::actor_cast<caf::actor>(queue))
        caf::anon_send(told, stillborn{record.id, trouble, x.claim});
      x.created.answer(trouble);
      return;
    }
    start_lease(x.claim.of_worker);
    settle();
    x.created.answer(created_job{record.id, job_status::queued, true, 1});
    x.claim.request.answer.answer(std::optional{given});
  });
}

void job_state::decline(waiting_claim& claim) {
  if (auto told = caf::actor_cast<caf::actor>(queue))
    caf::anon_send(told, claim_declined{std::move(claim)});
  settle();
}

void job_state::on_finish(finish_request& x) {
  const auto verdict = decide_finish(record, x.proof, x.kind);
  switch (verdict.what) {
  case finish_verdict::action::accept:
    finish(x, false);
    return;
  case finish_verdict::action::accept_late:
    finish(x, true);
    return;
  case finish_verdict::action::refuse_late:
    remark_late(x, verdict.why);
    return;
  case finish_verdict::action::repeat:
    conclude(x.answer, {finish_request::answer_type{record.status, verdict.note, false}});
    return;
  case finish_verdict::action::refuse:
    conclude(x.answer, {verdict.why});
    return;
  }
}

/// How the last attempt began. The record of a queued job shows nothing of it; its events do, the newest of them.
outcome<job_event> job_state::last_claim() const {
  constexpr uint64_t some = 64; ///< they may be large
  for (uint64_t end = record.events; end > 0;) {
    const auto begin = end - std::min(end, some);
    const auto page = around->reader->events(record.id, begin, end - begin);
    if (!page)
      return page.error();
    const auto found = std::find_if(page->rbegin(), page->rend(),
                                    [](const job_event& e) { return e.kind == job_event_kind::claimed; });
    if (found != page->rend())
      return *found;
    end = begin;
  }
  return failure{ec::store_broken, "the events of a job that had an attempt tell of none"};
}

void job_state::finish(finish_request& x, bool late) {
  finish_facts facts{x.kind == finish_kind::failure, std::move(x.text), x.proof.worker_id.value_or("")};
  if (late) {
    const auto claim = last_claim();
    if (!claim) {
      conclude(x.answer, {claim.error()});
      return;
    }
    if (!claim->worker_id.empty())
      facts.worker_id = claim->worker_id;
    facts.started_s = claim->at_ms / 1'000;
  }
  commit(finished(record, std::move(facts), now_ms()),
         [this, late, answer = x.answer](const failure& trouble) {
           conclude(answer, unless(trouble, finish_request::answer_type{record.status, "", late}));
         });
}

void job_state::remark_late(const finish_request& x, const failure& why) {
  if (record.events >= limits::events_per_job_max) {
    conclude(x.answer, {why});
    return;
  }
  auto note = fmt::format("a {} of {} bytes came after its lease was lost",
                          x.kind == finish_kind::result ? "result" : "failure", x.text.size());
  commit(remarked_late(record, x.proof.worker_id.value_or(""), std::move(note), now_ms()),
         [this, why, answer = x.answer](const failure&) {
           conclude(answer, {why}); // refused either way: the note is for people
         });
}

void job_state::on_renew(const renew_request& x) {
  const auto verdict = decide_holder(record, x.proof);
  if (verdict.what != holder_verdict::action::accept) {
    const bool stop = verdict.what == holder_verdict::action::stop;
    conclude(x.answer, stop ? outcome<renewal>{renewal{now_ms() / 1'000, true}} : verdict.why);
    return;
  }
  commit(renewed(record, lease_until_s()), [this, answer = x.answer](const failure& trouble) {
    if (trouble.code == ec::none) {
      ++renewals;
      CLAW_ASSERT(lease);
      caf::anon_send(lease, lease_renewed{});
      if (worker) // also where the request named no worker: who shows the lease is alive
        caf::anon_send(worker, sign_of_life{});
    }
    conclude(answer, unless(trouble, renewal{record.lease_until_s.value_or(0), record.cancel_asked}));
  });
}

void job_state::on_release(const release_request& x) {
  const auto verdict = decide_holder(record, x.proof);
  if (verdict.what != holder_verdict::action::accept) {
    const bool refuse = verdict.what == holder_verdict::action::refuse;
    // Otherwise it is no longer the worker's: that is what it wants.
    conclude(x.answer, refuse ? outcome<done>{verdict.why} : done{});
    return;
  }
  commit(after_lease_end(record, lease_end::released, now_ms()),
         [this, answer = x.answer](const failure& trouble) {
           conclude(answer, unless(trouble, done{}));
         });
}

void job_state::on_progress(const progress_request& x) {
  using answer_type = progress_request::answer_type;
  const auto verdict = decide_holder(record, x.proof);
  if (verdict.what != holder_verdict::action::accept) {
    const bool stop = verdict.what == holder_verdict::action::stop;
    conclude(x.answer, stop ? outcome<answer_type>{answer_type{record.events, true}} : verdict.why);
    return;
  }
  const auto entries = kept_progress(record.events, x.entries);
  if (entries.empty()) {
    conclude(x.answer, {answer_type{record.events, record.cancel_asked}});
    return;
  }
  commit(progressed(record, entries, now_ms()), [this, answer = x.answer](const failure& trouble) {
    conclude(answer, unless(trouble, answer_type{record.events, record.cancel_asked}));
  });
}

void job_state::on_deadline() {
  if (record.status == job_status::queued && is_overdue(record, now_ms() / 1'000))
    commit(overdue(record, now_ms()), [this](const failure&) { settle(); });
  else
    settle(); // whoever works on it may finish; if he does not, the end of the lease ends the job
}

void job_state::on_orphaned(const orphan_notice& x) {
  const bool orphan = record.status == job_status::running && record.worker_id == x.worker_id
                      && record.lease_principal == x.principal && !record.worker_boot_id.empty()
                      && record.worker_boot_id != x.new_boot_id;
  if (!orphan) {
    settle();
    return;
  }
  commit(after_lease_end(record, lease_end::worker_restarted, now_ms()),
         [this](const failure&) { settle(); });
}

void job_state::on_token_revoked(const token_revoked& x) {
  if (record.status != job_status::running || record.lease_kid != x.kid) {
    settle();
    return;
  }
  commit(after_lease_end(record, lease_end::token_revoked, now_ms()),
         [this](const failure&) { settle(); }); // where it fails, the lease runs out: nobody can renew it
}

void job_state::on_lease_ended(const lease_ended& x) {
  const bool current = record.status == job_status::running && record.lease_id == x.lease_id
                       && renewals == x.renewals;
  if (!current)
    return; // it has been renewed or finished meanwhile
  commit(after_lease_end(record, x.why, now_ms()), [this, x](const failure& trouble) {
    if (trouble.code != ec::none) // the job stays running, and must not stay so for ever
      self->delayed_send(self, commit_retry_wait, x);
    report();
  });
}

} // namespace claw
