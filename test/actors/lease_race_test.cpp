// Everything that may end or keep a lease, at the tick when it runs out, in every order: expiry and the silence of the
// worker, renewal, result, failure, release, cancel, the claim of another worker and what that one says.

#include "test/support/simulation.hpp"
#include "test/support/witness_store.hpp"

#include <algorithm>
#include <array>

using namespace claw;
using namespace std::chrono_literals;

namespace {

enum class act { expire, renew, result, fail, release, cancel, other_claims, other_renews, other_result };

constexpr std::array names = {"expire", "renew", "result", "fail", "release", "cancel", "other_claims",
                              "other_renews", "other_result"};
constexpr std::size_t events_max = 5;

using order = std::vector<act>;

/// All ways to do `events_max` of the acts one after the other. Shorter ones are their beginnings.
void each_order(order& begun, const std::function<void(const order&)>& visit) {
  if (begun.size() == events_max) {
    visit(begun);
    return;
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto next = static_cast<act>(i);
    if (std::find(begun.begin(), begun.end(), next) != begun.end())
      continue;
    begun.push_back(next);
    each_order(begun, visit);
    begun.pop_back();
  }
}

broker_system_config short_lease() {
  broker_system_config config;
  config.lease_term = 20s;
  config.attempts_max = 2;
  return config;
}

/// One broker that lives through all orders, each with a job of its own.
class arena {
public:
  arena() : sim_(short_lease()) {
    sim_.instead_of_store = &witness_;
    sim_.restart();
  }

  ~arena() { sim_.stop(); } // before the stores that stand in its way
  arena(const arena&) = delete;
  arena& operator=(const arena&) = delete;

  /// @param steps how many steps the actors get between two acts, in any order; none: as many as they want
  void run(const order& acts, std::optional<unsigned> steps) {
    begin();
    sim_.settles = !steps;
    if (steps > 0U)
      sim_.order.emplace(++runs_);
    for (const auto x : acts) {
      perform(x);
      if (steps)
        sim_.run_steps(*steps);
    }
    sim_.settles = true;
    sim_.settle();
    sim_.order.reset();
    const auto after = sim_.record(id_);
    check(after);
    end(after);
    check(sim_.record(id_));
    if (!wrong_.empty() || !witness_.violations.empty())
      report(acts, steps);
  }

private:
  void begin() {
    id_ = sim_.job_for();
    mine_ = sim_.grant_to(sim_.worker("w1"));
    other_ = {};
    finishes_.clear();
    cancel_ = {};
    sim_.pass(19s);
  }

  void perform(act x) {
    switch (x) {
    case act::expire: return expire();
    case act::renew: sim_.renew(id_, sim_.proof_of(mine_)); return;
    case act::result: return finish(mine_, finish_kind::result);
    case act::fail: return finish(mine_, finish_kind::failure);
    case act::release: sim_.release(id_, sim_.proof_of(mine_)); return;
    case act::cancel: cancel_ = sim_.cancel(id_); return;
    case act::other_claims: other_ = sim_.claim(sim_.worker("w2")); return;
    case act::other_renews:
      if (granted(other_))
        sim_.renew(id_, sim_.proof_of(**other_));
      return;
    case act::other_result:
      if (granted(other_))
        finish(**other_, finish_kind::result);
      return;
    }
  }

  void expire() {
    sim_.advance(1s);
    if (sim_.settles)
      sim_.settle();
  }

  static bool granted(const pending<std::optional<grant>>& x) { return x.ok() && x->has_value(); }

  void finish(const grant& by, finish_kind kind) {
    const auto text = by.document.head.lease_id + (kind == finish_kind::result ? "/result" : "/error");
    finishes_.push_back({kind, text, sim_.finish(id_, sim_.proof_of(by), text, kind)});
  }

  /// What was answered is what is kept.
  void check(const job& now) {
    for (const auto& x : finishes_) {
      if (!x.answer.ok())
        continue;
      must(x.answer->status == now.status, "I2: an end that was answered is undone");
      if (x.kind == finish_kind::result && x.answer->status == job_status::done && x.answer->note.empty())
        must(sim_.text(id_, job_text::result) == x.text, "I2: two results were accepted");
    }
    if (cancel_.ok())
      must(now.end == cancel_->end, "I8: a job that was cancelled, or had ended, ended otherwise");
  }

  /// Peace: whatever is left is done by a third worker.
  void end(const job& now) {
    if (is_terminal(now.status))
      return;
    sim_.pass(40s);
    if (const auto last = sim_.claim(sim_.worker("w3")); granted(last))
      sim_.finish(id_, sim_.proof_of(**last), (*last)->document.head.lease_id + "/last");
    must(is_terminal(sim_.record(id_).status), "I12: a job never comes to its end");
  }

  void must(bool holds, const char* what) {
    if (!holds)
      wrong_.emplace_back(what);
  }

  void report(const order& acts, std::optional<unsigned> steps) {
    std::string said = steps ? std::to_string(*steps) + " steps between:" : "in peace:";
    for (const auto x : acts)
      said += std::string{" "} + names[static_cast<std::size_t>(x)];
    for (const auto& x : std::exchange(wrong_, {}))
      FAIL_CHECK(said << ": " << x);
    for (const auto& x : std::exchange(witness_.violations, {}))
      FAIL_CHECK(said << ": " << x);
  }

  struct ending {
    finish_kind kind;
    std::string text;
    pending<finish_request::answer_type> answer;
  };

  simulation sim_;
  broken_store broken_{sim_.store};
  witness_store witness_{broken_};
  job_id id_;
  grant mine_;
  pending<std::optional<grant>> other_;
  pending<job> cancel_;
  std::vector<ending> finishes_;
  std::vector<std::string> wrong_;
  uint64_t runs_ = 0;
};

} // namespace

TEST_CASE("whatever meets the end of a lease, in whatever order, at most one word counts", "[lease]") {
  const auto steps = GENERATE(std::optional<unsigned>{}, std::optional{0U}, std::optional{2U});
  arena broker;
  std::size_t orders = 0;
  order begun;
  each_order(begun, [&](const order& x) {
    broker.run(x, steps);
    ++orders;
  });
  CHECK(orders == 9 * 8 * 7 * 6 * 5);
}
