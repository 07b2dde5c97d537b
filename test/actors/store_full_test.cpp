#include "actors/broker/job_store_actor.hpp"
#include "test/support/broken_store.hpp"
#include "test/support/simulation.hpp"

using namespace claw;

namespace {

/// Whom the store answers.
struct heard_state {
  std::vector<failure> commits;
  uint64_t refused = 0;
  std::size_t created = 0;
};

caf::behavior listener(caf::event_based_actor*, std::shared_ptr<heard_state> heard) {
  return {
      [heard](const commit_answer& x) { heard->commits.push_back(x.trouble); },
      [heard](const creates_settled& x) {
        heard->refused += x.refused.size();
        heard->created += x.committed.size();
      },
  };
}

job queued_ping(uint8_t number) {
  job x;
  x.id.bytes.fill(number);
  x.command = "ping";
  x.attempts_max = 5;
  return x;
}

} // namespace

TEST_CASE("a full store refuses a new job and takes the result that came along with it", "[store]") {
  simulation sim; // for its scheduler
  memory_job_store kept;
  const auto old = created(queued_ping(1), "", 0);
  REQUIRE(kept.commit({old}));
  broken_store full{kept};
  full.refuses_creates = true;
  auto heard = std::make_shared<heard_state>();
  pending<created_job> made;
  const auto asker = sim.actors().spawn(listener, heard);
  const auto store = sim.actors().spawn(job_store_actor, static_cast<job_store*>(&full),
                                        std::make_shared<prune_tally>(), kill_listener{});
  caf::anon_send(store, commit_request{cancelled(old.after, 0), asker, false, {}, false});
  caf::anon_send(store, commit_request{created(queued_ping(2), "", 0), asker, true, made.promise(), false});
  sim.settle();
  CHECK(full.commits == 2); // both in one batch, then the result by itself
  REQUIRE(heard->commits.size() == 1);
  CHECK(heard->commits[0].code == ec::none);
  CHECK(heard->refused == 1);
  CHECK(heard->created == 0);
  CHECK(made.code() == ec::store_full);
  CHECK((**kept.find(old.after.id)).status == job_status::failed);
}
