#include "net/api_access.hpp"

#include "net/http_text.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>

namespace claw {

namespace {

bool same_digest(const token_digest& a, const token_digest& b) {
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

caller_kind kind_of(token_role x) {
  switch (x) {
  case token_role::bot:
    return caller_kind::bot;
  case token_role::worker:
    return caller_kind::worker;
  case token_role::admin:
    return caller_kind::admin;
  case token_role::reader:
    return caller_kind::reader;
  }
  return caller_kind::stranger;
}

api_side side_of(caller_kind x) {
  return x == caller_kind::worker || x == caller_kind::shared_worker ? api_side::workers
                                                                     : api_side::producers;
}

std::optional<token_digest> digest_of(std::string_view token) {
  return token.empty() ? std::nullopt : std::optional{sha256(token)};
}

struct context_closer {
  void operator()(EVP_MD_CTX* x) const { EVP_MD_CTX_free(x); }
};
using digest_context = std::unique_ptr<EVP_MD_CTX, context_closer>;

/// Kept for the next token: to find the algorithm takes several times as long as to hash one.
digest_context ready_context() {
  digest_context x{EVP_MD_CTX_new()};
  CLAW_ASSERT(x && EVP_DigestInit_ex(x.get(), EVP_sha256(), nullptr) == 1);
  return x;
}

caller_ptr shared_caller(caller_kind kind) {
  api_caller x;
  x.kind = kind;
  return std::make_shared<const api_caller>(std::move(x));
}

} // namespace

token_digest sha256(std::string_view text) {
  thread_local const auto context = ready_context();
  token_digest x{};
  CLAW_ASSERT(EVP_DigestInit_ex(context.get(), nullptr, nullptr) == 1
              && EVP_DigestUpdate(context.get(), text.data(), text.size()) == 1
              && EVP_DigestFinal_ex(context.get(), x.data(), nullptr) == 1);
  return x;
}

// -- token_registry

token_registry::token_registry(std::string_view bot, std::string_view worker,
                               std::string_view admin, const std::vector<access_token>& own)
    : shared_{{{api_side::producers, digest_of(bot), shared_caller(caller_kind::shared_bot)},
               {api_side::producers, digest_of(admin), shared_caller(caller_kind::admin)},
               {api_side::workers, digest_of(worker), shared_caller(caller_kind::shared_worker)}}} {
  for (const auto& x : own)
    add(x);
}

void token_registry::add(const access_token& x) {
  api_caller who{kind_of(x.role), x.kid, x.principal, x.worker_id, x.caps, x.expires_s};
  entries_.insert_or_assign(x.kid, entry{x, std::make_shared<const api_caller>(std::move(who))});
}

void token_registry::bar(const std::string& kid) {
  if (const auto i = entries_.find(kid); i != entries_.end())
    i->second.barred = true;
}

void token_registry::remove(const std::string& kid) {
  entries_.erase(kid);
}

bool token_registry::serves(api_side side) const {
  return std::any_of(shared_.begin(), shared_.end(),
                     [&](const auto& x) {
                       return x.side == side && x.digest && x.caller->kind != caller_kind::admin;
                     })
         || std::any_of(entries_.begin(), entries_.end(),
                        [&](const auto& x) { return side_of(x.second.caller->kind) == side; });
}

caller_ptr token_registry::identify(api_side side, std::string_view presented,
                                    int64_t now_s) const {
  const auto digest = sha256(presented);
  caller_ptr found;
  for (const auto& x : shared_) // all of them, whichever it is
    if (x.side == side && x.digest && same_digest(*x.digest, digest))
      found = x.caller;
  const auto kid = kid_of(presented);
  const auto i = kid ? entries_.find(std::string{*kid}) : entries_.end();
  const bool known = i != entries_.end();
  if (same_digest(known ? i->second.token.digest : token_digest{}, digest) && known
      && side_of(i->second.caller->kind) == side && !i->second.barred
      && !is_expired(i->second.token, now_s))
    found = i->second.caller;
  return found;
}

bool token_registry::is_good(const api_caller& x, int64_t now_s) const {
  if (x.kid.empty())
    return true; // a shared token, or none where none is wanted
  const auto i = entries_.find(x.kid);
  return i != entries_.end() && !i->second.barred && !is_expired(i->second.token, now_s);
}

// -- the requests

std::optional<std::string_view> presented_token(api_side side, const http_request& head) {
  if (const auto token
      = head.field(side == api_side::producers ? "X-Bot-Token" : "X-Worker-Token"))
    return token;
  constexpr std::string_view scheme = "Bearer ";
  const auto said = head.field("Authorization");
  if (!said || !same_name(said->substr(0, scheme.size()), scheme))
    return std::nullopt;
  const auto begin = said->find_first_not_of(' ', scheme.size());
  return begin == std::string_view::npos ? std::string_view{} : said->substr(begin);
}

failure bad_token(api_side side) {
  return {ec::bad_token, side == api_side::producers ? "bad bot token" : "bad worker token"};
}

outcome<caller_ptr> admit_caller(const route_row& route, const token_registry& known,
                                 const http_request& head, int64_t now_s) {
  const auto side = route.side();
  static const auto nobody = shared_caller(caller_kind::stranger);
  if (side == api_side::open)
    return nobody;
  const auto token = presented_token(side, head);
  auto who = token ? known.identify(side, *token, now_s) : nullptr;
  if (!who && !known.serves(side))
    return failure{ec::token_not_configured, side == api_side::producers
                                                 ? "BOT_TOKEN not configured"
                                                 : "WORKER_TOKEN not configured"};
  if (!who)
    return bad_token(side);
  if (!route.may.contains(who->kind))
    return failure{ec::forbidden, who->kind == caller_kind::reader
                                      ? "a read-only token cannot do this"
                                      : "this token's role cannot do this"};
  return who;
}

unsigned http_status(ec code) {
  switch (code) {
  case ec::none:
    return 200;
  case ec::bad_request:
  case ec::bad_json:
  case ec::bad_command:
  case ec::payload_too_large:
  case ec::requires_too_large:
  case ec::not_running:
    return 400;
  case ec::bad_token:
    return 401;
  case ec::forbidden:
    return 403;
  case ec::no_such_route:
  case ec::no_such_job:
  case ec::no_such_worker:
  case ec::no_such_token:
    return 404;
  case ec::wrong_method:
    return 405;
  case ec::lease_lost:
  case ec::not_failed:
  case ec::refused:
    return 409;
  case ec::body_too_large:
    return 413;
  case ec::bad_shape:
    return 422;
  case ec::rate_limited:
  case ec::queue_full:
    return 429;
  case ec::unavailable:
  case ec::store_full:
    return 503;
  case ec::token_not_configured:
  case ec::store_broken:
  case ec::unreachable:
  case ec::bad_reply:
  case ec::timed_out:
  case ec::cancelled:
  case ec::not_configured:
  case ec::bad_config:
  case ec::tool_refused:
  case ec::tool_failed:
  case ec::model_failed:
  case ec::io_failed:
    return 500;
  }
  return 500;
}

std::string detail_for(const failure& x) {
  switch (http_status(x.code)) {
  case 404:
    if (x.code == ec::no_such_job)
      return "job not found";
    break;
  case 409:
    if (x.code == ec::lease_lost)
      return "lease lost";
    break;
  case 429:
    return x.code == ec::queue_full ? "job queue limit reached" : "rate limit exceeded";
  case 503:
    if (x.code == ec::store_full)
      return "the broker's store is full";
    break;
  case 500:
    if (x.code != ec::token_not_configured)
      return "the broker has trouble with its machine"; // its own sentence may name paths
    break;
  default:
    break;
  }
  return x.why.empty() ? std::string{to_string(x.code)} : x.why;
}

} // namespace claw
