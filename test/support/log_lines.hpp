#pragma once
// What is logged while it lives, in the default logger of the program.

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <cstddef>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

namespace claw {

class log_lines {
public:
  log_lines() {
    auto log = std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::ostream_sink_mt>(text_));
    log->set_pattern("%v");
    spdlog::set_default_logger(std::move(log));
  }
  log_lines(const log_lines&) = delete;
  log_lines& operator=(const log_lines&) = delete;
  ~log_lines() { spdlog::set_default_logger(before_); }

  /// Lines that begin so.
  std::size_t count(std::string_view begin) const {
    std::istringstream in{text_.str()};
    std::size_t found = 0;
    for (std::string line; std::getline(in, line);)
      found += line.compare(0, begin.size(), begin) == 0;
    return found;
  }

private:
  std::shared_ptr<spdlog::logger> before_ = spdlog::default_logger();
  std::ostringstream text_;
};

} // namespace claw
