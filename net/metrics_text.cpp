#include "net/metrics_text.hpp"

#include "net/bounded_json.hpp"

#include <cstdio>

namespace claw {

std::string label_text(std::string_view value) {
  const std::string utf8 = nlohmann::json::parse(json_text(std::string{value})).get<std::string>();
  std::string out;
  for (const char c : utf8) {
    if (c == '\\' || c == '"')
      out += '\\';
    if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
  return out;
}

void metrics_text::begin(std::string_view name, type kind, std::string_view help) {
  name_ = name.starts_with("process_") ? "" : "openclaw_";
  name_ += name;
  out_ += "# HELP " + name_ + ' ';
  out_ += help;
  out_ += "\n# TYPE " + name_;
  out_ += kind == type::counter ? " counter\n" : kind == type::gauge ? " gauge\n" : " histogram\n";
}

void metrics_text::sample(uint64_t value, const metric_labels& labels) {
  line("", labels, std::to_string(value));
}

void metrics_text::sample(double value, const metric_labels& labels) {
  line("", labels, number(value));
}

void metrics_text::line(std::string_view suffix, const metric_labels& labels, std::string_view value) {
  out_ += name_;
  out_ += suffix;
  char before = '{';
  for (const auto& [name, text] : labels) {
    out_ += std::exchange(before, ',');
    out_ += name;
    out_ += "=\"" + label_text(text) + '"';
  }
  if (!labels.empty())
    out_ += '}';
  out_ += ' ';
  out_ += value;
  out_ += '\n';
}

std::string metrics_text::number(double x) {
  char text[32];
  std::snprintf(text, sizeof text, "%.15g", x);
  return text;
}

} // namespace claw
