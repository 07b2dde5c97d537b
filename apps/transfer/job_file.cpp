#include "apps/transfer/job_file.hpp"

#include "apps/transfer/job_line.hpp"
#include "apps/transfer/json_fields.hpp"
#include "net/bounded_json.hpp"

#include <istream>
#include <limits>
#include <string_view>
#include <utility>

namespace claw {

namespace {

constexpr int64_t version = 1;
constexpr const char* version_key = "openclaw_jobs";
constexpr const char* count_key = "count";

/// @returns what is wrong with the first line, "" when nothing is
std::string fault_of_first(std::string_view line) {
  const auto object = parse_bounded_json(line);
  const bool named = object && object->is_object() && object->contains(version_key);
  if (!named)
    return "this is no file of jobs: it must begin with the line " + first_line_of_jobs();
  return (*object)[version_key] == version ? ""
                                           : "the file is of a version that this program does not know; use the "
                                             "version of the program that wrote it, or a later one";
}

bool is_last(std::string_view line) {
  return line.substr(0, 8) == "{\"count\"";
}

std::string fault_of_last(std::string_view line, uint64_t jobs) {
  const auto object = parse_bounded_json(line);
  if (!object)
    return object.error().why;
  json_fields in{*object, ""};
  const auto count = static_cast<uint64_t>(in.integer(count_key, 0, std::numeric_limits<int64_t>::max()));
  if (const auto good = in.end(); !good)
    return good.error().why;
  return count == jobs ? ""
                       : "it counts " + std::to_string(count) + " jobs, but the file has " + std::to_string(jobs)
                             + ": lines were lost or added";
}

} // namespace

std::string first_line_of_jobs() {
  return json_text({{version_key, version}});
}

std::string last_line_of_jobs(uint64_t jobs) {
  return json_text({{count_key, jobs}});
}

outcome<done> read_job_file(std::istream& in, const job_file_listener& listener) {
  uint64_t number = 1;
  std::string line;
  std::getline(in, line);
  if (const auto fault = fault_of_first(line); !fault.empty()) {
    listener.bad(number, fault);
    return done{};
  }
  uint64_t jobs = 0;
  bool ended = false;
  while (std::getline(in, line)) {
    ++number;
    std::string fault = ended ? "something stands behind the line that counts the jobs" : "";
    if (fault.empty() && is_last(line)) {
      fault = fault_of_last(line, jobs);
      ended = true;
    } else if (fault.empty()) {
      ++jobs;
      auto whole = parse_job_line(line);
      if (!whole)
        fault = whole.error().why;
      else if (auto taken = listener.job(number, *std::move(whole)); !taken)
        return taken;
    }
    if (!fault.empty() && !listener.bad(number, fault))
      return done{};
  }
  if (in.bad())
    return failure{ec::io_failed, "the file cannot be read to its end"};
  if (!ended)
    listener.bad(number, "the file ends without the line that counts its jobs: it was cut off");
  return done{};
}

} // namespace claw
