#pragma once
// A broker's door that knows the shared tokens and one of each role, for tests of who may do what.

#include "test/support/asked_api.hpp"
#include "test/support/sample_jobs.hpp"
#include "test/support/sample_tokens.hpp"

#include <string>

namespace claw {

/// The text of a token with this kid.
inline std::string token_text(const std::string& kid, char digit = '7') {
  return kid + "." + std::string(64, digit);
}

/// With the digest of `token_text(x.kid)`.
inline access_token with_digest(access_token x) {
  x.digest = sha256(token_text(x.kid));
  return x;
}

inline const std::string bot_kid = "oc000000000000b0";
inline const std::string other_bot_kid = "oc0000000000bb11";
inline const std::string reader_kid = "oc00000000000ead";
inline const std::string admin_kid = "oc00000000000ad0";
inline const std::string worker_kid = "oc00000000000e00";
inline const std::string bound_kid = "oc00000000000e01";

inline broker_http_options with_own_tokens() {
  auto x = asked_api::with_tokens();
  auto bound = sample_token(token_role::worker, "jetson", bound_kid);
  bound.worker_id = "jetson-1";
  bound.caps = caps{{"llm:jetson", "repo_tools"}};
  for (const auto& token : {sample_token(token_role::bot, "discord", bot_kid),
                            sample_token(token_role::bot, "other", other_bot_kid),
                            sample_token(token_role::reader, "board", reader_kid),
                            sample_token(token_role::admin, "me", admin_kid),
                            sample_token(token_role::worker, "wsl", worker_kid), bound})
    x.tokens.push_back(with_digest(token));
  return x;
}

/// A job of this principal in the store that the door reads from.
inline job_id job_owned_by(asked_api& door, const std::string& owner, uint64_t n = 1) {
  auto x = creation(n);
  x.after.owner = owner;
  door.broker.commit(x);
  return x.after.id;
}

} // namespace claw
