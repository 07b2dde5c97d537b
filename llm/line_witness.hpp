#pragma once
// Looks lines of files up again through a scope. What another program found by names may have been moved under it; only
// what stands there as the kernel resolves it inside the repo is shown.

#include "llm/repo_scope.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace claw {

/// Cheap when it is asked file by file, with growing line numbers.
class line_witness {
public:
  /// What is larger counts as if it were not there.
  static constexpr std::size_t file_bytes_max = 32U << 20;

  /// @pre `repo` outlives this object
  explicit line_witness(const repo_scope& repo) : repo_(repo) {}

  /// Line `number`, counted from 1, without its line end; good until the next call.
  std::optional<std::string_view> line(const std::string& path, std::size_t number);

private:
  void open(const std::string& path);

  const repo_scope& repo_;
  std::string path_ = "/"; // no relative path
  std::string content_;
  std::string_view rest_, line_;
  std::size_t lines_ = 0;
};

} // namespace claw
