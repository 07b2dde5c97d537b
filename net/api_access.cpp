#include "net/api_access.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

namespace claw {

sha256_digest sha256(std::string_view text) {
  sha256_digest x{};
  const auto ok = EVP_Digest(text.data(), text.size(), x.data(), nullptr, EVP_sha256(), nullptr);
  CLAW_ASSERT(ok == 1);
  return x;
}

token_check::token_check(std::string_view token) {
  if (!token.empty())
    digest_ = sha256(token);
}

bool token_check::matches(std::string_view presented) const {
  if (!digest_)
    return false;
  const auto other = sha256(presented);
  return CRYPTO_memcmp(digest_->data(), other.data(), other.size()) == 0;
}

std::string_view token_header(api_role role) {
  switch (role) {
  case api_role::bot:
    return "X-Bot-Token";
  case api_role::worker:
    return "X-Worker-Token";
  case api_role::nobody:
    break;
  }
  return {};
}

outcome<done> check_token(api_role role, const token_check& expected,
                          std::optional<std::string_view> presented) {
  if (role == api_role::nobody)
    return done{};
  const bool bot = role == api_role::bot;
  if (!expected.configured())
    return failure{ec::token_not_configured,
                   bot ? "BOT_TOKEN not configured" : "WORKER_TOKEN not configured"};
  if (!presented || !expected.matches(*presented))
    return failure{ec::bad_token, bot ? "bad bot token" : "bad worker token"};
  return done{};
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
