#include "test/support/sample_tokens.hpp"
#include "test/support/simulation.hpp"

using namespace claw;
using namespace std::chrono_literals;

namespace {

const std::string kid_a = "oc0000000000000a";
const std::string kid_b = "oc0000000000000b";

worker_facts worker_with(const std::string& principal, const std::string& kid,
                         const std::string& boot = "") {
  auto x = simulation::worker("w1", "", boot);
  x.principal = principal;
  x.kid = kid;
  return x;
}

new_job job_of(const std::string& owner, const std::string& key = "") {
  new_job x;
  x.command = "ping";
  x.owner = owner;
  x.create_key = key;
  x.create_digest = key.empty() ? "" : "digest";
  return x;
}

std::string last_reason(const simulation& sim, const job_id& id) {
  return sim.store.events(id, 0, 100)->back().why;
}

} // namespace

TEST_CASE("a token is told when it is kept", "[token]") {
  simulation sim;
  const auto made = sim.create_token(sample_token(token_role::bot, "discord", kid_a));
  REQUIRE(made.ok());
  CHECK(made->created_s == sim.wall_ms / 1'000);
  CHECK(*sim.tokens.load() == std::vector{*made});
}

TEST_CASE("a token that cannot be kept is none", "[token]") {
  simulation sim;
  sim.tokens.trouble = failure{ec::store_full, "full"};
  CHECK(sim.create_token(sample_token(token_role::bot, "discord", kid_a)).code() == ec::store_full);
  sim.tokens.trouble.reset();
  CHECK(sim.revoke_token(kid_a).code() == ec::no_such_token);
  CHECK(sim.create_token(sample_token(token_role::bot, "discord", kid_a)).ok());
}

TEST_CASE("a token is rotated: the second is made, the first revoked, and there is room again",
          "[token]") {
  simulation sim;
  const auto token = [](const std::string& kid) {
    return sample_token(token_role::bot, "discord", kid);
  };
  CHECK(sim.create_token(token(kid_a)).ok());
  CHECK(sim.create_token(token(kid_b)).ok());
  CHECK(sim.create_token(token("oc0000000000000c")).code() == ec::refused);
  const auto gone = sim.revoke_token(kid_a);
  REQUIRE(gone.ok());
  CHECK(gone->kid == kid_a);
  CHECK(sim.tokens.load()->size() == 1);
  CHECK(sim.create_token(token("oc0000000000000c")).ok());
}

TEST_CASE("after a restart the broker knows its tokens", "[token]") {
  simulation sim;
  CHECK(sim.create_token(sample_token(token_role::bot, "discord", kid_a)).ok());
  sim.restart();
  CHECK(sim.create_token(sample_token(token_role::admin, "discord", kid_b)).code() == ec::refused);
  CHECK(sim.revoke_token(kid_a).ok());
}

TEST_CASE("a worker whose token is revoked loses its jobs at once, and no others are lost",
          "[token]") {
  simulation sim;
  const auto first = sim.job_for();
  const auto second = sim.job_for();
  const auto third = sim.job_for();
  CHECK(sim.create_token(sample_token(token_role::worker, "jetson", kid_a)).ok());
  sim.grant_to(worker_with("jetson", kid_a));
  sim.grant_to(worker_with("jetson", kid_b)); // the second token of the same principal
  sim.grant_to(sim.worker("w2"));
  CHECK(sim.revoke_token(kid_a).ok());
  CHECK(sim.record(first).status == job_status::queued);
  CHECK(sim.record(first).attempt == 0);
  CHECK(last_reason(sim, first) == "token_revoked");
  CHECK(sim.record(second).status == job_status::running);
  CHECK(sim.record(third).status == job_status::running);
}

TEST_CASE("a job is taken from a revoked token even where the store cannot forget the token",
          "[token]") {
  simulation sim;
  const auto id = sim.job_for();
  CHECK(sim.create_token(sample_token(token_role::worker, "jetson", kid_a)).ok());
  sim.grant_to(worker_with("jetson", kid_a));
  sim.tokens.trouble = failure{ec::store_full, "full"};
  CHECK(sim.revoke_token(kid_a).code() == ec::store_full);
  CHECK(sim.record(id).status == job_status::queued);
  sim.tokens.trouble.reset();
  CHECK(sim.revoke_token(kid_a).ok());
  CHECK(sim.tokens.load()->empty());
}

TEST_CASE("however a claim and the revocation of its token cross, no job stays with it", "[token]") {
  for (unsigned steps = 0; steps < 40; ++steps) {
    simulation sim;
    const auto id = sim.job_for();
    CHECK(sim.create_token(sample_token(token_role::worker, "jetson", kid_a)).ok());
    sim.settles = false;
    const auto claim = sim.claim(worker_with("jetson", kid_a));
    sim.run_steps(steps);
    const auto revoked = sim.revoke_token(kid_a);
    sim.settle();
    CHECK(claim.arrived());
    CHECK(revoked.ok());
    CHECK(sim.record(id).status == job_status::queued);
  }
}

TEST_CASE("a job is handed on as soon as its worker's token is revoked", "[token]") {
  simulation sim;
  const auto id = sim.job_for();
  CHECK(sim.create_token(sample_token(token_role::worker, "jetson", kid_a)).ok());
  const auto lost = sim.grant_to(worker_with("jetson", kid_a));
  const auto next = sim.claim(sim.worker("w2"), 30s);
  CHECK_FALSE(next.arrived());
  CHECK(sim.revoke_token(kid_a).ok());
  REQUIRE(next.arrived());
  CHECK((*next)->document.head.id == id);
  auto proof = sim.proof_of(lost);
  proof.principal = "jetson";
  CHECK(sim.finish(id, proof).code() == ec::lease_lost);
}

TEST_CASE("nobody takes the jobs of another's worker away by using its name", "[token]") {
  simulation sim;
  const auto id = sim.job_for();
  sim.grant_to(worker_with("jetson", kid_a, "boot-1"));
  sim.claim(worker_with("intruder", kid_b, "boot-2"));
  sim.claim(sim.worker("w1", "", "boot-3"));
  CHECK(sim.record(id).status == job_status::running);
  sim.claim(worker_with("jetson", kid_b, "boot-4")); // started anew with its second token
  CHECK(last_reason(sim, id).empty());               // and has it again
  CHECK(sim.record(id).worker_boot_id == "boot-4");
}

TEST_CASE("everybody's idempotency keys are his own, also after a restart", "[token]") {
  simulation sim;
  const auto a = sim.create(job_of("a", "key"));
  const auto b = sim.create(job_of("b", "key"));
  const auto shared = sim.create(job_of("", "key"));
  CHECK(a->id != b->id);
  CHECK(a->id != shared->id);
  for (int i = 0; i < 2; ++i) {
    CHECK(sim.create(job_of("a", "key"))->id == a->id);
    CHECK(sim.create(job_of("b", "key"))->id == b->id);
    CHECK(sim.create(job_of("", "key"))->id == shared->id);
    sim.restart();
  }
  CHECK(sim.record(a->id).owner == "a");
}
