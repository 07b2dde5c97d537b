#include "apps/log.hpp"

#include "actors/domain/log_value.hpp"
#include "actors/domain/redaction.hpp"
#include "apps/log_fields.hpp"

#include <fcntl.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace claw {

namespace {

constexpr const char* time_pattern = "%Y-%m-%dT%H:%M:%S.%eZ";

/// The message, redacted and escaped: two microseconds a line.
class safe_message : public spdlog::custom_flag_formatter {
public:
  explicit safe_message(redactor rules) : rules_(std::move(rules)) {}

  void format(const spdlog::details::log_msg& message, const std::tm&,
              spdlog::memory_buf_t& out) override {
    const std::string_view text{message.payload.data(), message.payload.size()};
    const auto safe = log_line(rules_.whole(text));
    out.append(safe.data(), safe.data() + safe.size());
  }

  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<safe_message>(rules_);
  }

private:
  redactor rules_;
};

/// A line as JSON: redacted first, like the other.
class json_formatter : public spdlog::formatter {
public:
  json_formatter(std::string program, redactor rules)
      : program_(std::move(program)), rules_(std::move(rules)),
        time_(time_pattern, spdlog::pattern_time_type::utc, "") {}

  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    spdlog::memory_buf_t ts;
    time_.format(message, ts);
    const auto level = spdlog::level::to_string_view(message.level);
    const auto line = json_log_line({ts.data(), ts.size()}, {level.data(), level.size()}, program_,
                                    rules_.whole({message.payload.data(), message.payload.size()}));
    out.append(line.data(), line.data() + line.size());
    out.push_back('\n');
  }

  std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<json_formatter>(program_, rules_);
  }

private:
  std::string program_;
  redactor rules_;
  spdlog::pattern_formatter time_;
};

std::unique_ptr<spdlog::formatter> formatter_of(const log_options& options) {
  redactor rules{options.secrets};
  if (options.format == "json")
    return std::make_unique<json_formatter>(options.program, std::move(rules));
  auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc);
  formatter->add_flag<safe_message>('*', std::move(rules))
      .set_pattern(time_pattern + (" %l " + options.program) + " %*");
  return formatter;
}

/// Writes each line with one system call to a file descriptor that it owns (or to standard error).
class line_sink : public spdlog::sinks::base_sink<std::mutex> {
public:
  explicit line_sink(int fd) : fd_(fd) {}

  ~line_sink() override {
    if (fd_ != STDERR_FILENO)
      ::close(fd_);
  }

protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    for (std::size_t at = 0; at < line.size();) {
      const auto n = ::write(fd_, line.data() + at, line.size() - at);
      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return; // a log that cannot be written must not stop the program
      at += static_cast<std::size_t>(n);
    }
  }

  void flush_() override {}

private:
  int fd_;
};

std::optional<spdlog::level::level_enum> parse_level(const std::string& name) {
  if (name == "debug")
    return spdlog::level::debug;
  if (name == "info")
    return spdlog::level::info;
  if (name == "warn" || name == "warning")
    return spdlog::level::warn;
  if (name == "error")
    return spdlog::level::err;
  return std::nullopt;
}

} // namespace

log_options log_options_of(std::string program, const config& x) {
  return {std::move(program), x.text("LOG_LEVEL"), x.text("LOG_FILE"), x.secrets(), x.text("LOG_FORMAT")};
}

outcome<done> start_log(const log_options& options) {
  const auto level = parse_level(options.level);
  if (!level)
    return failure{ec::bad_config, "LOG_LEVEL: must be debug, info, warn or error"};
  if (options.format != "text" && options.format != "json")
    return failure{ec::bad_config, "LOG_FORMAT: must be text or json"};
  int fd = STDERR_FILENO;
  if (!options.file.empty())
    fd = ::open(options.file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0)
    return io_failure("LOG_FILE: cannot open " + options.file, errno);
  auto sink = std::make_shared<line_sink>(fd);
  sink->set_formatter(formatter_of(options));
  auto logger = std::make_shared<spdlog::logger>(options.program, std::move(sink));
  logger->set_level(*level);
  spdlog::set_default_logger(std::move(logger));
  return done{};
}

} // namespace claw
