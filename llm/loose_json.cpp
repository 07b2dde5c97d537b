#include "llm/loose_json.hpp"

#include "llm/bounded_json.hpp"

#include <string>

namespace claw {

std::size_t json_extent(std::string_view text, std::size_t at, bool single_quotes) {
  std::size_t depth = 0;
  char quote = 0;
  for (std::size_t i = at; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == '\\')
        ++i;
      else if (c == quote)
        quote = 0;
    } else if (c == '"' || (single_quotes && c == '\'')) {
      quote = c;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (depth <= 1)
        return i + 1;
      --depth;
    }
  }
  return std::string_view::npos;
}

namespace {

/// Rewrites one text into JSON; none where that would need invention.
class mender {
public:
  std::optional<std::string> mend(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      const char c = text[i];
      if (quote_ != 0)
        i += in_string(text, i);
      else if (c == '"' || c == '\'')
        open_string(c);
      else if (c == '{' || c == '[')
        open_bracket(c);
      else if ((c == '}' || c == ']') && !close_bracket(c))
        return std::nullopt;
      else if (c != '}' && c != ']')
        out_ += c;
    }
    if (quote_ != 0)
      return std::nullopt;
    while (!closers_.empty())
      close_bracket(closers_.back());
    return out_;
  }

private:
  void open_string(char c) {
    quote_ = c;
    out_ += '"';
  }

  void open_bracket(char c) {
    closers_ += c == '{' ? '}' : ']';
    out_ += c;
  }

  bool close_bracket(char c) {
    if (closers_.empty() || closers_.back() != c)
      return false;
    closers_.pop_back();
    const auto last = out_.find_last_not_of(" \t\r\n");
    if (last != std::string::npos && out_[last] == ',')
      out_.erase(last, 1);
    out_ += c;
    return true;
  }

  /// @returns how many further bytes it used.
  std::size_t in_string(std::string_view text, std::size_t i) {
    const char c = text[i];
    if (c == '\\' && i + 1 < text.size()) {
      if (text[i + 1] != '\'')
        out_ += c;
      out_ += text[i + 1];
      return 1;
    }
    if (c == quote_) {
      quote_ = 0;
      out_ += '"';
    } else if (c == '"') {
      out_ += "\\\"";
    } else if (c == '\n') {
      out_ += "\\n";
    } else if (c == '\t') {
      out_ += "\\t";
    } else {
      out_ += c;
    }
    return 0;
  }

  std::string out_, closers_;
  char quote_ = 0;
};

std::optional<nlohmann::json> mended_value(std::string_view text) {
  const auto mended = mender{}.mend(text);
  return mended ? parse_foreign_json(*mended) : std::nullopt;
}

} // namespace

std::optional<loose_json> read_loose_json(std::string_view text, std::size_t at) {
  if (at >= text.size() || (text[at] != '{' && text[at] != '['))
    return std::nullopt;
  if (const auto end = json_extent(text, at); end != std::string_view::npos) {
    const auto body = text.substr(at, end - at);
    if (auto value = parse_foreign_json(body))
      return loose_json{std::move(*value), end, false};
    if (auto value = mended_value(body))
      return loose_json{std::move(*value), end, true};
  }
  const auto end = std::min(json_extent(text, at, true), text.size());
  if (auto value = mended_value(text.substr(at, end - at)))
    return loose_json{std::move(*value), end, true};
  return std::nullopt;
}

} // namespace claw
