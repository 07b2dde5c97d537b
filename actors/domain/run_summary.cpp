#include "actors/domain/run_summary.hpp"

#include "actors/domain/shorten.hpp"

#include <optional>
#include <utility>

namespace claw {

namespace {

constexpr std::size_t line_bytes_max = 160;
constexpr std::size_t lines_per_call = 4;
constexpr std::size_t question_bytes_max = 200;

/// Keys of the envelope that say nothing about the answer.
bool is_noise(std::string_view key) {
  for (const auto noise : {"ok", "worker_id", "command", "truncated", "error"})
    if (key == noise)
      return true;
  return false;
}

/// Walks over a JSON text and collects its values. Not a parser: it never refuses anything.
class value_walker {
public:
  value_walker(std::string_view text, std::size_t lines_max) : text_(text), lines_max_(lines_max) {}

  std::vector<std::string> walk() {
    while (at_ < text_.size() && lines_.size() < lines_max_) {
      const char c = text_[at_];
      if (c == '"')
        on_string(read_string());
      else if (is_bare(c))
        add(read_bare());
      else {
        if (c == ',' || c == '{')
          key_.clear();
        ++at_;
      }
    }
    return std::move(lines_);
  }

private:
  static bool is_bare(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' || c == '.';
  }

  std::string read_bare() {
    const auto begin = at_;
    while (at_ < text_.size() && (is_bare(text_[at_]) || text_[at_] == '+' || text_[at_] == 'E'))
      ++at_;
    return std::string{text_.substr(begin, at_ - begin)};
  }

  std::string read_string() {
    std::string out;
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] != '\\' || at_ + 1 == text_.size()) {
        out += text_[at_];
        continue;
      }
      switch (text_[++at_]) {
      case 'n':
        out += '\n';
        break;
      case 't':
        out += ' ';
        break;
      case 'r':
        break;
      case 'u':
        out += "\\u";
        break;
      default:
        out += text_[at_];
        break;
      }
    }
    ++at_; // the closing quote
    return out;
  }

  void on_string(std::string value) {
    auto after = at_;
    while (after < text_.size() && (text_[after] == ' ' || text_[after] == '\n'))
      ++after;
    if (after < text_.size() && text_[after] == ':') {
      key_ = std::move(value);
      at_ = after + 1;
    } else {
      add(value);
    }
  }

  void add(std::string_view value) {
    if (is_noise(key_) || value.empty() || value == "null")
      return;
    bool first = true;
    while (!value.empty() && lines_.size() < lines_max_) {
      const auto end = value.find('\n');
      const auto line = value.substr(0, end);
      value = end == std::string_view::npos ? std::string_view{} : value.substr(end + 1);
      if (line.find_first_not_of(' ') == std::string_view::npos)
        continue;
      lines_.push_back((first && !key_.empty() ? key_ + ": " : "")
                       + one_line(line, line_bytes_max));
      first = false;
    }
  }

  std::string_view text_;
  std::size_t lines_max_;
  std::size_t at_ = 0;
  std::string key_;
  std::vector<std::string> lines_;
};

std::vector<std::string> first_lines(std::string_view text, std::size_t lines_max) {
  std::vector<std::string> lines;
  while (!text.empty() && lines.size() < lines_max) {
    const auto end = text.find('\n');
    if (const auto line = text.substr(0, end); line.find_first_not_of(" \r") != line.npos)
      lines.push_back(one_line(line, line_bytes_max));
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  }
  return lines;
}

std::string arguments_in_words(std::string_view arguments_json) {
  std::string out;
  for (const auto& line : plain_lines(arguments_json, 6))
    out += (out.empty() ? "" : ", ") + line;
  return out;
}

} // namespace

std::vector<std::string> plain_lines(std::string_view text, std::size_t lines_max) {
  const auto begin = text.find_first_not_of(" \n");
  if (begin != std::string_view::npos && (text[begin] == '{' || text[begin] == '['))
    return value_walker{text, lines_max}.walk();
  return first_lines(text, lines_max);
}

std::string run_summary(std::string_view prompt, const std::vector<reported_call>& calls) {
  std::string out = "Question: " + one_line(prompt, question_bytes_max);
  out += calls.empty() ? "\nNo tool was used." : "\nWhat the tools found:";
  std::size_t number = 0;
  for (const auto& call : calls) {
    out += '\n' + std::to_string(++number) + ". " + call.name;
    if (const auto words = arguments_in_words(call.arguments_json); !words.empty())
      out += " (" + words + ')';
    out += call.ok ? ": ok" : ": error";
    for (const auto& line : plain_lines(call.output, lines_per_call))
      out += "\n   " + line;
  }
  return out;
}

} // namespace claw
