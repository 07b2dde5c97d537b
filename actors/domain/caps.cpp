#include "actors/domain/caps.hpp"

#include "actors/domain/ascii.hpp"

#include <algorithm>
#include <iterator>

namespace claw {

caps::caps(std::vector<std::string> names) {
  for (const auto& name : names)
    if (const auto kept = trimmed(name); !kept.empty())
      names_.emplace_back(kept);
  std::sort(names_.begin(), names_.end());
  names_.erase(std::unique(names_.begin(), names_.end()), names_.end());
}

caps caps::from_list(std::string_view comma_separated) {
  std::vector<std::string> names;
  while (!comma_separated.empty()) {
    const auto comma = comma_separated.find(',');
    names.emplace_back(comma_separated.substr(0, comma));
    comma_separated = comma == std::string_view::npos ? std::string_view{}
                                                      : comma_separated.substr(comma + 1);
  }
  return caps{std::move(names)};
}

bool caps::includes(const caps& required) const {
  return std::includes(names_.begin(), names_.end(), required.names_.begin(),
                       required.names_.end());
}

caps caps::missing_from(const caps& required) const {
  caps missing;
  std::set_difference(required.names_.begin(), required.names_.end(), names_.begin(), names_.end(),
                      std::back_inserter(missing.names_));
  return missing;
}

std::string to_string(const caps& x) {
  std::string text;
  for (const auto& name : x.names()) {
    if (!text.empty())
      text += ',';
    text += name;
  }
  return text;
}

bool is_model_cap(std::string_view name) {
  return name.starts_with("llm:");
}

} // namespace claw
