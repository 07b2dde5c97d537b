// crooked_broker: the broker with one bug of a kind that must never be, named by BUG. It shows that the check of
// histories (test/e2e/job_history.py) finds such bugs; BUG=none is the broker as it is.

#include "apps/broker_program.hpp"
#include "test/support/passing_door.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>

using namespace claw;

namespace {

int64_t now_s() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

/// Bugs in what is asked of the actors.
class crooked_door final : public passing_door {
public:
  crooked_door(broker_front_door& real, std::string bug) : passing_door(real), bug_(std::move(bug)) {}
  using passing_door::ask;

  void ask(create_request x) override {
    ++creates_;
    if (is("forget_keys"))
      x.what.create_key.clear();
    if (is("let_younger_pass") && creates_ % 4 == 0)
      x.what.not_before_s = now_s() + 2;
    if (is("count_no_attempts"))
      x.what.attempts_max = 1'000;
    if (is("change_priorities"))
      x.what.priority = 7;
    if (is("never_offer") && creates_ % 10 == 0)
      x.what.required = caps{{"nobody"}};
    if (is("answer_before_commit") && creates_ % 10 == 0)
      return x.answer.answer(created_job{lost_id(), job_status::queued, true, 1});
    real_.ask(std::move(x));
  }

  void ask(claim_request x) override {
    if (is("ignore_caps"))
      x.worker.caps = caps{{"a", "b", "c"}};
    if (is("grant_twice") && again(x))
      return;
    if (is("grant_twice") || is("reuse_leases"))
      x.answer = bent(x);
    real_.ask(std::move(x));
  }

  void ask(finish_request x) override {
    ++finishes_;
    if (is("reuse_leases"))
      x.proof.lease_id.reset();
    if (is("believe_stale_leases"))
      if (const auto found = jobs().find(x.id); found && *found)
        x.proof = {(**found).lease_id, (**found).worker_id};
    if (is("change_results") && finishes_ % 5 == 0)
      x.text += "!";
    if (is("forget_results") && finishes_ % 5 == 0)
      return x.answer.answer(finish_request::answer_type{job_status::done, "", false});
    real_.ask(std::move(x));
  }

  void ask(progress_request x) override {
    if (is("forget_progress"))
      return x.answer.answer(progress_request::answer_type{1, false});
    real_.ask(std::move(x));
  }

  void ask(cancel_request x) override {
    const auto id = x.id;
    real_.ask(std::move(x));
    if (is("bring_back_cancelled"))
      real_.ask(retry_request{id, {}});
  }

private:
  using granted = std::optional<grant>;

  bool is(std::string_view bug) const { return bug_ == bug; }

  job_id lost_id() const {
    job_id id;
    id.bytes.fill(static_cast<uint8_t>(creates_));
    return id;
  }

  /// Hands a grant out again, to somebody else.
  bool again(const claim_request& x) {
    const std::lock_guard lock{mutex_};
    if (!last_ || last_->document.head.worker_id == x.worker.worker_id)
      return false;
    x.answer.answer(granted{std::exchange(last_, std::nullopt)});
    return true;
  }

  reply<granted> bent(const claim_request& x) {
    return reply<granted>{[this, to = x.answer, worker = x.worker.worker_id](outcome<granted> given) {
      const std::lock_guard lock{mutex_};
      if (given && *given && is("grant_twice"))
        last_ = **given;
      if (given && *given && is("reuse_leases"))
        (**given).document.head.lease_id = "lease of " + worker;
      to.answer(std::move(given));
    }};
  }

  const std::string bug_;
  uint64_t creates_ = 0, finishes_ = 0;
  std::mutex mutex_;
  std::optional<grant> last_;
};

/// Bugs in what is kept.
class crooked_store final : public passing_store {
public:
  crooked_store(job_store& real, std::string bug) : passing_store(real), bug_(std::move(bug)) {
    if (bug_ != "lose_at_restart")
      return;
    const auto all = real_.list({}, {}, 500);
    for (std::size_t i = 0; all && i < all->jobs.size(); i += 5)
      lost_.insert(all->jobs[i].id);
  }

  outcome<std::optional<job>> find(const job_id& id) const override {
    while (bug_ == "hang_at_claim")
      ::pause();
    return lost_.contains(id) ? std::optional<job>{} : real_.find(id);
  }
  outcome<std::optional<job_document>> document(const job_id& id) const override {
    return lost_.contains(id) ? std::optional<job_document>{} : real_.document(id);
  }
  outcome<done> each_open(const std::function<void(const job&)>& visit) const override {
    return real_.each_open([&](const job& x) {
      if (!lost_.contains(x.id))
        visit(x);
    });
  }
  outcome<job_page> list(const job_filter& filter, std::optional<job_id> before, std::size_t limit) const override {
    auto page = real_.list(filter, before, limit);
    if (page)
      std::erase_if(page->jobs, [&](const job& x) { return lost_.contains(x.id); });
    return page;
  }
  outcome<std::vector<job_event>> events(const job_id& id, uint64_t after, event_slice slice) const override {
    auto all = real_.events(id, after, slice);
    if (all && bug_ == "drop_events")
      std::erase_if(*all, [](const job_event& x) { return x.sequence == 2; });
    return all;
  }

private:
  const std::string bug_;
  std::set<job_id> lost_;
};

} // namespace

int main(int argc, char** argv) {
  const char* bug = std::getenv("BUG");
  if (bug == nullptr) {
    std::fputs("crooked_broker: the environment variable BUG must name a bug\n", stderr);
    return 64;
  }
  broker_seams seams;
  seams.instead_of_store = [bug](job_store& real) { return std::make_unique<crooked_store>(real, bug); };
  seams.instead_of_door = [bug](broker_front_door& real) { return std::make_unique<crooked_door>(real, bug); };
  try {
    return run_broker(argc, argv, seams);
  } catch (const std::exception& why) {
    std::fprintf(stderr, "crooked_broker: %s\n", why.what());
    return 70;
  }
}
