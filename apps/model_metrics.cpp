#include "apps/model_metrics.hpp"

#include "actors/domain/log_value.hpp"
#include "apps/open_file.hpp"
#include "net/metrics_text.hpp"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

namespace claw {

namespace {

using type = metrics_text::type;

constexpr double ms_per_s = 1e3;

/// @returns 0, or the system's error
int write_whole(const std::string& path, std::string_view text) {
  const auto half = path + ".part"; // no .prom: the collector passes it over
  const open_file file{half, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW};
  if (!file.ok() || ::fchmod(file.fd(), 0644) != 0 || !file.write(text))
    return errno;
  return std::rename(half.c_str(), path.c_str()) == 0 ? 0 : errno;
}

} // namespace

std::string model_metrics_page(const model_tally& x, std::string_view model, bool answers) {
  metrics_text out;
  const auto one = [&](std::string_view name, type kind, std::string_view help, uint64_t value) {
    out.begin(name, kind, help);
    out.sample(value, {{"model", model}});
  };
  one("model_up", type::gauge, "1 while the model's endpoint answers.", answers);
  out.begin("model_requests_total", type::counter, "Requests to the model that have ended, by how.");
  for (std::size_t i = 0; i < model_tally::ends; ++i) {
    const auto how = static_cast<chat_error>(i);
    out.sample(x.ended(how), {{"model", model}, {"status", how == chat_error::none ? "ok" : to_string(how)}});
  }
  out.begin("model_request_seconds", type::histogram, "Time of a request to the model, from sending it to its end.");
  out.sample(x.times_ms(), ms_per_s, {{"model", model}});
  one("model_prompt_tokens_total", type::counter, "Tokens that the model has read, where its server tells.",
      x.prompt_tokens());
  one("model_completion_tokens_total", type::counter, "Tokens that the model has written, where its server tells.",
      x.completion_tokens());
  one("model_tool_calls_total", type::counter, "Tool calls that the model has asked for.", x.tool_calls());
  return out.take();
}

metrics_file::metrics_file(std::string path, std::function<std::string()> page, std::chrono::milliseconds interval)
    : path_(std::move(path)), page_(std::move(page)), interval_(interval), thread_([this] { keep_up_to_date(); }) {}

metrics_file::~metrics_file() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void metrics_file::keep_up_to_date() {
  std::unique_lock lock{mutex_};
  do {
    lock.unlock();
    write();
    lock.lock();
  } while (!changed_.wait_for(lock, interval_, [this] { return stopping_; }));
  write();
}

void metrics_file::write() {
  const auto error = write_whole(path_, page_());
  if (error != 0 && !in_trouble_)
    spdlog::warn("event=metrics_not_written path={} why={}", log_value(path_), log_value(std::strerror(error)));
  in_trouble_ = error != 0;
}

} // namespace claw
