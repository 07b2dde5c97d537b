#include "apps/cli/log_search.hpp"

#include "actors/domain/log_value.hpp"
#include "apps/log_fields.hpp"
#include "net/broker_reply.hpp"

#include <cerrno>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>

namespace claw {

namespace {

constexpr std::size_t line_bytes_max = 65'536;
constexpr std::size_t notes_max = 10'000;

/// `2026-11-25T17:50:07.123Z`
std::optional<int64_t> time_of(std::string_view word) {
  std::tm utc{};
  int ms = 0;
  char end = 0;
  if (word.size() != 24
      || std::sscanf(std::string{word}.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d.%3d%c", &utc.tm_year, &utc.tm_mon,
                     &utc.tm_mday, &utc.tm_hour, &utc.tm_min, &utc.tm_sec, &ms, &end)
             != 8
      || end != 'Z')
    return std::nullopt;
  utc.tm_year -= 1900;
  utc.tm_mon -= 1;
  return static_cast<int64_t>(timegm(&utc)) * 1000 + ms;
}

std::string_view take_word(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  const auto word = rest.substr(0, rest.find(' '));
  rest.remove_prefix(word.size());
  return word;
}

void take_field(log_record& to, const std::string& key, const std::string& value) {
  if (key == "event")
    to.event = value;
  else if (key == "job_id")
    to.job_id = value;
  else
    to.rest += (to.rest.empty() ? "" : " ") + key + "=" + log_value(value);
}

log_record read_json_line(const nlohmann::json& line) {
  log_record out;
  out.at_ms = time_of(string_member(line, "ts"));
  out.program = string_member(line, "program");
  for (const auto& [key, value] : line.items())
    if (key != "ts" && key != "level" && key != "program")
      take_field(out, key, value.is_string() ? value.get<std::string>() : json_text(value));
  return out;
}

} // namespace

log_record read_log_line(std::string_view line) {
  if (const auto brace = line.find("{\"ts\":"); brace != std::string_view::npos)
    if (const auto object = parse_bounded_json(line.substr(brace)); object && object->is_object())
      return read_json_line(*object);
  log_record out;
  auto rest = line;
  while (!rest.empty() && !out.at_ms)
    out.at_ms = time_of(take_word(rest));
  if (!out.at_ms)
    return out;
  take_word(rest); // the level
  out.program = take_word(rest);
  for (const auto& [key, value] : log_fields(rest))
    take_field(out, key, value);
  return out;
}

outcome<done> each_log_line(const std::string& path, const std::function<void(const std::string&)>& take) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error))
    return failure{ec::io_failed, "there is no log file " + path};
  std::ifstream file{path, std::ios::binary};
  std::string line;
  char c = 0;
  while (file.get(c)) {
    if (c != '\n') {
      if (line.size() < line_bytes_max)
        line += c;
      continue;
    }
    take(line);
    line.clear();
  }
  if (!line.empty())
    take(line);
  if (!file.eof())
    return failure{ec::io_failed, "the log file " + path + " cannot be read"};
  return done{};
}

outcome<std::vector<trace_entry>> notes_on_job(const std::string& path, const std::string& job_id,
                                               const redactor& redact) {
  std::vector<trace_entry> notes;
  const auto read = each_log_line(path, [&](const std::string& line) {
    if (notes.size() >= notes_max || line.find(job_id) == std::string::npos)
      return;
    const auto record = read_log_line(line);
    if (record.at_ms && record.job_id == job_id)
      notes.push_back({trace_entry::kind::note, *record.at_ms, std::nullopt, redact.whole(record.program),
                       redact.whole(record.event), redact.whole(record.rest)});
  });
  if (!read)
    return read.error();
  return notes;
}

} // namespace claw
