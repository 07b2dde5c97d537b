#pragma once
// Sets up the log of a program: one line an event, `ts level prog event=... key=value ...` or a JSON object with the
// same fields, to standard error or a file.

#include "actors/domain/error.hpp"
#include "apps/config.hpp"

#include <string>
#include <vector>

namespace claw {

struct log_options {
  std::string program;              ///< as it stands in every line
  std::string level = "info";       ///< debug, info, warn, error
  std::string file;                 ///< "": standard error. Opened for appending, mode 0600 when new
  std::vector<std::string> secrets; ///< `config::secrets`; no line shows them, whoever writes it
  std::string format = "text";      ///< text, json
};

/// What the program's configuration says of its log (common_rows).
log_options log_options_of(std::string program, const config& x);

/// Makes spdlog's default logger. Each line is written at once with one write(2), so that nothing is lost when the
/// program ends badly; secrets are redacted; control and direction characters are escaped, so that no input can forge
/// a line. Errors: `bad_config` for an unknown level or format, `io_failed` when the file cannot be opened.
outcome<done> start_log(const log_options& options);

} // namespace claw
