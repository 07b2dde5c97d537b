#pragma once
// Capabilities: what a worker says that it can do, and what a job says that it needs.

#include <string>
#include <string_view>
#include <vector>

namespace claw {

/// A sorted set of capability names such as `repo_tools` or `llm:vllm`. Names are trimmed and never empty.
class caps {
public:
  caps() = default;

  /// Trims every name, drops empty ones and repeats, sorts.
  explicit caps(std::vector<std::string> names);

  /// Reads a comma-separated list.
  static caps from_list(std::string_view comma_separated);

  bool empty() const noexcept { return names_.empty(); }
  std::size_t size() const noexcept { return names_.size(); }
  const std::vector<std::string>& names() const noexcept { return names_; }

  /// True when every name of `required` is here: a worker with these caps matches a job that requires those.
  bool includes(const caps& required) const;

  /// The names of `required` that are missing here.
  caps missing_from(const caps& required) const;

  friend auto operator<=>(const caps&, const caps&) = default;

private:
  std::vector<std::string> names_;
};

/// `a,b,c`
std::string to_string(const caps& x);

/// True for `llm:<name>`: the worker has a model that answers.
bool is_model_cap(std::string_view name);

} // namespace claw
