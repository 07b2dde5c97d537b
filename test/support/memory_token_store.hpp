#pragma once
// The port `token_store` in memory, for tests of whatever needs one. test/conformance holds it to the same suite as the
// store on disk. Changes can be told to fail.

#include "actors/ports/token_store.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace claw {

class memory_token_store final : public token_store {
public:
  std::optional<failure> trouble; ///< what every change answers, changing nothing

  outcome<std::vector<access_token>> load() const override {
    std::vector<access_token> all;
    for (const auto& [kid, x] : tokens_)
      all.push_back(x);
    return all;
  }

  outcome<done> put(const access_token& x) override {
    if (trouble)
      return *trouble;
    tokens_.insert_or_assign(x.kid, x);
    return done{};
  }

  outcome<done> erase(const std::string& kid) override {
    if (trouble)
      return *trouble;
    tokens_.erase(kid);
    return done{};
  }

private:
  std::map<std::string, access_token> tokens_;
};

} // namespace claw
