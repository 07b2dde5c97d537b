#include "apps/config_text.hpp"

#include "actors/domain/ascii.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <iomanip>
#include <sstream>

namespace claw {

namespace {

bool is_key(std::string_view text) {
  return !text.empty() && !is_digit(text.front())
         && std::all_of(text.begin(), text.end(), [](char c) { return is_alnum(c) || c == '_'; });
}

std::string_view unquoted(std::string_view text) {
  if (text.size() >= 2 && (text.front() == '"' || text.front() == '\'')
      && text.back() == text.front())
    return text.substr(1, text.size() - 2);
  return text;
}

std::string_view unit_name(config_unit x) {
  switch (x) {
  case config_unit::text:
    return "text";
  case config_unit::path:
    return "path";
  case config_unit::url:
    return "URL";
  case config_unit::list:
    return "list";
  case config_unit::flag:
    return "0 or 1";
  case config_unit::count:
    return "count";
  case config_unit::seconds:
    return "seconds";
  case config_unit::bytes:
    return "bytes";
  case config_unit::port:
    return "port";
  case config_unit::number:
    return "number";
  }
  return "";
}

std::string integer_problem(const config_row& row, std::string_view value, int64_t most) {
  const auto x = parse_integer(value);
  if (!x)
    return "'" + std::string{value} + "' is no whole number";
  if (*x < row.least)
    return "must be at least " + std::to_string(row.least);
  if (*x > most)
    return "must be at most " + std::to_string(most);
  return {};
}

} // namespace

std::optional<int64_t> parse_integer(std::string_view text) {
  int64_t x = 0;
  const auto [end, why] = std::from_chars(text.data(), text.data() + text.size(), x);
  return why == std::errc{} && end == text.data() + text.size() ? std::optional{x} : std::nullopt;
}

std::optional<double> parse_number(std::string_view text) {
  double x = 0;
  const auto [end, why] = std::from_chars(text.data(), text.data() + text.size(), x);
  const bool whole = why == std::errc{} && end == text.data() + text.size();
  return whole && std::isfinite(x) ? std::optional{x} : std::nullopt;
}

std::optional<bool> parse_flag(std::string_view text) {
  for (auto yes : {"1", "true", "yes", "on", "TRUE", "True", "YES", "ON"})
    if (text == yes)
      return true;
  for (auto no : {"0", "false", "no", "off", "FALSE", "False", "NO", "OFF"})
    if (text == no)
      return false;
  return std::nullopt;
}

std::vector<std::string> split_list(std::string_view comma_separated) {
  std::vector<std::string> parts;
  while (!comma_separated.empty()) {
    const auto comma = comma_separated.find(',');
    if (const auto part = trimmed(comma_separated.substr(0, comma)); !part.empty())
      parts.emplace_back(part);
    comma_separated
        = comma == std::string_view::npos ? std::string_view{} : comma_separated.substr(comma + 1);
  }
  return parts;
}

std::string problem_with(const config_row& row, std::string_view value) {
  switch (row.unit) {
  case config_unit::count:
  case config_unit::seconds:
  case config_unit::bytes:
    return integer_problem(row, value, row.most);
  case config_unit::port:
    return integer_problem(row, value, 65'535);
  case config_unit::number:
    return parse_number(value) ? "" : "'" + std::string{value} + "' is no number";
  case config_unit::flag:
    return parse_flag(value) ? "" : "'" + std::string{value} + "' is neither 0 nor 1";
  case config_unit::url:
    return value.starts_with("http://") || value.starts_with("https://")
               ? ""
               : "must begin with http:// or https://";
  case config_unit::text:
  case config_unit::path:
  case config_unit::list:
    return {};
  }
  return {};
}

std::vector<std::string> parse_env_file(std::string_view content,
                                        std::map<std::string, std::string>& values) {
  std::vector<std::string> problems;
  for (unsigned number = 1; !content.empty(); ++number) {
    const auto end = content.find('\n');
    auto line = trimmed(content.substr(0, end));
    content = end == std::string_view::npos ? std::string_view{} : content.substr(end + 1);
    if (line.empty() || line.front() == '#' || line.front() == ';')
      continue;
    if (line.starts_with("export "))
      line = trimmed(line.substr(7));
    const auto equals = line.find('=');
    const auto key = trimmed(line.substr(0, equals));
    if (equals == std::string_view::npos || !is_key(key)) {
      problems.push_back("line " + std::to_string(number) + " is not KEY=value");
      continue;
    }
    values[std::string{key}] = unquoted(trimmed(line.substr(equals + 1)));
  }
  return problems;
}

std::string help_text(const config_table& table) {
  std::ostringstream out;
  out << table.program << ": " << table.purpose << "\n\nUsage: " << table.program
      << " [--env-file FILE] [--KEY VALUE]... \n\n"
      << "  --help            this text\n"
      << "  --version         the version\n"
      << "  --print-config    the values of this start and where they come from, then end\n"
      << "  --env-file FILE   read variables from a file of KEY=value lines\n"
      << "  --help-env        such a file, with every variable\n\n"
      << "Variables (flag > environment > credentials > env file > fallback; secrets have no flag):\n";
  for (auto rows : {table.rows, common_rows()})
    for (const auto& row : rows) {
      out << "  " << row.env;
      if (!row.secret)
        out << "  " << flag_name(row.env);
      out << "  (" << (row.secret ? std::string_view{"secret"} : unit_name(row.unit));
      if (row.fallback != nullptr && *row.fallback != '\0')
        out << ", fallback " << row.fallback;
      out << ")\n      " << row.help << '\n';
    }
  return out.str();
}

std::string help_env(const config_table& table) {
  std::ostringstream out;
  out << "# " << table.program << ": " << table.purpose << '\n';
  for (auto rows : {table.rows, common_rows()})
    for (const auto& row : rows) {
      out << "\n# " << row.help << '\n';
      if (row.secret)
        out << "# " << row.env << " is a secret and stands in a file of its own.\n";
      else
        out << '#' << row.env << '=' << (row.fallback == nullptr ? "" : row.fallback) << '\n';
    }
  return out.str();
}

std::string help_markdown(const config_table& table) {
  std::ostringstream out;
  out << "| variable | unit | fallback | meaning |\n|---|---|---|---|\n";
  for (auto rows : {table.rows, common_rows()})
    for (const auto& row : rows) {
      out << "| `" << row.env << "` | "
          << (row.secret ? std::string_view{"secret"} : unit_name(row.unit)) << " | ";
      if (row.fallback != nullptr && *row.fallback != '\0')
        out << '`' << row.fallback << '`';
      out << " | " << row.help << " |\n";
    }
  return out.str();
}

} // namespace claw
