#include "actors/broker/broker_system.hpp"

#include "actors/broker/job_queue_actor.hpp"
#include "actors/broker/job_store_actor.hpp"
#include "actors/broker/retention_actor.hpp"
#include "actors/broker/token_actor.hpp"
#include "actors/shared/supervisor_actor.hpp"

#include <future>
#include <mutex>
#include <utility>

namespace claw {

/// The way to the present queue. While there is none, a question is dropped here, which answers it `unavailable`.
class broker_system::entrance {
public:
  void open(caf::actor queue) {
    const std::lock_guard lock{mutex_};
    queue_ = std::move(queue);
  }

  void close() { open(nullptr); }

  template <class T>
  void pass(T x) {
    if (auto queue = present())
      caf::anon_send(queue, std::move(x));
  }

private:
  caf::actor present() {
    const std::lock_guard lock{mutex_};
    return queue_;
  }

  std::mutex mutex_;
  caf::actor queue_;
};

namespace {

struct broker_actors {
  std::vector<caf::actor> all; ///< later ones use earlier ones
  caf::actor queue;
};

broker_actors start_actors(caf::actor_system& system, job_store& store, token_store& tokens,
                           const broker_system_config& config, const broker_world& world) {
  auto surroundings = std::make_shared<job_surroundings>();
  surroundings->store = config.detached
                            ? system.spawn<caf::detached>(job_store_actor, &store, world.pruned, world.on_kill_point)
                            : system.spawn(job_store_actor, &store, world.pruned, world.on_kill_point);
  surroundings->tokens = config.detached
                             ? system.spawn<caf::detached>(token_actor, &tokens, world.wall_ms)
                             : system.spawn(token_actor, &tokens, world.wall_ms);
  surroundings->reader = &store;
  surroundings->world = world;
  surroundings->lease_term = config.lease_term;
  const job_surroundings_ptr shared = surroundings;
  auto queue = system.spawn(job_queue_actor, shared, config);
  std::vector<caf::actor> all{surroundings->store, surroundings->tokens, queue};
  if (config.retention.limits.any())
    all.push_back(config.detached
                      ? system.spawn<caf::detached>(retention_actor, shared, config.retention, queue)
                      : system.spawn(retention_actor, shared, config.retention, queue));
  return {std::move(all), queue};
}

} // namespace

broker_system::broker_system(caf::actor_system& system, job_store& store, token_store& tokens,
                             broker_system_config config, broker_world world)
    : store_(store), detached_(config.detached), entrance_(std::make_shared<entrance>()),
      system_(system) {
  supervisor_config group;
  group.start = [&system, &store, &tokens, config, world, way = entrance_] {
    auto actors = start_actors(system, store, tokens, config, world);
    way->open(std::move(actors.queue));
    return std::move(actors.all);
  };
  group.on_crash = [way = entrance_] { way->close(); };
  group.on_give_up = world.on_give_up;
  auto first = group.start();
  supervisor_ = system.spawn(supervisor_actor, std::move(group), std::move(first));
}

broker_system::~broker_system() {
  entrance_->close();
  caf::anon_send_exit(supervisor_, caf::exit_reason::user_shutdown);
  if (detached_) {
    caf::scoped_actor waiter{system_};
    waiter->wait_for(supervisor_);
  }
}

bool broker_system::shutdown(std::chrono::milliseconds deadline) {
  auto finished = std::make_shared<std::promise<bool>>();
  auto future = finished->get_future();
  ask(shutdown_request{reply<done>{[finished](outcome<done> x) { finished->set_value(x.ok()); }}});
  return future.wait_for(deadline) == std::future_status::ready && future.get();
}

void broker_system::ask(create_request x) {
  entrance_->pass(std::move(x));
}
void broker_system::ask(claim_request x) {
  entrance_->pass(std::move(x));
}
void broker_system::ask(poll_closed x) {
  entrance_->pass(x);
}
void broker_system::ask(finish_request x) {
  entrance_->pass(std::move(x));
}
void broker_system::ask(renew_request x) {
  entrance_->pass(std::move(x));
}
void broker_system::ask(release_request x) {
  entrance_->pass(std::move(x));
}
void broker_system::ask(progress_request x) {
  entrance_->pass(std::move(x));
}
void broker_system::ask(worker_seen x) {
  entrance_->pass(std::move(x));
}
void broker_system::ask(cancel_request x) {
  entrance_->pass(std::move(x));
}
void broker_system::ask(retry_request x) {
  entrance_->pass(std::move(x));
}
void broker_system::ask(drain_request x) {
  entrance_->pass(std::move(x));
}
void broker_system::ask(standing_question x) {
  entrance_->pass(std::move(x));
}
void broker_system::ask(workers_question x) {
  entrance_->pass(std::move(x));
}
void broker_system::ask(queue_question x) {
  entrance_->pass(std::move(x));
}
void broker_system::ask(watch_request x) {
  entrance_->pass(std::move(x));
}
void broker_system::ask(token_create_request x) {
  entrance_->pass(std::move(x));
}
void broker_system::ask(token_revoke_request x) {
  entrance_->pass(std::move(x));
}
void broker_system::ask(shutdown_request x) {
  entrance_->pass(std::move(x));
}

} // namespace claw
