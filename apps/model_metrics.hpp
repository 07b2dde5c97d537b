#pragma once
// What a runner can tell of its model in Prometheus' text format. A runner has no door to be asked at, so it keeps a
// file up to date, for the textfile collector of node_exporter.
// @source https://github.com/prometheus/node_exporter, "Textfile Collector"

#include "actors/domain/model_tally.hpp"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace claw {

/// @param answers whether the endpoint does at this moment
std::string model_metrics_page(const model_tally& x, std::string_view model, bool answers);

class metrics_file {
public:
  /// Writes the page at once, every interval, and at the end; whoever reads it finds a whole one. @param path for
  /// everybody to read; trouble with it is logged, once until it is over. @param page called in a thread of its own
  metrics_file(std::string path, std::function<std::string()> page,
               std::chrono::milliseconds interval = std::chrono::seconds{15});
  ~metrics_file();
  metrics_file(const metrics_file&) = delete;
  metrics_file& operator=(const metrics_file&) = delete;

private:
  void keep_up_to_date();
  void write();

  const std::string path_;
  const std::function<std::string()> page_;
  const std::chrono::milliseconds interval_;
  bool in_trouble_ = false;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false; ///< guarded
  std::thread thread_;
};

} // namespace claw
