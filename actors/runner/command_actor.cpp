#include "actors/runner/command_actor.hpp"

#include "actors/runner/post.hpp"
#include "actors/shared/guard.hpp"

#include <utility>

namespace claw {

caf::behavior command_actor(observed<command_state>* self, run_config_ptr config,
                            command_order order, caf::actor_addr parent) {
  guard(self);
  caf::anon_send(self, begin_atom::value);
  return {
      [=](begin_atom) {
        self->show({{"job_id", order.job_id}, {"command", order.command}});
        auto result
            = config->commands->run(order.command, order.payload, order.deadline, order.stop);
        post(parent, command_ended{std::move(result)});
        self->quit();
      },
  };
}

} // namespace claw
