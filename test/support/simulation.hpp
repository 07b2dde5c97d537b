#pragma once
// A whole broker in the test's own thread, on a store in memory and a clock that the test moves. Nothing runs until the
// test asks something or lets time pass; then everything runs until nobody has anything to do.

#include "actors/broker/broker_system.hpp"
#include "actors/shared/observed_actor.hpp"
#include "test/support/catch.hpp"
#include "test/support/memory_job_store.hpp"
#include "test/support/memory_token_store.hpp"

#include <caf/scheduler/test_coordinator.hpp>

#include <spdlog/spdlog.h>

#include <chrono>
#include <limits>
#include <memory>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace claw {

/// CAF with a scheduler and a clock that only move when they are told, and actors that can be inspected.
struct still_config : observed_system_config {
  still_config() {
    set("scheduler.policy", caf::atom("testing"));
    roster = std::make_shared<actor_roster>();
  }
};

/// An answer that may have come or not.
template <class T>
class pending {
public:
  pending() : place_(std::make_shared<std::optional<outcome<T>>>()) {}

  reply<T> promise() const {
    return reply<T>{[place = place_](outcome<T> x) { place->emplace(std::move(x)); }};
  }

  bool arrived() const { return place_->has_value(); }
  bool ok() const { return arrived() && (*place_)->ok(); }
  ec code() const { return arrived() && !(*place_)->ok() ? (*place_)->error().code : ec::none; }
  const std::string& why() const { return (*place_)->error().why; }
  const T& operator*() const { return ***place_; }
  const T* operator->() const { return &***place_; }

private:
  std::shared_ptr<std::optional<outcome<T>>> place_;
};

class simulation {
public:
  explicit simulation(broker_system_config config = {}, uint64_t seed = 1)
      : random(seed), config_(config), actors_(actor_config_) {
    spdlog::set_level(spdlog::level::off);
    config_.detached = false;
    scheduler().clock().current_time += std::chrono::hours(1);
    start();
  }

  ~simulation() {
    stop();
    scheduler().clock().cancel_all();
    actors_.await_actors_before_shutdown(false);
  }

  // -- the world ----------------------------------------------------------------------------------------

  void start() {
    broker_world world;
    world.wall_ms = [this] { return wall_ms; };
    world.random = [this] {
      if (draws_left == 0)
        throw std::runtime_error("the system gives no random bits");
      --draws_left;
      return random();
    };
    world.on_give_up = [this] { ++gave_up; };
    broker = std::make_unique<broker_system>(actors_, store_in_use(), tokens, config_, world);
    settle();
  }

  void stop() {
    broker.reset();
    settle();
  }

  /// As after kill -9: nothing is told, nothing is finished; only what is committed is left.
  void restart() {
    stop();
    start();
  }

  /// Lets everybody work until nobody has anything to do. Time stands still.
  void settle() {
    while (run_one()) {
    }
  }

  /// Runs at most so many steps, as if the broker were interrupted in the middle.
  void run_steps(unsigned steps) {
    while (steps-- > 0 && run_one()) {
    }
  }

  void pass(std::chrono::milliseconds time) {
    advance(time);
    settle();
  }

  /// Time passes, and whom it wakes has not woken yet.
  void advance(std::chrono::milliseconds time) {
    wall_ms += time.count();
    scheduler().advance_time(time);
  }

  // -- questions ------------------------------------------------------------------------------------------

  pending<created_job> create(new_job what) {
    return ask<created_job>([&](auto answer) { return create_request{std::move(what), answer}; });
  }

  /// A job that is certainly there.
  job_id job_for(const std::string& required_caps = "") {
    new_job what;
    what.command = "ping";
    what.payload = "payload";
    what.required = caps::from_list(required_caps);
    const auto made = create(std::move(what));
    REQUIRE(made.ok());
    return made->id;
  }

  static worker_facts worker(const std::string& id, const std::string& worker_caps = "",
                             const std::string& boot = "") {
    return {id, boot, "", caps::from_list(worker_caps)};
  }

  pending<std::optional<grant>> claim(worker_facts who, std::chrono::milliseconds wait = {},
                                      poll_id poll = {}) {
    return ask<std::optional<grant>>([&](auto answer) {
      return claim_request{std::move(who), wait, poll, answer};
    });
  }

  /// A claim that certainly gets a job.
  grant grant_to(worker_facts who) {
    const auto given = claim(std::move(who));
    REQUIRE(given.ok());
    REQUIRE(given->has_value());
    return **given;
  }

  static lease_proof proof_of(const grant& x) {
    return {x.document.head.lease_id, x.document.head.worker_id};
  }

  pending<finish_request::answer_type> finish(const job_id& id, lease_proof proof,
                                              const std::string& text = "result",
                                              finish_kind kind = finish_kind::result) {
    return ask<finish_request::answer_type>([&](auto answer) {
      return finish_request{id, std::move(proof), kind, text, answer};
    });
  }

  pending<renewal> renew(const job_id& id, lease_proof proof) {
    return ask<renewal>([&](auto answer) { return renew_request{id, std::move(proof), answer}; });
  }

  pending<done> release(const job_id& id, lease_proof proof) {
    return ask<done>([&](auto answer) { return release_request{id, std::move(proof), answer}; });
  }

  pending<progress_request::answer_type> progress(const job_id& id, lease_proof proof,
                                                  std::vector<progress_entry> entries) {
    return ask<progress_request::answer_type>([&](auto answer) {
      return progress_request{id, std::move(proof), std::move(entries), answer};
    });
  }

  pending<job> cancel(const job_id& id) {
    return ask<job>([&](auto answer) { return cancel_request{id, answer}; });
  }

  pending<job> retry(const job_id& id) {
    return ask<job>([&](auto answer) { return retry_request{id, answer}; });
  }

  pending<bool> watch(const job_id& id, uint64_t after, std::chrono::milliseconds wait, poll_id poll = {}) {
    return ask<bool>([&](auto answer) {
      return watch_request{id, after, wait, poll, answer};
    });
  }

  pending<access_token> create_token(access_token wanted) {
    return ask<access_token>([&](auto answer) {
      return token_create_request{std::move(wanted), "", answer};
    });
  }

  pending<access_token> revoke_token(const std::string& kid) {
    return ask<access_token>([&](auto answer) { return token_revoke_request{kid, "", answer}; });
  }

  queue_facts figures() {
    return *ask<queue_facts>([](auto answer) { return queue_question{answer}; });
  }

  std::vector<worker_snapshot> workers() {
    return *ask<std::vector<worker_snapshot>>([](auto answer) { return workers_question{answer}; });
  }

  pending<worker_snapshot> drain(const std::string& worker_id, bool draining) {
    return ask<worker_snapshot>([&](auto answer) {
      return drain_request{worker_id, draining, answer};
    });
  }

  standing standing_of(const job_id& id) {
    const auto x = record(id);
    return *ask<standing>([&](auto answer) {
      return standing_question{id, x.required, x.priority, answer};
    });
  }

  pending<done> shut_down() {
    return ask<done>([](auto answer) { return shutdown_request{answer}; });
  }

  job record(const job_id& id) const { return **store.find(id).operator->(); }
  std::string text(const job_id& id, job_text kind) const {
    return store.text(id, kind).operator->()->value_or("");
  }

  caf::scheduler::test_coordinator& scheduler() {
    return dynamic_cast<caf::scheduler::test_coordinator&>(actors_.scheduler());
  }

  caf::actor_system& actors() { return actors_; }
  std::shared_ptr<actor_roster> roster() const { return actor_config_.roster; }

  memory_job_store store;
  memory_token_store tokens;
  job_store* instead_of_store = nullptr; ///< what the next start uses
  std::unique_ptr<broker_system> broker;
  int64_t wall_ms = 1'700'000'000'000;
  unsigned gave_up = 0;
  std::mt19937_64 random;
  uint64_t draws_left = std::numeric_limits<uint64_t>::max(); ///< random numbers, before it throws
  bool settles = true; ///< false: the test runs the steps itself
  std::optional<std::mt19937_64> order; ///< by which it is chosen who goes next; none: who came first

private:
  /// Somebody who has something to do deals with one message. @returns false when nobody has
  bool run_one() {
    auto& ready = scheduler().jobs;
    if (order && ready.size() > 1)
      std::swap(ready.front(), ready[(*order)() % ready.size()]);
    return scheduler().try_run_once();
  }

  template <class T, class Make>
  pending<T> ask(Make make) {
    pending<T> answer;
    broker->ask(make(answer.promise()));
    if (settles)
      settle();
    return answer;
  }

  job_store& store_in_use() { return instead_of_store ? *instead_of_store : store; }

  broker_system_config config_;
  still_config actor_config_;
  caf::actor_system actors_;
};

} // namespace claw
