#pragma once
// Reading what somebody names or pipes in: it may be a device that never ends.

#include <cstddef>
#include <istream>
#include <optional>
#include <string>

namespace claw {

/// All that the stream holds; nothing where that is more than `bytes_max`, or cannot be read.
inline std::optional<std::string> read_at_most(std::istream& from, std::size_t bytes_max) {
  std::string text;
  char piece[16'384];
  while (from.read(piece, sizeof piece), from.gcount() > 0) {
    text.append(piece, static_cast<std::size_t>(from.gcount()));
    if (text.size() > bytes_max)
      return std::nullopt;
  }
  return from.bad() ? std::nullopt : std::optional{std::move(text)};
}

} // namespace claw
