#pragma once
// The requests that came with clients' own tokens and are not answered yet, by token, so that those that are held can
// be ended when the token is revoked.

#include "net/http_exchange.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace claw {

/// One thread's: the HTTP server's.
class held_requests {
public:
  void add(const std::string& kid, const std::shared_ptr<http_exchange>& x) {
    auto& mine = by_kid_[kid];
    if (mine.all.size() >= mine.look_at) {
      std::erase_if(mine.all, [](const auto& old) { return old.expired(); });
      mine.look_at = std::max(look_at_least, 2 * mine.all.size());
    }
    mine.all.push_back(x);
  }

  /// Ends those of this token that are held; the others are worked on to their end.
  void evict(const std::string& kid, const http_reply& why) {
    const auto node = by_kid_.extract(kid);
    if (node.empty())
      return;
    for (const auto& x : node.mapped().all)
      if (const auto exchange = x.lock())
        exchange->evict(why);
  }

private:
  static constexpr std::size_t look_at_least = 64;

  struct requests {
    std::vector<std::weak_ptr<http_exchange>> all;
    std::size_t look_at = look_at_least; ///< with so many, those that are over are dropped
  };
  std::map<std::string, requests> by_kid_;
};

} // namespace claw
