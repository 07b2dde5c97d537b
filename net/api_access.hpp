#pragma once
// Who may pass: the shared tokens and those of single clients, compared so that the time taken tells nothing of them.

#include "actors/domain/access_token.hpp"
#include "actors/domain/error.hpp"
#include "net/api_routes.hpp"
#include "net/http_exchange.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace claw {

token_digest sha256(std::string_view text);

/// Whoever sent a request, as his token says.
struct api_caller {
  caller_kind kind = caller_kind::stranger;
  std::string kid;       ///< "" for a shared token
  std::string principal; ///< "" for a shared token
  std::string worker_id; ///< the only one that he may speak for; "" for any
  std::optional<claw::caps> caps;   ///< the most that he may claim with; none: any
  std::optional<int64_t> expires_s; ///< wall seconds since the Unix epoch
};
using caller_ptr = std::shared_ptr<const api_caller>;

/// The tokens that the broker knows; of each only its SHA-256. One thread's: the HTTP server's.
class token_registry {
public:
  /// @param bot @param worker @param admin the shared tokens, "" where the broker was given none
  token_registry(std::string_view bot, std::string_view worker, std::string_view admin,
                 const std::vector<access_token>& own);

  void add(const access_token& x);

  /// From now on the token is good for nothing, though it is still listed.
  void bar(const std::string& kid);
  void remove(const std::string& kid);

  /// False when no client can have a token for this side: ADMIN_TOKEN is there to change that.
  bool serves(api_side side) const;

  /// Whose token this is. However many tokens there are and however much of one is right, it takes as long.
  /// @returns nullptr when it is none of this side, or is barred, or has expired
  caller_ptr identify(api_side side, std::string_view presented, int64_t now_s) const;

  /// Whether the token that somebody was identified by still lets him pass.
  bool is_good(const api_caller& x, int64_t now_s) const;

  struct entry {
    access_token token;
    caller_ptr caller;
    bool barred = false;
  };
  const std::map<std::string, entry>& entries() const noexcept { return entries_; } ///< by kid

private:
  struct shared_token {
    api_side side;
    std::optional<token_digest> digest; ///< none: the broker was not given it
    caller_ptr caller;
  };

  std::array<shared_token, 3> shared_;
  std::map<std::string, entry> entries_;
};

/// The token of a request: in X-Bot-Token or X-Worker-Token, by the route's side, else in `Authorization: Bearer`.
std::optional<std::string_view> presented_token(api_side side, const http_request& head);

/// Who asks for this route, if he may. Errors: `token_not_configured` and `bad_token` in the contract's words,
/// `forbidden`.
outcome<caller_ptr> admit_caller(const route_row& route, const token_registry& known,
                                 const http_request& head, int64_t now_s);

/// The answer to a token that is good for nothing, whichever of the reasons it is.
failure bad_token(api_side side);

/// The HTTP status of every kind of trouble.
unsigned http_status(ec code);

/// What the client is told: the contract's words where it has some, else the failure's own sentence.
std::string detail_for(const failure& x);

} // namespace claw
