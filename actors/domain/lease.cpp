#include "actors/domain/lease.hpp"

namespace claw {

namespace {

/// How a worker's proof stands to a job.
enum class standing : uint8_t {
  holder,   ///< it shows the job's lease
  last,     ///< it shows the lease of the last attempt, which ended without a result
  stranger, ///< it shows another lease, or is known to be another worker or another's token
  unfenced, ///< it shows no lease: an old worker, to be believed
};

/// The lease was claimed with the token of somebody else.
bool is_anothers(const job& x, const lease_proof& proof) {
  return !x.lease_principal.empty() && x.lease_principal != proof.principal;
}

standing standing_of(const job& x, const lease_proof& proof) {
  if (is_anothers(x, proof))
    return standing::stranger;
  if (proof.lease_id && !proof.lease_id->empty()) {
    if (*proof.lease_id == x.lease_id)
      return standing::holder;
    return *proof.lease_id == x.last_lease_id ? standing::last : standing::stranger;
  }
  if (x.lease_principal != proof.principal)
    return standing::stranger;
  const bool both_named = proof.worker_id && !proof.worker_id->empty() && !x.worker_id.empty();
  return both_named && *proof.worker_id != x.worker_id ? standing::stranger : standing::unfenced;
}

failure lost() {
  return {ec::lease_lost, "lease lost"};
}

failure not_running(const job& x) {
  return {ec::not_running, "job not in running state: " + std::string{to_string(x.status)}};
}

using action = finish_verdict::action;

finish_verdict repeat(std::string note) {
  return {action::repeat, std::move(note), {}};
}

finish_verdict finish_queued(standing who, const job& x, finish_kind kind) {
  switch (who) {
  case standing::last:
    return {action::accept_late, {}, {}};
  case standing::holder:
  case standing::stranger:
    return {action::refuse_late, {}, lost()};
  case standing::unfenced:
    // An old client may fail a job that nobody has claimed; a result needs a claim.
    if (kind == finish_kind::failure)
      return {action::accept, {}, {}};
    return {action::refuse, {}, not_running(x)};
  }
  return {action::refuse, {}, lost()};
}

finish_verdict finish_ended(standing who, const job& x, finish_kind kind) {
  // A job may be cancelled between its attempts: then the last one learns it as the holder would.
  const bool believed = who == standing::unfenced || who == standing::holder
                        || (who == standing::last && x.end == job_end::cancelled);
  if (!believed)
    return {action::refuse_late, {}, lost()};
  if (x.status == job_status::done)
    return repeat(kind == finish_kind::failure ? "already done; fail ignored" : "");
  return repeat(kind == finish_kind::result ? "already failed; result ignored" : "");
}

} // namespace

finish_verdict decide_finish(const job& x, const lease_proof& proof, finish_kind kind) {
  if (is_anothers(x, proof))
    return {action::refuse, {}, lost()}; // and nobody is told: it could fill the job's events
  const auto who = standing_of(x, proof);
  switch (x.status) {
  case job_status::queued:
    return finish_queued(who, x, kind);
  case job_status::running:
    if (who == standing::holder || who == standing::unfenced)
      return {action::accept, {}, {}};
    return {action::refuse_late, {}, lost()};
  case job_status::done:
  case job_status::failed:
    return finish_ended(who, x, kind);
  }
  return {action::refuse, {}, lost()};
}

holder_verdict decide_holder(const job& x, const lease_proof& proof) {
  using holder_action = holder_verdict::action;
  const auto who = standing_of(x, proof);
  if (who == standing::stranger)
    return {holder_action::refuse, lost()};
  if (x.status == job_status::running)
    return who == standing::last ? holder_verdict{holder_action::refuse, lost()}
                                 : holder_verdict{holder_action::accept, {}};
  if (x.end == job_end::cancelled)
    return {holder_action::stop, {}};
  if (who == standing::unfenced)
    return {holder_action::refuse, not_running(x)};
  if (x.status == job_status::queued && who == standing::last)
    return {holder_action::was_released, lost()};
  return {holder_action::refuse, lost()};
}

} // namespace claw
