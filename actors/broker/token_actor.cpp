#include "actors/broker/token_actor.hpp"

#include "actors/broker/audit_log.hpp"
#include "actors/shared/guard.hpp"

#include <algorithm>
#include <utility>

namespace claw {

caf::behavior token_actor(observed<token_state>* self, token_store* store,
                          std::function<int64_t()> wall_ms) {
  guard(self);
  self->state.store = store;
  self->state.wall_ms = std::move(wall_ms);
  auto present = store->load();
  if (!present)
    throw std::runtime_error("the tokens cannot be read: " + present.error().why);
  self->state.present = *std::move(present);
  return self->state.behavior();
}

caf::behavior token_state::behavior() {
  return {
      [this](token_create_request& x) { on_create(x); },
      [this](const token_revoke_request& x) { on_revoke(x); },
  };
}

void token_state::on_create(token_create_request& x) {
  const auto now_s = wall_ms() / 1'000;
  auto good = admit_token(present, x.wanted, now_s);
  if (good) {
    x.wanted.created_s = now_s;
    good = store->put(x.wanted);
  }
  if (!good) {
    x.answer.answer(good.error());
    return;
  }
  present.push_back(x.wanted);
  log_token("token_created", x.wanted, x.by);
  x.answer.answer(std::move(x.wanted));
}

void token_state::on_revoke(const token_revoke_request& x) {
  const auto i = std::find_if(present.begin(), present.end(),
                              [&](const access_token& t) { return t.kid == x.kid; });
  if (i == present.end()) {
    x.answer.answer(failure{ec::no_such_token, "token not found"});
    return;
  }
  if (const auto gone = store->erase(x.kid); !gone) {
    log_token("token_not_forgotten", *i, x.by);
    x.answer.answer(gone.error());
    return;
  }
  auto token = std::move(*i);
  present.erase(i);
  log_token("token_revoked", token, x.by);
  x.answer.answer(std::move(token));
}

} // namespace claw
