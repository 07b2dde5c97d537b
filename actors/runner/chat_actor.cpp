#include "actors/runner/chat_actor.hpp"

#include "actors/runner/post.hpp"
#include "actors/shared/guard.hpp"

#include <utility>

namespace claw {

caf::behavior chat_actor(caf::stateful_actor<chat_state>* self, run_config_ptr config,
                         chat_order order, caf::actor_addr parent) {
  guard(self);
  caf::anon_send(self, begin_atom::value);
  return {
      [=](begin_atom) {
        auto what = config->model->complete(order.what, order.stop, [&](const chat_progress& x) {
          post(parent, chat_heard{order.request, x});
        });
        post(parent, chat_ended{order.request, std::move(what)});
        self->quit();
      },
  };
}

} // namespace claw
