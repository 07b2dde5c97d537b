#include "actors/shared/supervisor_actor.hpp"

#include "actors/shared/guard.hpp"

#include <algorithm>
#include <utility>

namespace claw {

namespace {

/// From the supervisor to itself.
using restart = caf::atom_constant<caf::atom("restart")>;

} // namespace

caf::behavior supervisor_actor(observed<supervisor_state>* self,
                               supervisor_config config, std::vector<caf::actor> children) {
  guard(self);
  self->set_down_handler([self](const caf::down_msg& x) { self->state.on_down(x); });
  self->set_exit_handler([self](const caf::exit_msg& x) { self->state.on_exit(x); });
  self->state.config = std::move(config);
  self->state.children = std::move(children);
  return self->state.behavior();
}

caf::behavior supervisor_state::behavior() {
  watch();
  return {
      [this](restart) { on_restart(); },
  };
}

actor_facts supervisor_state::facts() const {
  static constexpr const char* names[] = {"running", "clearing", "pausing", "ending"};
  return {{"phase", std::string{names[static_cast<std::size_t>(now_in)]}}, counted("restarts", restarts.size())};
}

void supervisor_state::watch() {
  for (const auto& child : children) {
    self->monitor(child);
    self->adopt(child);
  }
}

void supervisor_state::on_down(const caf::down_msg& x) {
  std::erase_if(children, [&](const caf::actor& child) { return child.address() == x.source; });
  if (now_in == phase::running) {
    spdlog::error("event=group_crashed why={}", log_value(self->system().render(x.reason)));
    now_in = phase::clearing;
    config.on_crash();
    for (const auto& child : children)
      caf::anon_send_exit(child, caf::exit_reason::kill);
  }
  if (now_in == phase::ending)
    end_last();
  else if (children.empty())
    plan_restart();
}

void supervisor_state::on_exit(const caf::exit_msg&) {
  if (now_in == phase::ending)
    return;
  now_in = phase::ending;
  myself = self;
  end_last();
}

void supervisor_state::end_last() {
  if (children.empty())
    self->quit();
  else
    caf::anon_send_exit(children.back(), caf::exit_reason::user_shutdown);
}

void supervisor_state::plan_restart() {
  const auto now = self->clock().now();
  while (!restarts.empty() && now - restarts.front() > config.window)
    restarts.pop_front();
  if (restarts.size() >= config.restarts_max) {
    spdlog::critical("event=supervisor_gave_up restarts={}", restarts.size());
    config.on_give_up();
    self->quit();
    return;
  }
  now_in = phase::pausing;
  self->delayed_send(self, config.pause_min * (1 << restarts.size()), restart::value);
  restarts.push_back(now);
}

void supervisor_state::on_restart() {
  if (now_in != phase::pausing)
    return; // told to exit meanwhile
  spdlog::warn("event=group_restarted restarts={}", restarts.size());
  now_in = phase::running;
  children = config.start();
  watch();
}

} // namespace claw
