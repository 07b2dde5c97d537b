#pragma once
// Characters that take no room where a text is shown. A secret with some of them in it is a secret to its reader still.
// @source Unicode 15, DerivedCoreProperties.txt: Default_Ignorable_Code_Point

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace claw {

/// Zero-width spaces and joiners, soft hyphens, direction marks, selectors, tags.
bool is_invisible(uint32_t code_point);

struct invisible_run {
  std::size_t begin = 0; ///< the size of the text where there is none
  std::size_t bytes = 0;
};

/// The first invisible characters of a text.
invisible_run next_invisible(std::string_view text);

/// What is left of a text without them.
std::string visible_part(std::string_view text);

} // namespace claw
