#include "actors/domain/table_fence.hpp"

#include "actors/domain/ascii.hpp"
#include "actors/domain/code_fence.hpp"

#include <algorithm>
#include <vector>

namespace claw {

namespace {

constexpr std::string_view mark = "```";

/// Each with its line break, where it has one.
std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.push_back(text.substr(0, end == std::string_view::npos ? text.size() : end + 1));
    text.remove_prefix(lines.back().size());
  }
  return lines;
}

bool is_row(std::string_view line) {
  return line.find('|') != std::string_view::npos && line.find(mark) == std::string_view::npos;
}

/// `|---|:-:|`
bool is_delimiter_row(std::string_view line) {
  return is_row(line) && line.find('-') != std::string_view::npos
         && trimmed(line).find_first_not_of("|:- \t") == std::string_view::npos;
}

void end_line(std::string& out) {
  if (!out.empty() && out.back() != '\n')
    out += '\n';
}

} // namespace

std::string with_fenced_tables(std::string_view text) {
  const auto lines = lines_of(text);
  std::string out;
  code_fence open;
  for (std::size_t i = 0; i < lines.size();) {
    const bool begins = !open.open() && i + 1 < lines.size() && is_row(lines[i]) && is_delimiter_row(lines[i + 1]);
    if (!begins) {
      const auto bare = lines[i].substr(0, lines[i].size() - (lines[i].ends_with('\n') ? 1 : 0));
      open = fence_after(open, bare);
      out += lines[i++];
      continue;
    }
    out += mark;
    out += '\n';
    for (; i < lines.size() && is_row(lines[i]); ++i)
      out += lines[i];
    end_line(out);
    out += mark;
    if (i < lines.size())
      out += '\n';
  }
  return out;
}

} // namespace claw
