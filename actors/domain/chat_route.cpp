#include "actors/domain/chat_route.hpp"

#include "actors/domain/ascii.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace claw {

namespace {

constexpr std::string_view llm_prefix = "llm:";
/// These two may also stand without a colon and behind the text.
constexpr std::array<std::string_view, 2> house_names{"vllm", "jetson"};

bool is_blank_at(std::string_view text, std::size_t at) {
  return at < text.size() && ascii::blanks.find(text[at]) != std::string_view::npos;
}

/// Known names, the longest first, so that `gpu-2:` is not taken for `gpu`.
std::vector<std::string> known_names(const caps& known_caps) {
  std::vector<std::string> names{house_names.begin(), house_names.end()};
  for (const auto& cap : known_caps.names())
    if (cap.size() > llm_prefix.size() && cap.compare(0, llm_prefix.size(), llm_prefix) == 0)
      names.push_back(cap.substr(llm_prefix.size()));
  std::stable_sort(names.begin(), names.end(),
                   [](const auto& a, const auto& b) { return a.size() > b.size(); });
  return names;
}

} // namespace

routed_prompt route_prompt(std::string_view text, const caps& known_caps) {
  text = trimmed(text);
  const auto lower = in_lower_case(text);
  const auto routed = [](std::string_view prompt, const std::string& name) {
    return routed_prompt{std::string{trimmed(prompt)}, std::string{llm_prefix} + name};
  };
  for (const auto& name : known_names(known_caps))
    if (lower.compare(0, name.size() + 1, in_lower_case(name) + ':') == 0)
      return routed(text.substr(name.size() + 1), name);
  for (const auto name : house_names)
    if (lower.compare(0, name.size(), name) == 0
        && (lower.size() == name.size() || is_blank_at(lower, name.size())))
      return routed(text.substr(name.size()), std::string{name});
  for (const auto name : house_names) {
    const auto suffix = "preferred " + std::string{name};
    if (lower.size() < suffix.size()
        || lower.compare(lower.size() - suffix.size(), suffix.size(), suffix) != 0)
      continue;
    const auto before = lower.size() - suffix.size();
    if (before == 0 || is_blank_at(lower, before - 1))
      return routed(text.substr(0, before), std::string{name});
  }
  return {std::string{text}, ""};
}

} // namespace claw
