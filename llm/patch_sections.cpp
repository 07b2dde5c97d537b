#include "llm/patch_sections.hpp"

#include "llm/text_cut.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace claw {
namespace {

constexpr std::string_view section_mark = "diff --git ";

std::string_view take_line(std::string_view& rest) {
  const auto line = first_line(rest);
  rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  return line;
}

/// `@@ -1,2 +3,4 @@` -> 3
std::optional<std::size_t> new_start(std::string_view line) {
  if (!line.starts_with("@@ -"))
    return std::nullopt;
  const auto plus = line.find(" +");
  std::size_t number = 0;
  if (plus == line.npos || std::from_chars(line.data() + plus + 2, line.data() + line.size(), number).ec != std::errc{})
    return std::nullopt;
  return number;
}

} // namespace

bool names_submodule_commits(std::string_view section) {
  constexpr std::string_view said = "Subproject commit ";
  constexpr std::string_view digits = "0123456789abcdef";
  bool in_hunk = false;
  bool is_submodule = false;
  while (!section.empty()) {
    const auto line = take_line(section);
    if (!in_hunk)
      is_submodule |= line.ends_with(" 160000");
    else if (line.size() < 2 || (line[0] != '+' && line[0] != '-') || !line.substr(1).starts_with(said)
             || line.find_first_not_of(digits, 1 + said.size()) != line.npos)
      return false;
    in_hunk |= new_start(line).has_value();
  }
  return is_submodule && in_hunk;
}

std::string patch_header(std::string_view path) {
  std::string result(section_mark);
  result.append("a/").append(path).append(" b/").append(path);
  return result;
}

bool is_plain_path(std::string_view path) {
  return is_utf8(path) && !has_control_character(path) && path.find_first_of("\"\\") == path.npos;
}

std::string_view first_line(std::string_view text) {
  return text.substr(0, text.find('\n'));
}

std::string_view next_section(std::string_view& rest) {
  auto from = std::size_t{0};
  for (;;) {
    const auto next = rest.find('\n', from);
    if (next == rest.npos || next + 1 >= rest.size()) {
      from = rest.size();
      break;
    }
    from = next + 1;
    if (rest.substr(from).starts_with(section_mark))
      break;
  }
  const auto section = rest.substr(0, from);
  rest.remove_prefix(from);
  return section;
}

bool check_new_lines(std::string_view section,
                     const std::function<bool(std::size_t number, std::string_view text)>& check) {
  bool in_hunk = false;
  std::size_t number = 0;
  while (!section.empty()) {
    const auto line = take_line(section);
    if (const auto start = new_start(line)) {
      in_hunk = true;
      number = *start;
    } else if (in_hunk && !line.empty() && (line.front() == '+' || line.front() == ' ')) {
      if (!check(number++, line.substr(1)))
        return false;
    }
  }
  return true;
}

} // namespace claw
