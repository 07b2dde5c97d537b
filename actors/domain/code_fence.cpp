#include "actors/domain/code_fence.hpp"

#include "actors/domain/ascii.hpp"

#include <algorithm>

namespace claw {

namespace {

constexpr std::string_view inline_mark = "```";
constexpr std::size_t words_bytes_max = 32; ///< longer ones are not repeated when a block is opened again
constexpr std::size_t indent_bytes_max = 32;
constexpr std::size_t mark_bytes_max = 64;

/// Blanks and quote marks, and the mark of a list item where one stands.
std::size_t indent_of(std::string_view line) {
  const auto end = std::min(line.find_first_not_of(" \t>"), line.size());
  const auto rest = line.substr(end);
  if (rest.starts_with("- ") || rest.starts_with("* ") || rest.starts_with("+ "))
    return end + 2;
  const auto digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
  if (digits > 0 && digits < 4 && (rest.substr(digits).starts_with(". ") || rest.substr(digits).starts_with(") ")))
    return end + digits + 2;
  return end;
}

std::size_t run_of(std::string_view text, char c) {
  return std::min(text.find_first_not_of(c), text.size());
}

std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size()))
    ++count;
  return count;
}

/// A mark of a list must not begin a second item when the block is opened again.
std::string repeated_indent(std::string_view indent) {
  std::string out{indent};
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c != '>' && c != '\t'; }, ' ');
  return out;
}

} // namespace

code_fence fence_after(const code_fence& before, std::string_view line) {
  const auto indent = indent_of(line);
  const auto rest = line.substr(indent);
  const char c = rest.empty() ? '\0' : rest.front();
  const auto run = c == '`' || c == '~' ? run_of(rest, c) : 0;
  if (before.open()) {
    const bool closes = run >= before.mark.size() && c == before.mark.front() && trimmed(rest.substr(run)).empty();
    return closes ? code_fence{} : before;
  }
  const auto words = trimmed(rest.substr(std::min(run, rest.size())));
  const bool begins = run >= inline_mark.size() && run <= mark_bytes_max && indent <= indent_bytes_max;
  if (begins && (c == '~' || words.find('`') == std::string_view::npos))
    return {repeated_indent(line.substr(0, indent)), std::string(run, c),
            words.size() <= words_bytes_max ? std::string{words} : std::string{}};
  // Discord opens a block in the middle of a line, too.
  if (count_of(line, inline_mark) % 2 == 1)
    return {"", std::string{inline_mark}, ""};
  return {};
}

} // namespace claw
