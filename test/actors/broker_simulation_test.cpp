// Hundreds of random lives of a broker: workers that repeat themselves, lose replies and come back late, disks that are
// full, actors that crash and that work in any order, ended jobs that are pruned, a broker that is killed in the middle
// of its work. What must always hold is looked at after every step; a failure names its seed. SEEDS=N lives N of them.

#include "test/support/simulation.hpp"
#include "test/support/witness_store.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <set>

using namespace claw;
using namespace std::chrono_literals;

namespace {

const std::vector<std::string> all_caps{"", "a", "b", "a,b", "c"};

class random_life {
public:
  explicit random_life(uint64_t seed) : sim_(config(seed % 3 == 0), seed), dice_(seed * 7'919) {
    if (seed % 4 != 0)
      sim_.order.emplace(seed);
    sim_.instead_of_store = &witness_;
    sim_.restart();
  }

  ~random_life() { sim_.stop(); } // before the stores that stand in its way

  random_life(const random_life&) = delete;
  random_life& operator=(const random_life&) = delete;

  /// Does something that may go wrong.
  void step() {
    sim_.settles = dice(4) > 0; // else requests pile up and meet each other
    switch (dice(14)) {
    case 0:
    case 1:
    case 2:
      create();
      break;
    case 3:
    case 4:
      claim(0ms);
      break;
    case 5:
      claim(std::chrono::seconds{dice(30)});
      break;
    case 6:
    case 7:
      finish();
      break;
    case 8:
      renew();
      break;
    case 9:
      give_back();
      break;
    case 10:
      meddle();
      break;
    case 11:
      fault();
      break;
    case 12:
      killed_in_the_middle();
      break;
    default:
      sim_.pass(std::chrono::milliseconds{dice(25'000)});
      break;
    }
    if (sim_.settles) {
      sim_.settle();
      gather();
    } else {
      sim_.run_steps(static_cast<unsigned>(dice(8)));
    }
  }

  /// Peace: every job that somebody can serve must come to its end.
  void end_well() {
    sim_.settles = true;
    calm();
    sim_.pass(2s); // whatever crashed has been started again
    gather();
    for (int round = 0; round < 12; ++round) {
      for (auto given = sim_.claim(sim_.worker("good", "a,b")); given.ok() && given->has_value();
           given = sim_.claim(sim_.worker("good", "a,b")))
        sim_.finish((*given)->document.head.id, sim_.proof_of(**given),
                    (*given)->document.head.lease_id + "/last");
      sim_.pass(20s);
    }
    for (const auto& id : acknowledged_)
      if (const auto x = *sim_.store.find(id))
        CHECK((is_terminal(x->status) || x->required.includes(caps{{"c"}})));
    uint64_t open = 0;
    CHECK(sim_.store.each_open([&open](const job&) { ++open; }));
    CHECK(sim_.figures().queued == open);
  }

  void check() {
    for (const auto& x : witness_.violations)
      FAIL_CHECK(x);
    for (const auto& id : acknowledged_)
      CHECK((sim_.store.find(id)->has_value() || witness_.pruned.count(id) > 0)); // I1
    CHECK(sim_.gave_up == 0);
  }

  const std::vector<std::string>& violations() const { return witness_.violations; }
  std::size_t pruned() const { return witness_.pruned.size(); }

private:
  static broker_system_config config(bool prunes) {
    broker_system_config c;
    if (prunes)
      c.retention = {{40s, 3, {}}, false, 5s};
    c.lease_term = 20s;
    c.attempts_max = 3;
    return c;
  }

  uint64_t dice(uint64_t sides) { return dice_() % sides; }
  template <class T>
  const T& any(const std::vector<T>& of) {
    return of[dice(of.size())];
  }

  void calm() {
    sim_.store.fail_next(0, {});
    broken_.on_text = broken_.on_commit = broken_.on_find = 0;
  }

  void create() {
    new_job what;
    what.command = "ping";
    what.required = caps::from_list(any(all_caps));
    what.priority = static_cast<int32_t>(dice(3)) - 1;
    creates_.push_back(sim_.create(std::move(what)));
  }

  void claim(std::chrono::milliseconds wait) {
    const auto number = dice(3);
    const auto who = sim_.worker("w" + std::to_string(number), all_caps[number + 1], boot_of(number));
    if (sim_.settles)
      sim_.settle(); // what piled up before
    const auto answer = sim_.claim(who, wait, poll_id{++polls_});
    claims_.emplace_back(who, answer);
    if (sim_.settles && calm_)
      check_choice(who.caps, answer);
    if (dice(6) == 0)
      sim_.broker->ask(poll_closed{poll_id{polls_}});
  }

  /// Runners are started anew, and now and then one of an earlier start still speaks.
  std::string boot_of(uint64_t number) {
    auto& boots = boots_[number];
    if (dice(6) == 0)
      ++boots;
    return "boot-" + std::to_string(dice(8) == 0 ? dice(boots + 1) : boots);
  }

  /// A calm claim gets exactly the job that a look at all jobs would choose (I6), those included that were requeued
  /// because its runner was started anew; and none only when there is none.
  void check_choice(const caps& worker, const pending<std::optional<grant>>& answer) {
    const auto left = best_for(worker);
    if (!left)
      return;
    if (answer.code() == ec::unavailable)
      return; // what crashed has not been started again yet
    INFO(to_string(left->id) << " is left");
    REQUIRE(answer.ok());
    REQUIRE(answer->has_value());
    const auto& chosen = (*answer)->document.head;
    CHECK(chosen.priority >= left->priority);
    CHECK((chosen.priority > left->priority || chosen.id < left->id));
  }

  /// The job that is the next for such a worker.
  std::optional<job> best_for(const caps& worker) {
    std::optional<job> best;
    const auto open = sim_.store.each_open([&](const job& x) {
      if (x.status == job_status::queued && worker.includes(x.required)
          && (!best || x.priority > best->priority))
        best = x;
    });
    CHECK(open.ok());
    return best;
  }

  void finish() {
    if (grants_.empty())
      return;
    const auto& given = any(grants_);
    const auto kind = dice(4) == 0 ? finish_kind::failure : finish_kind::result;
    for (uint64_t times = 1 + dice(2); times > 0; --times) {
      const auto text = given.document.head.lease_id + '/' + std::to_string(++texts_);
      const auto id = given.document.head.id;
      sent_[id].insert(text);
      sim_.finish(id, sim_.proof_of(given), text, kind);
    }
  }

  void renew() {
    if (grants_.empty())
      return;
    const auto& given = any(grants_);
    sim_.renew(given.document.head.id, sim_.proof_of(given));
    sim_.progress(given.document.head.id, sim_.proof_of(given), {{job_event_kind::delta, "{}"}});
  }

  void give_back() {
    if (grants_.empty())
      return;
    const auto& given = any(grants_);
    sim_.release(given.document.head.id, sim_.proof_of(given));
  }

  void meddle() {
    if (acknowledged_.empty())
      return;
    const auto id = dice(3) == 0 ? *sim_.store.newest() : any(acknowledged_); // which a listing may show early
    if (dice(2) == 0)
      sim_.cancel(id);
    else
      sim_.retry(id);
    watches_.push_back(sim_.watch(id, dice(4), std::chrono::seconds{dice(20)}));
  }

  void fault() {
    calm_ = false;
    sim_.settles = false; // it hits whatever comes next
    switch (dice(4)) {
    case 0:
      sim_.store.fail_next(1 + dice(3), {ec::store_full, "full"});
      break;
    case 1:
      broken_.on_text = 1;
      break; // a job actor crashes
    case 2:
      broken_.on_find = 1;
      break; // the queue crashes
    default:
      broken_.on_commit = 1;
      break; // the store actor crashes
    }
    if (++faults_ % 3 == 0)
      sim_.pass(61s); // so that the supervisor does not lose patience
  }

  void killed_in_the_middle() {
    sim_.settles = false;
    create();
    claim(0ms);
    finish();
    sim_.run_steps(static_cast<unsigned>(dice(30)));
    calm();
    sim_.restart();
    sim_.settles = true;
  }

  /// What has been answered meanwhile.
  void gather() {
    std::erase_if(creates_, [&](const auto& x) {
      if (x.ok())
        acknowledged_.push_back(x->id);
      return x.arrived();
    });
    std::erase_if(claims_, [&](const auto& x) {
      const auto& [who, answer] = x;
      if (answer.ok() && answer->has_value()) {
        CHECK(who.caps.includes((*answer)->document.head.required)); // I4
        CHECK((*answer)->document.head.worker_id == who.worker_id);
        grants_.push_back(**answer);
      }
      return answer.arrived();
    });
    for (const auto& id : acknowledged_)
      if (const auto x = *sim_.store.find(id); x && x->end == job_end::done)
        CHECK((sent_[id].count(sim_.text(id, job_text::result)) == 1));
    calm_ = true;
    calm();
  }

  simulation sim_;
  broken_store broken_{sim_.store};
  witness_store witness_{broken_};
  std::mt19937_64 dice_;
  std::vector<pending<created_job>> creates_;
  std::vector<std::pair<worker_facts, pending<std::optional<grant>>>> claims_;
  std::vector<pending<bool>> watches_;
  std::vector<grant> grants_;        ///< all there ever were: most are stale
  std::vector<job_id> acknowledged_; ///< jobs that their producers were told of
  std::map<job_id, std::set<std::string>> sent_;
  std::array<uint64_t, 3> boots_{}; ///< how often each runner was started anew
  uint64_t polls_ = 0, texts_ = 0, faults_ = 0;
  bool calm_ = true;
};

} // namespace

TEST_CASE("whatever happens, the broker keeps its promises", "[simulation]") {
  const char* wanted = std::getenv("SEEDS");
  const uint64_t last = wanted ? std::strtoull(wanted, nullptr, 10) : 400;
  std::size_t pruned = 0;
  for (uint64_t seed = 1; seed <= last; ++seed) {
    INFO("seed " << seed);
    random_life life{seed};
    for (int i = 0; i < 60 && life.violations().empty(); ++i)
      life.step();
    life.end_well();
    life.check();
    pruned += life.pruned();
  }
  CHECK(pruned > 0);
}
