#pragma once
// Which lines of a Markdown text open and close a block of code. @source CommonMark 0.30, 4.5 "Fenced code blocks"

#include <string>
#include <string_view>

namespace claw {

/// An open block. Empty `mark`: none.
struct code_fence {
  std::string indent; ///< what stands before the mark: blanks and quote marks
  std::string mark;   ///< "```", "~~~~", ...
  std::string words;  ///< what stands behind it, such as the language

  bool open() const { return !mark.empty(); }
  std::string opening() const { return indent + mark + words + "\n"; }
  std::string closing() const { return indent + mark; }
};

/// The block that is open behind the line, when `before` was open in front of it.
/// @param line without its line break
code_fence fence_after(const code_fence& before, std::string_view line);

} // namespace claw
