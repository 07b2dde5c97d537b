#pragma once
// A client's own token, as the broker keeps it: everything about it but its secret. Tokens look like
// `oc0123456789abcd.<64 hexadecimal digits>`: the part before the dot, the kid, names the token and is no secret; what
// is behind it is 256 unpredictable bits. Pure: the caller brings time, randomness and the digest.

#include "actors/domain/caps.hpp"
#include "actors/domain/error.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace claw {

/// What the holder of a token may do; the table is net/api_routes.cpp.
enum class token_role : uint8_t {
  bot,    ///< creates jobs, and sees and ends those that its principal created
  worker, ///< claims jobs, and speaks for those that its principal holds
  admin,  ///< everything that producers can do, to everybody's jobs; tokens and workers
  reader, ///< sees everything and changes nothing
};

/// The wire's `role`: bot, worker, admin, read-only.
std::string_view to_string(token_role x);
std::optional<token_role> parse_token_role(std::string_view text);

/// The name under which everybody acts who holds one of the shared tokens (BOT_TOKEN, WORKER_TOKEN, ADMIN_TOKEN).
/// Inside, the shared principal is "".
inline constexpr std::string_view shared_principal_name = "legacy";

/// SHA-256 of the whole token.
using token_digest = std::array<unsigned char, 32>;

struct access_token {
  std::string kid;
  token_digest digest{};
  token_role role = token_role::reader;
  std::string principal;           ///< whose it is; a principal has one role and, for rotation, up to two tokens
  std::string worker_id;           ///< the only worker it may speak for; "" for any. Workers' tokens only
  std::optional<claw::caps> caps;  ///< the most its worker may claim with; none: any. Workers' tokens only
  int64_t created_s = 0;           ///< wall seconds since the Unix epoch
  std::optional<int64_t> expires_s; ///< good for nothing from then on

  friend bool operator==(const access_token&, const access_token&) = default;
};

inline bool is_expired(const access_token& x, int64_t now_s) {
  return x.expires_s && *x.expires_s <= now_s;
}

inline constexpr std::size_t token_text_bytes = 16 + 1 + 64; ///< kid, dot, secret

/// A new token's text. @param random 64 unpredictable bits a call
std::string new_token_text(const std::function<uint64_t()>& random);

/// The kid of a text that has the form of a token; nothing for other texts.
std::optional<std::string_view> kid_of(std::string_view token);

/// True for a text that may be a kid.
bool is_kid(std::string_view text);

/// May this token be added to those that are there? Errors: `bad_shape` (a field is not acceptable), `refused` (the
/// principal has another role, or two tokens that have not expired, or there are `limits::tokens_max` tokens).
outcome<done> admit_token(const std::vector<access_token>& present, const access_token& wanted,
                          int64_t now_s);

} // namespace claw
