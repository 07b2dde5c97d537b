// PEM private keys (RFC 7468), with line breaks or with the two characters `\n` that JSON texts
// show in their place.

#include "actors/domain/shape_scan.hpp"

#include <algorithm>

namespace claw {

namespace {

constexpr std::size_t line_bytes_max = 384;

bool is_base64(char c) {
  return is_alnum(c) || c == '+' || c == '/' || c == '=';
}

/// The end of the line with its break, counting a `\n` in letters as a break. @returns nothing when more must arrive
std::optional<std::size_t> line_end(const scan_window& x) {
  for (std::size_t at = 0; at < x.text.size() && at < line_bytes_max; ++at) {
    ++x.steps;
    if (x.text[at] == '\n')
      return at + 1;
    if (at > 0 && x.text[at - 1] == '\\' && (x.text[at] == 'n' || x.text[at] == 'r'))
      return at + 1;
  }
  if (x.text.size() >= line_bytes_max)
    return line_bytes_max - 64; // an END mark is not cut in two
  if (x.at_end)
    return x.text.size();
  return std::nullopt;
}

/// Part of a key: base64 (after a `file:line:` or a quotation mark, too), nothing, or a header of
/// an old PEM file.
bool is_key_line(std::string_view line) {
  const auto ends_line = [](char c) { return c == '\n' || c == '\r' || c == '"' || is_blank(c); };
  if (line.size() >= 2 && line[line.size() - 2] == '\\')
    line.remove_suffix(2);
  while (!line.empty() && ends_line(line.back()))
    line.remove_suffix(1);
  while (!line.empty() && (ends_line(line.front()) || line.front() == '>' || line.front() == '\''))
    line.remove_prefix(1);
  for (const std::string_view header : {"Proc-Type:", "DEK-Info:", "Version:", "Comment:"})
    if (line.find(header) != std::string_view::npos)
      return true;
  const auto last = std::find_if_not(line.rbegin(), line.rend(), is_base64);
  const auto run = static_cast<std::size_t>(last - line.rbegin());
  const bool whole_line = last == line.rend() || *last == ':' || *last == '-' || *last == '\\';
  return whole_line || run >= 40;
}

} // namespace

shape_verdict key_block_at(const scan_window& x) {
  const bool at_dashes = x.text.front() == '-' && x.context.before != '-';
  if (!at_dashes && !(x.text.front() == 'B' && x.context.before == '-'))
    return plain();
  const auto dashes = x.run_end(0, 64, [](char c) { return c == '-' || c == ' '; });
  if (!dashes)
    return incomplete();
  const auto begins = x.starts_with(*dashes, "BEGIN ");
  if (!begins)
    return incomplete();
  if (!*begins || (at_dashes && *dashes < 4))
    return plain();
  const auto label
      = x.run_end(*dashes, 80, [](char c) { return is_upper(c) || is_digit(c) || c == ' '; });
  if (!label)
    return incomplete();
  if (x.text.substr(*dashes, *label - *dashes).find("PRIVATE KEY") == std::string_view::npos)
    return plain();
  const auto closing = x.run_end(*label, 8, [](char c) { return c == '-'; });
  if (!closing)
    return incomplete();
  if (*closing - *label < 4)
    return plain();
  return secret(0, *closing, shape_context::phase::key_block);
}

shape_verdict key_block_line(const scan_window& x) {
  const auto end = line_end(x);
  if (!end)
    return incomplete();
  const auto line = x.text.substr(0, *end);
  x.steps += 2 * line.size();
  if (const auto mark = line.find("END "); mark != std::string_view::npos) {
    const auto label = line.find("KEY", mark);
    const auto dashes = label == std::string_view::npos ? label : line.find("--", label);
    if (dashes != std::string_view::npos) {
      const auto after = std::min(line.find_first_not_of('-', dashes), line.size());
      return secret(0, after);
    }
  }
  if (is_key_line(line))
    return secret(0, *end, shape_context::phase::key_block);
  return plain(0); // no END mark came, but the key is over
}

} // namespace claw
