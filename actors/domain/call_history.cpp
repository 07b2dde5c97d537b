#include "actors/domain/call_history.hpp"

#include "actors/domain/error.hpp"

#include <cstddef>

namespace claw {

std::string call_key(std::string_view name, std::string_view checked_arguments_json) {
  std::string key{name};
  key += ' ';
  key += checked_arguments_json;
  return key;
}

bool is_repeatable(std::string_view name) {
  return name != "plan_echo" && name != "approve_echo";
}

const call_history::entry* call_history::find(const std::string& key) const {
  const auto i = entries_.find(key);
  return i == entries_.end() ? nullptr : &i->second;
}

void call_history::ran(const std::string& key, uint32_t step, const tool_result& result) {
  order_.push_back(key);
  auto& known = entries_[key];
  if (known.times++ == 0) {
    known.first_step = step;
    known.result = result;
  }
}

uint32_t call_history::repeated(const std::string& key) {
  const auto i = entries_.find(key);
  CLAW_ASSERT(i != entries_.end());
  order_.push_back(key);
  return ++i->second.times;
}

bool call_history::alternates() const {
  constexpr std::size_t seen = 6;
  if (order_.size() < seen)
    return false;
  const auto last = order_.end() - seen;
  if (last[0] == last[1])
    return false;
  for (std::size_t i = 2; i < seen; ++i)
    if (last[static_cast<std::ptrdiff_t>(i)] != last[static_cast<std::ptrdiff_t>(i - 2)])
      return false;
  return true;
}

uint32_t call_history::failed(std::string_view name, std::string_view error) {
  return ++errors_[call_key(name, error)];
}

} // namespace claw
