#pragma once
// Clients' tokens as tests of stores and doors need them.

#include "actors/domain/access_token.hpp"

#include <string>
#include <utility>

namespace claw {

inline access_token sample_token(token_role role, std::string principal,
                                 std::string kid = "oc00000000000001") {
  access_token x;
  x.kid = std::move(kid);
  x.role = role;
  x.principal = std::move(principal);
  return x;
}

/// Every field set, so that a lost one shows.
inline access_token full_token() {
  auto x = sample_token(token_role::worker, "jetson", "oc0123456789abcd");
  for (std::size_t i = 0; i < x.digest.size(); ++i)
    x.digest[i] = static_cast<unsigned char>(i * 8 + 7);
  x.worker_id = "jetson-1";
  x.caps = caps{{"llm:jetson", "repo_tools"}};
  x.created_s = 1'700'000'000;
  x.expires_s = 1'800'000'000;
  return x;
}

} // namespace claw
