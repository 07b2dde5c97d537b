#include "actors/domain/create_keys.hpp"

#include "actors/domain/limits.hpp"

#include <utility>

namespace claw {

namespace {

constexpr int64_t life_s = std::chrono::seconds{limits::create_key_life}.count();

} // namespace

std::optional<create_keys::entry> create_keys::find(const std::string& key, int64_t now_s) const {
  const auto i = entries_.find(key);
  if (i == entries_.end() || i->second.created_s + life_s <= now_s)
    return std::nullopt;
  return i->second;
}

void create_keys::add(const std::string& key, entry x) {
  const auto now_s = x.created_s;
  by_age_.emplace(x.created_s, key);
  entries_.insert_or_assign(key, std::move(x));
  while (!by_age_.empty() && by_age_.begin()->first + life_s <= now_s) {
    const auto old = entries_.find(by_age_.begin()->second);
    if (old != entries_.end() && old->second.created_s == by_age_.begin()->first)
      entries_.erase(old);
    by_age_.erase(by_age_.begin());
  }
}

void create_keys::forget(const std::string& key) {
  entries_.erase(key);
}

} // namespace claw
