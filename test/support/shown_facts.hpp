#pragma once
// What actors show while they block, out of a roster, as words.

#include "actors/shared/actor_roster.hpp"

#include <string>
#include <vector>

namespace claw {

/// @returns for each actor of this kind `name=value` words
inline std::vector<std::string> facts_in(const actor_roster& roster, const std::string& kind) {
  uint64_t left_out = 0;
  std::vector<std::string> all;
  for (const auto& x : roster.accounts(actor_roster::time_point::max(), left_out)) {
    if (x.name != kind)
      continue;
    std::string words;
    for (const auto& fact : x.facts) {
      words += (words.empty() ? "" : " ") + fact.name + "=";
      if (const auto* text = std::get_if<std::string>(&fact.value))
        words += *text;
      else if (const auto* count = std::get_if<int64_t>(&fact.value))
        words += std::to_string(*count);
      else
        words += std::get<bool>(fact.value) ? "true" : "false";
    }
    all.push_back(std::move(words));
  }
  return all;
}

} // namespace claw
