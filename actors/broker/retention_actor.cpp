#include "actors/broker/retention_actor.hpp"

#include "actors/broker/audit_log.hpp"
#include "actors/domain/limits.hpp"
#include "actors/domain/log_value.hpp"
#include "actors/shared/guard.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace claw {

namespace {

constexpr std::chrono::milliseconds between_pages{50};
constexpr std::chrono::milliseconds between_batches{100};

/// What room jobs took shows when LMDB has let them go, which takes some tens of milliseconds.
constexpr std::chrono::milliseconds before_room_shows{500};

} // namespace

caf::behavior retention_actor(observed<retention_state>* self, job_surroundings_ptr around,
                              retention_config config, caf::actor queue) {
  guard(self);
  CLAW_ASSERT(config.limits.any());
  auto& state = self->state;
  state.around = std::move(around);
  state.config = config;
  state.queue = std::move(queue);
  return state.behavior();
}

caf::behavior retention_state::behavior() {
  log_retention(config.limits, config.dry_run);
  pause(config.every);
  return {
      [this](const alarm_rang& x) { on_alarm(x); },
      [this](const prune_answer& x) { on_answer(x); },
  };
}

actor_facts retention_state::facts() const {
  return {{"walks", round.has_value()}, {"dry_run", config.dry_run}, counted("pruned", pruned), counted("kept", kept)};
}

void retention_state::pause(std::chrono::milliseconds x) {
  due = self->clock().now() + x;
  timer.set(self, due);
}

void retention_state::on_alarm(const alarm_rang& x) {
  timer.rang(x);
  if (self->clock().now() < due)
    timer.set(self, due);
  else if (!round)
    begin_round();
  else
    go_on();
}

void retention_state::begin_round() {
  round.emplace(config.limits, around->world.wall_ms() / 1'000);
  seen.reset();
  by_size = false;
  pruned = kept = 0;
  if (measure())
    go_on();
  else
    end_round();
}

/// @returns false when the store cannot be read
bool retention_state::measure() {
  const auto x = around->reader->usage();
  if (x)
    round->measure({x->jobs, x->jobs - std::min(x->jobs, x->open_jobs), x->job_bytes, x->takes_new_jobs});
  else
    log_retention_failed(x.error());
  return x.ok();
}

void retention_state::go_on() {
  if (by_size && !config.dry_run && !measure()) {
    end_round();
    return;
  }
  const auto page = around->reader->oldest(seen, limits::page_jobs_max);
  if (!page) {
    log_retention_failed(page.error());
    end_round();
    return;
  }
  auto chosen = round->choose(page->jobs);
  seen = chosen.whole ? page->next : chosen.last;
  at_end = chosen.whole && !page->next;
  enough = chosen.over;
  by_size = std::any_of(chosen.doomed.begin(), chosen.doomed.end(),
                        [](const doomed_job& each) { return each.why == prune_reason::size; });
  if (!chosen.doomed.empty())
    caf::anon_send(queue, prune_request{std::move(chosen.doomed), config.dry_run, self});
  else if (at_end || enough)
    end_round();
  else
    pause(between_pages);
}

void retention_state::on_answer(const prune_answer& x) {
  pruned += x.gone.size();
  kept += x.kept;
  round->gone(x.gone.size());
  tell_of(x);
  if (x.trouble.code != ec::none) {
    if (x.trouble.code != ec::unavailable) // the broker goes down
      log_retention_failed(x.trouble);
    end_round();
    return;
  }
  const bool look_again = x.kept > 0 || (by_size && !config.dry_run); // others in their place; there may be enough room
  if (at_end || (enough && !look_again))
    end_round();
  else
    pause(by_size ? before_room_shows : between_batches);
}

void retention_state::tell_of(const prune_answer& x) {
  if (!config.dry_run)
    return; // the store has
  for (const auto& each : x.gone)
    if (told.size() < limits::would_be_pruned_lines_max && told.insert(each.id).second)
      log_pruned("job_would_be_pruned", each);
}

void retention_state::end_round() {
  round.reset();
  if (pruned + kept > 0)
    log_retention_round(pruned, kept, config.dry_run);
  pause(config.every);
}

} // namespace claw
