#pragma once
// Writes metrics in Prometheus' text format 0.0.4.
// @source https://prometheus.io/docs/instrumenting/exposition_formats/, "Text-based format"

#include "actors/domain/meter.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace claw {

using metric_labels = std::vector<std::pair<std::string_view, std::string_view>>;

class metrics_text {
public:
  static constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";

  enum class type : uint8_t { counter, gauge, histogram };

  /// Begins a metric: all its samples follow at once. @param name without `openclaw_`, unless it is one that every
  /// program has (`process_...`). @param help one plain sentence
  void begin(std::string_view name, type kind, std::string_view help);

  void sample(uint64_t value, const metric_labels& labels = {});
  void sample(double value, const metric_labels& labels = {});

  /// A metric of one sample.
  template <class Number>
  void counter(std::string_view name, std::string_view help, Number value) {
    begin(name, type::counter, help);
    sample(value);
  }
  template <class Number>
  void gauge(std::string_view name, std::string_view help, Number value) {
    begin(name, type::gauge, help);
    sample(value);
  }

  /// @param per_unit how many of the histogram's units are one of the metric's: 1e6 for microseconds as seconds
  template <std::size_t Bounds>
  void sample(const histogram<Bounds>& x, double per_unit, metric_labels labels = {}) {
    uint64_t below = 0;
    labels.emplace_back("le", "");
    for (std::size_t i = 0; i <= Bounds; ++i) {
      below += x.count(i);
      const auto bound = i < Bounds ? number(static_cast<double>(x.bounds()[i]) / per_unit) : "+Inf";
      labels.back().second = bound;
      line("_bucket", labels, std::to_string(below));
    }
    labels.pop_back();
    line("_sum", labels, number(static_cast<double>(x.sum()) / per_unit));
    line("_count", labels, std::to_string(below));
  }

  std::string take() { return std::move(out_); }

private:
  static std::string number(double x);
  void line(std::string_view suffix, const metric_labels& labels, std::string_view value);

  std::string out_;
  std::string name_;
};

/// Backslash, double quote and line feed escaped; bytes that are no UTF-8 become U+FFFD.
std::string label_text(std::string_view value);

} // namespace claw
