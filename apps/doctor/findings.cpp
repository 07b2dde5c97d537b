#include "apps/doctor/findings.hpp"

#include "actors/domain/log_value.hpp"
#include "llm/bounded_json.hpp"
#include "net/terminal_text.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace claw {

namespace {

std::string_view name_of(verdict x) {
  switch (x) {
  case verdict::good:
    return "ok";
  case verdict::warning:
    return "warning";
  case verdict::bad:
    return "bad";
  case verdict::skipped:
    return "skipped";
  }
  return "";
}

bool is_bad(const finding& x) {
  return x.what == verdict::bad;
}

} // namespace

void findings::good(std::string name, std::string found) {
  add({std::move(name), verdict::good, std::move(found), ""});
}

void findings::warn(std::string name, std::string found, std::string advice) {
  add({std::move(name), verdict::warning, std::move(found), std::move(advice)});
}

void findings::bad(std::string name, std::string found, std::string advice) {
  add({std::move(name), verdict::bad, std::move(found), std::move(advice)});
}

void findings::skip(std::string name, std::string why) {
  add({std::move(name), verdict::skipped, std::move(why), ""});
}

/// What servers say is a stranger's text: redacted, and without control characters.
void findings::add(finding x) {
  x.found = log_line(rules_.whole(x.found));
  x.advice = log_line(rules_.whole(x.advice));
  all_.push_back(std::move(x));
  tell_(all_.back());
}

bool findings::any_bad() const {
  return std::any_of(all_.begin(), all_.end(), is_bad);
}

std::string finding_text(const finding& x) {
  constexpr std::size_t column = 8;
  std::string out{name_of(x.what)};
  out.resize(std::max(out.size(), column), ' ');
  out += ' ' + x.name + ": " + x.found + '\n';
  if (!x.advice.empty())
    out += std::string(column, ' ') + " -> " + x.advice + '\n';
  return out;
}

std::string findings_json(const std::vector<finding>& all) {
  auto list = nlohmann::json::array();
  for (const auto& x : all)
    list.push_back({{"name", x.name}, {"verdict", name_of(x.what)}, {"found", x.found}, {"advice", x.advice}});
  return printable_json(
      json_text({{"ok", std::none_of(all.begin(), all.end(), is_bad)}, {"findings", std::move(list)}}));
}

} // namespace claw
