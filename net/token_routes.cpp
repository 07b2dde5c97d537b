// The routes of admins: the clients' own tokens. A secret exists here only between its making and its one answer.

#include "net/api_bodies.hpp"
#include "net/api_codec.hpp"
#include "net/bounded_json.hpp"
#include "net/broker_http.hpp"
#include "net/http_text.hpp"

namespace claw {

namespace {

constexpr const char* refused_but_kept
    = "the token is refused from now on, but the store could not forget it: it would be good again after a restart. "
      "Free disk space and revoke it once more";

/// Before anything is on disk: whoever has stolen a token is out at once.
void turn_away(api_scope& scope, const token_registry::entry& x) {
  const auto who = x.caller;
  const auto side = who->kind == caller_kind::worker ? api_side::workers : api_side::producers;
  scope.tokens.bar(who->kid);
  scope.created.erase({who->kind, who->kid});
  scope.held.evict(who->kid, failure_reply(bad_token(side)));
}

} // namespace

void list_tokens(api_scope& scope, const api_call& call) {
  auto list = nlohmann::json::array();
  const auto now_s = scope.options.wall_s();
  for (const auto& [kid, x] : scope.tokens.entries())
    list.push_back(token_object(x.token, x.barred                     ? "revoked"
                                         : is_expired(x.token, now_s) ? "expired"
                                                                      : "active"));
  call.from->answer(json_reply(json_text({{"tokens", std::move(list)}})));
}

void create_token(api_scope& scope, api_call call) {
  auto wanted = parse_new_token(call.body);
  if (!wanted)
    return call.from->answer(failure_reply(wanted.error()));
  const auto text = new_token_text(scope.options.random);
  wanted->kid = *kid_of(text);
  wanted->digest = sha256(text);
  auto heard = [&scope, text](http_exchange& to, const outcome<access_token>& x) {
    if (!x)
      return to.answer(failure_reply(x.error()));
    scope.tokens.add(*x);
    auto body = token_object(*x, "active");
    body["token"] = text;
    to.answer(json_reply(json_text(body)));
  };
  scope.door.ask(token_create_request{std::move(*wanted), call.caller->kid,
                                      heard_by<access_token>(call.from, std::move(heard))});
}

void revoke_token(api_scope& scope, api_call call) {
  const auto known = scope.tokens.entries().find(call.name);
  if (known == scope.tokens.entries().end())
    return call.from->answer(failure_reply({ec::no_such_token, "token not found"}));
  turn_away(scope, known->second);
  auto heard = [&scope, kid = call.name](http_exchange& to, const outcome<access_token>& x) {
    if (x || x.error().code == ec::no_such_token)
      scope.tokens.remove(kid);
    if (!x && (x.error().code == ec::store_full || x.error().code == ec::store_broken))
      return to.answer(error_reply(503, refused_but_kept));
    to.answer(x ? json_reply(json_text(token_object(*x, "revoked")))
                : failure_reply(x.error()));
  };
  scope.door.ask(token_revoke_request{call.name, call.caller->kid,
                                      heard_by<access_token>(call.from, std::move(heard))});
}

} // namespace claw
