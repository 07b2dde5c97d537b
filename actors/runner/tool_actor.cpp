#include "actors/runner/tool_actor.hpp"

#include "actors/runner/post.hpp"
#include "actors/shared/guard.hpp"

#include <utility>

namespace claw {

caf::behavior tool_actor(observed<tool_state>* self, tool_order order,
                         caf::actor_addr parent) {
  guard(self);
  caf::anon_send(self, begin_atom::value);
  return {
      [=](begin_atom) {
        const auto start = self->clock().now();
        const auto& call = order.what.call;
        self->show({{"job_id", order.job_id}, {"tool", call.name}, counted("step", order.step)});
        auto result
            = order.tools->run(call.name, call.arguments_json, order.what.deadline, order.stop);
        const auto took
            = std::chrono::duration_cast<std::chrono::milliseconds>(self->clock().now() - start);
        post(parent, tool_ended{order.step, order.index, std::move(result), took});
        self->quit();
      },
  };
}

} // namespace claw
