#pragma once
// Who may pass: the two shared tokens, compared so that the time taken tells nothing about them.

#include "actors/domain/error.hpp"
#include "net/api_routes.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace claw {

using sha256_digest = std::array<unsigned char, 32>;
sha256_digest sha256(std::string_view text);

/// A token as it is kept: only its SHA-256.
class token_check {
public:
  /// @param token "" when the broker was given none
  explicit token_check(std::string_view token);

  bool configured() const noexcept { return digest_.has_value(); }
  bool matches(std::string_view presented) const;

private:
  std::optional<sha256_digest> digest_;
};

/// The header that carries a role's token.
std::string_view token_header(api_role role);

/// Errors: `token_not_configured`, `bad_token`, in the contract's words.
outcome<done> check_token(api_role role, const token_check& expected,
                          std::optional<std::string_view> presented);

/// The HTTP status of every kind of trouble.
unsigned http_status(ec code);

/// What the client is told: the contract's words where it has some, else the failure's own sentence.
std::string detail_for(const failure& x);

} // namespace claw
