#include "actors/domain/lease.hpp"
#include "test/support/catch.hpp"

#include <vector>

using namespace claw;

namespace {

using does = finish_verdict::action;
using holds = holder_verdict::action;

job queued() {
  job x;
  x.attempts_max = 3;
  return x;
}

job running() {
  auto x = queued();
  x.status = job_status::running;
  x.attempt = 2;
  x.lease_id = "L2";
  x.worker_id = "w2";
  return x;
}

/// Its lease L2 has expired, nobody has claimed it since.
job expired() {
  auto x = queued();
  x.attempt = 2;
  x.last_lease_id = "L2";
  return x;
}

job ended(job_end end) {
  auto x = running();
  x.status = end == job_end::done ? job_status::done : job_status::failed;
  x.end = end;
  return x;
}

job dead() {
  auto x = ended(job_end::dead);
  x.last_lease_id = std::exchange(x.lease_id, "");
  return x;
}

/// Cancelled between two attempts.
job cancelled_while_queued() {
  auto x = expired();
  x.status = job_status::failed;
  x.end = job_end::cancelled;
  return x;
}

const lease_proof nothing{};
const lease_proof blank{"", ""};
const lease_proof lease2{"L2", "w2"};
const lease_proof lease1{"L1", "w1"};
const lease_proof lease2_unnamed{"L2", std::nullopt};
const lease_proof lease2_of_other{"L2", "w9"};
const lease_proof named2{std::nullopt, "w2"};
const lease_proof named1{std::nullopt, "w1"};

const char* failed_note = "already failed; result ignored";
const char* done_note = "already done; fail ignored";

struct finish_row {
  const char* what;
  job state;
  lease_proof proof;
  finish_kind kind;
  does expected;
  std::string note;
  ec code;
};

constexpr auto result = finish_kind::result;
constexpr auto fails = finish_kind::failure;

const std::vector<finish_row> finish_table{
    {"running, its lease", running(), lease2, result, does::accept, "", ec::none},
    {"running, its lease fails", running(), lease2, fails, does::accept, "", ec::none},
    {"running, its lease without a name", running(), lease2_unnamed, result, does::accept, "",
     ec::none},
    {"the lease counts, not the name", running(), lease2_of_other, result, does::accept, "",
     ec::none},
    {"running, an earlier lease", running(), lease1, result, does::refuse_late, "", ec::lease_lost},
    {"running, an earlier lease fails", running(), lease1, fails, does::refuse_late, "",
     ec::lease_lost},
    {"running, old worker, same name", running(), named2, result, does::accept, "", ec::none},
    {"running, old worker, other name", running(), named1, result, does::refuse_late, "",
     ec::lease_lost},
    {"running, old worker, no name", running(), nothing, result, does::accept, "", ec::none},
    {"running, blanks count as nothing", running(), blank, fails, does::accept, "", ec::none},

    {"queued, old worker's result", queued(), nothing, result, does::refuse, "", ec::not_running},
    {"queued, old worker's failure", queued(), nothing, fails, does::accept, "", ec::none},
    {"queued, a lease that never was", queued(), lease2, result, does::refuse_late, "",
     ec::lease_lost},
    {"expired, its last lease", expired(), lease2, result, does::accept_late, "", ec::none},
    {"expired, its last lease fails", expired(), lease2, fails, does::accept_late, "", ec::none},
    {"expired, an earlier lease", expired(), lease1, result, does::refuse_late, "", ec::lease_lost},
    {"expired, old worker's result", expired(), named2, result, does::refuse, "", ec::not_running},
    {"expired, old worker's failure", expired(), named2, fails, does::accept, "", ec::none},

    {"done, same lease again", ended(job_end::done), lease2, result, does::repeat, "", ec::none},
    {"done, same lease fails", ended(job_end::done), lease2, fails, does::repeat, done_note,
     ec::none},
    {"done, other lease", ended(job_end::done), lease1, result, does::refuse_late, "",
     ec::lease_lost},
    {"done, old worker", ended(job_end::done), nothing, result, does::repeat, "", ec::none},
    {"done, old worker fails", ended(job_end::done), named2, fails, does::repeat, done_note,
     ec::none},
    {"done, another old worker", ended(job_end::done), named1, result, does::refuse_late, "",
     ec::lease_lost},

    {"failed, same lease again", ended(job_end::failed), lease2, fails, does::repeat, "", ec::none},
    {"failed, same lease's result", ended(job_end::failed), lease2, result, does::repeat,
     failed_note, ec::none},
    {"failed, other lease", ended(job_end::failed), lease1, fails, does::refuse_late, "",
     ec::lease_lost},
    {"failed, old worker's result", ended(job_end::failed), nothing, result, does::repeat,
     failed_note, ec::none},
    {"failed, old worker again", ended(job_end::failed), named2, fails, does::repeat, "", ec::none},

    {"cancelled, its lease", ended(job_end::cancelled), lease2, result, does::repeat, failed_note,
     ec::none},
    {"cancelled, its lease fails", ended(job_end::cancelled), lease2, fails, does::repeat, "",
     ec::none},
    {"cancelled, an earlier lease", ended(job_end::cancelled), lease1, result, does::refuse_late,
     "", ec::lease_lost},
    {"cancelled while queued, last lease", cancelled_while_queued(), lease2, result, does::repeat,
     failed_note, ec::none},

    {"dead, its last lease", dead(), lease2, result, does::refuse_late, "", ec::lease_lost},
    {"dead, an earlier lease", dead(), lease1, fails, does::refuse_late, "", ec::lease_lost},
    {"dead, old worker", dead(), named2, result, does::repeat, failed_note, ec::none},
};

struct holder_row {
  const char* what;
  job state;
  lease_proof proof;
  holds expected;
  ec code;
};

const std::vector<holder_row> holder_table{
    {"running, its lease", running(), lease2, holds::accept, ec::none},
    {"running, an earlier lease", running(), lease1, holds::refuse, ec::lease_lost},
    {"running, old worker", running(), named2, holds::accept, ec::none},
    {"running, another old worker", running(), named1, holds::refuse, ec::lease_lost},
    {"running, nothing shown", running(), nothing, holds::accept, ec::none},
    {"queued, nothing shown", queued(), nothing, holds::refuse, ec::not_running},
    {"queued, a lease that never was", queued(), lease2, holds::refuse, ec::lease_lost},
    {"expired, its last lease", expired(), lease2, holds::was_released, ec::lease_lost},
    {"expired, an earlier lease", expired(), lease1, holds::refuse, ec::lease_lost},
    {"cancelled, its lease", ended(job_end::cancelled), lease2, holds::stop, ec::none},
    {"cancelled, old worker", ended(job_end::cancelled), named2, holds::stop, ec::none},
    {"cancelled, an earlier lease", ended(job_end::cancelled), lease1, holds::refuse,
     ec::lease_lost},
    {"cancelled while queued", cancelled_while_queued(), lease2, holds::stop, ec::none},
    {"done, its lease", ended(job_end::done), lease2, holds::refuse, ec::lease_lost},
    {"done, old worker", ended(job_end::done), named2, holds::refuse, ec::not_running},
    {"failed, its lease", ended(job_end::failed), lease2, holds::refuse, ec::lease_lost},
    {"dead, its last lease", dead(), lease2, holds::refuse, ec::lease_lost},
};

} // namespace

TEST_CASE("who may finish a job", "[lease]") {
  for (const auto& row : finish_table) {
    INFO(row.what);
    const auto verdict = decide_finish(row.state, row.proof, row.kind);
    CHECK(verdict.what == row.expected);
    CHECK(verdict.note == row.note);
    CHECK(verdict.why.code == row.code);
  }
}

TEST_CASE("who holds a job", "[lease]") {
  for (const auto& row : holder_table) {
    INFO(row.what);
    const auto verdict = decide_holder(row.state, row.proof);
    CHECK(verdict.what == row.expected);
    CHECK(verdict.why.code == row.code);
  }
}

TEST_CASE("refusals are plain sentences", "[lease]") {
  CHECK(decide_finish(queued(), nothing, result).why.why == "job not in running state: queued");
  CHECK(decide_finish(running(), lease1, result).why.why == "lease lost");
  CHECK(decide_holder(ended(job_end::done), nothing).why.why == "job not in running state: done");
}

// -- leases of clients' own tokens

namespace {

job running_for(const std::string& principal) {
  auto x = running();
  x.lease_principal = principal;
  return x;
}

lease_proof with_token_of(const std::string& principal, lease_proof x) {
  x.principal = principal;
  return x;
}

} // namespace

TEST_CASE("a lease of a client's own token is nobody else's, whatever he shows", "[lease]") {
  for (const auto& principal : {"", "other"})
    for (const auto& shown : {nothing, lease2, lease2_unnamed, named2})
      for (const auto kind : {finish_kind::result, finish_kind::failure}) {
        const auto proof = with_token_of(principal, shown);
        for (auto state : {running_for("mine"), expired(), ended(job_end::done), dead()}) {
          state.lease_principal = "mine";
          CHECK(decide_finish(state, proof, kind).what == does::refuse);
          CHECK(decide_finish(state, proof, kind).why.code == ec::lease_lost);
          CHECK(decide_holder(state, proof).what == holds::refuse);
        }
      }
}

TEST_CASE("the principal of a lease holds it with whichever of his tokens", "[lease]") {
  for (const auto& shown : {nothing, lease2, lease2_unnamed, named2}) {
    const auto proof = with_token_of("mine", shown);
    CHECK(decide_finish(running_for("mine"), proof, finish_kind::result).what == does::accept);
    CHECK(decide_holder(running_for("mine"), proof).what == holds::accept);
  }
  auto state = expired();
  state.lease_principal = "mine";
  CHECK(decide_finish(state, with_token_of("mine", lease2), finish_kind::result).what
        == does::accept_late);
}

TEST_CASE("a client's own token speaks for a lease of the shared one only by showing it", "[lease]") {
  for (const auto& shown : {lease2, lease2_unnamed})
    CHECK(decide_holder(running(), with_token_of("mine", shown)).what == holds::accept);
  for (const auto& shown : {nothing, blank, named2}) {
    const auto proof = with_token_of("mine", shown);
    CHECK(decide_holder(running(), proof).what == holds::refuse);
    CHECK(decide_finish(running(), proof, finish_kind::result).why.code == ec::lease_lost);
    CHECK(decide_finish(queued(), proof, finish_kind::failure).why.code == ec::lease_lost);
  }
}
