#pragma once
// A long answer as messages that Discord takes. A code block that does not fit into one message is closed at its end
// and opened again in the next; what is put in for that counts like any other character.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace claw {

/// @source Discord API reference, "Create Message": 2,000 characters. Counted here in UTF-16 units, the stricter way.
inline constexpr std::size_t message_units_max = 2'000;

struct message_chunk {
  std::string text;
  std::size_t opened_bytes = 0; ///< how much of its beginning is the opening of a block that was closed before
  std::size_t closed_bytes = 0; ///< how much of its end is the closing of a block that goes on

  /// What stands in the text that was cut.
  std::string_view own() const {
    return std::string_view{text}.substr(opened_bytes, text.size() - opened_bytes - closed_bytes);
  }
};

/// Cuts at line ends, else at blanks, else between characters. The `own` parts one after the other are the text;
/// chunks of nothing but blanks and fences are left out, since they cannot be sent.
/// @param text valid UTF-8
std::vector<message_chunk> message_chunks(std::string_view text, std::size_t units_max = message_units_max);

} // namespace claw
