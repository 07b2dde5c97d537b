#pragma once
// What `openclaw doctor` finds: a line for each thing that was looked at, with what to change where it is not good.

#include "actors/domain/redaction.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace claw {

enum class verdict : uint8_t {
  good,
  warning, ///< it works, less well than it could
  bad,
  skipped, ///< it could not be looked at, because of something above it
};

struct finding {
  std::string name; ///< short and fixed, for scripts: `broker`, `llm tools`, ...
  verdict what = verdict::good;
  std::string found;  ///< for people
  std::string advice; ///< what to change: a variable or a server's flag; "" where nothing is
};

/// Collects findings and tells each one as soon as it is there.
class findings {
public:
  using listener = std::function<void(const finding&)>;
  findings(redactor rules, listener tell) : rules_(std::move(rules)), tell_(std::move(tell)) {}

  void good(std::string name, std::string found);
  void warn(std::string name, std::string found, std::string advice);
  void bad(std::string name, std::string found, std::string advice);
  void skip(std::string name, std::string why);

  const std::vector<finding>& all() const noexcept { return all_; }
  bool any_bad() const;

private:
  void add(finding x);

  redactor rules_;
  listener tell_;
  std::vector<finding> all_;
};

/// `ok    broker: ...` and, where there is one, a second line with the advice.
std::string finding_text(const finding& x);

/// `{"ok": ..., "findings": [{"name", "verdict", "found", "advice"}]}`
std::string findings_json(const std::vector<finding>& all);

} // namespace claw
