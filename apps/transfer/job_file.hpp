#pragma once
// A file of whole jobs: a line that names its version, a line a job (job_line.hpp), and a line that counts them, so
// that a file that was cut off is no file.

#include "actors/domain/error.hpp"
#include "actors/domain/job_change.hpp"

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>

namespace claw {

/// Without line breaks.
std::string first_line_of_jobs();
std::string last_line_of_jobs(uint64_t jobs);

struct job_file_listener {
  /// A whole job, with the number of its line. An error of it ends the reading.
  std::function<outcome<done>(uint64_t line, job_change whole)> job;
  /// Something is wrong with a line. @returns false to end the reading
  std::function<bool(uint64_t line, const std::string& what)> bad;
};

/// Reads to the end, or until somebody ends it. Errors: those of `job`, `io_failed`
outcome<done> read_job_file(std::istream& in, const job_file_listener& listener);

} // namespace claw
