#include "actors/runner/chat_actor.hpp"

#include "actors/protocol/endpoint_messages.hpp"
#include "actors/runner/post.hpp"
#include "actors/shared/guard.hpp"

#include <utility>

namespace claw {

namespace {

using chat = observed<chat_state>;

void show(chat* self, const chat_order& order, bool has_turn) {
  self->show({{"job_id", order.job_id}, counted("request", order.request), {"has_turn", has_turn}});
}

void ask(chat* self, const run_config& config, const chat_order& order,
         const caf::actor_addr& parent) {
  show(self, order, true);
  auto what = config.model->complete(order.what, order.stop, [&](const chat_progress& x) {
    post(parent, chat_heard{order.request, x});
  });
  if (config.endpoint)
    self->send(config.endpoint, turn_over{what.failure.kind, what.failure.why});
  post(parent, chat_ended{order.request, std::move(what)});
  self->quit();
}

/// An endpoint that is known not to answer is not asked; it may be up again when the loop tries next.
void give_up(chat* self, const chat_order& order, const caf::actor_addr& parent, std::string why) {
  chat_failure x;
  x.kind = chat_error::loading;
  x.why = std::move(why);
  post(parent, chat_ended{order.request, {std::nullopt, std::move(x)}});
  self->quit();
}

} // namespace

caf::behavior chat_actor(chat* self, run_config_ptr config, chat_order order,
                         caf::actor_addr parent) {
  guard(self);
  caf::anon_send(self, begin_atom::value);
  return {
      [=](begin_atom) {
        if (!config->endpoint)
          return ask(self, *config, order, parent);
        show(self, order, false);
        self->request(config->endpoint, caf::infinite, turn_wanted{})
            .then(
                [=](const turn_answer& x) {
                  if (x.what)
                    ask(self, *config, order, parent);
                  else
                    give_up(self, order, parent, x.what.error().why);
                },
                [=](const caf::error&) { give_up(self, order, parent, "the endpoint is gone"); });
      },
      [=](const turn_waits&) {
        post(parent, chat_heard{order.request, {chat_progress::kind::waiting, {}, 0}});
      },
  };
}

} // namespace claw
