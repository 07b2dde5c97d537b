#include "actors/shared/inspection_actor.hpp"

#include "actors/shared/guard.hpp"

#include <algorithm>
#include <utility>

namespace claw {

void facts_inbox::put(facts_told x) {
  const std::lock_guard lock{mutex_};
  if (to_)
    caf::anon_send(to_, std::move(x));
}

void facts_inbox::close() {
  const std::lock_guard lock{mutex_};
  to_ = nullptr;
}

caf::behavior inspection_actor(observed<inspection_state>* self, inspection_config config) {
  guard(self);
  CLAW_ASSERT(config.roster && config.codec && config.wall_ms);
  self->state.config = std::move(config);
  self->state.inbox = std::make_shared<facts_inbox>(caf::actor{self});
  return self->state.behavior();
}

inspection_state::~inspection_state() {
  if (inbox)
    inbox->close();
}

caf::behavior inspection_state::behavior() {
  return {
      [this](inspect_atom, const std::string& text) { return on_question(text); },
      [this](facts_told& x) { on_facts(x); },
      [this](const gather_over& x) { on_over(x); },
  };
}

caf::result<std::string> inspection_state::on_question(const std::string& text) {
  const auto& codec = *config.codec;
  if (text.size() > inspection_limits::question_bytes_max)
    return codec.refusal({ec::body_too_large, "the question is too long"});
  const auto asked = codec.question(text);
  if (!asked)
    return codec.refusal(asked.error());
  if (gathers.size() >= inspection_limits::gathers_max)
    return codec.refusal({ec::unavailable, "too many questions at a time; ask again"});
  const auto now = self->clock().now();
  gather x;
  x.asked = *asked;
  x.answer.node = config.node;
  x.answer.now_ms = config.wall_ms();
  x.answer.events_seen = config.roster->events_seen();
  if (asked->what == inspection_question::kind::events) {
    x.answer.events = config.roster->events(asked->after, now);
    return codec.answer(x.asked, x.answer);
  }
  auto& all = x.answer.actors = config.roster->accounts(now, x.answer.left_out);
  if (asked->what == inspection_question::kind::actor) {
    std::erase_if(all, [&](const actor_account& a) { return a.id != asked->actor && a.parent != asked->actor; });
    if (std::none_of(all.begin(), all.end(), [&](const actor_account& a) { return a.id == asked->actor; }))
      return codec.refusal({ec::bad_request, "no actor " + std::to_string(asked->actor) + " lives here"});
  }
  const auto number = ++gathers_begun;
  ask_for_facts(number, x);
  if (x.missing.empty())
    return codec.answer(x.asked, x.answer);
  x.promise = self->make_response_promise();
  const auto promise = x.promise;
  gathers.emplace(number, std::move(x));
  self->delayed_send(self, inspection_limits::facts_wait, gather_over{number});
  return promise;
}

void inspection_state::ask_for_facts(uint64_t number, gather& x) const {
  for (auto& account : x.answer.actors) {
    const auto who = account.tells_facts ? config.roster->find(account.id) : nullptr;
    if (!who)
      continue;
    x.missing.insert(account.id);
    account.silent = true; // until it speaks
    const auto told = [number, id = account.id, to = inbox](outcome<actor_facts> facts) {
      to->put({number, id, facts ? *std::move(facts) : actor_facts{}});
    };
    // Urgent: before the messages that wait.
    caf::anon_send<caf::message_priority::high>(who, facts_question{reply<actor_facts>{told}});
  }
}

void inspection_state::on_facts(facts_told& x) {
  const auto i = gathers.find(x.gather);
  if (i == gathers.end() || i->second.missing.erase(x.of) == 0)
    return; // too late
  auto& all = i->second.answer.actors;
  const auto of = std::find_if(all.begin(), all.end(), [&](const actor_account& a) { return a.id == x.of; });
  of->silent = false;
  of->facts = std::move(x.facts);
  if (i->second.missing.empty()) {
    answer(i->second);
    gathers.erase(i);
  }
}

void inspection_state::on_over(const gather_over& x) {
  if (const auto i = gathers.find(x.gather); i != gathers.end()) {
    answer(i->second);
    gathers.erase(i);
  }
}

void inspection_state::answer(gather& x) const {
  x.promise.deliver(config.codec->answer(x.asked, x.answer));
}

} // namespace claw
