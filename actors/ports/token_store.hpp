#pragma once
// What the broker needs from a store of its clients' tokens. `storage/` keeps them beside the jobs, `test/support` in
// memory; one conformance suite (test/conformance) holds both to this header. Secrets never come here.

#include "actors/domain/access_token.hpp"
#include "actors/domain/error.hpp"

#include <string>
#include <vector>

namespace claw {

/// One owner, one thread at a time. What is answered with done survives a kill and a power cut.
/// Errors: `store_full`, `store_broken`.
class token_store {
public:
  virtual ~token_store() = default;

  /// All tokens, by kid.
  virtual outcome<std::vector<access_token>> load() const = 0;

  /// Keeps a token, in the place of the one with its kid where there is one.
  virtual outcome<done> put(const access_token& x) = 0;

  /// Forgets a token; one that is not there is forgotten already.
  virtual outcome<done> erase(const std::string& kid) = 0;
};

} // namespace claw
