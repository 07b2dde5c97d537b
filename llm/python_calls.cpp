#include "llm/python_calls.hpp"

#include "actors/domain/ascii.hpp"
#include "llm/bounded_json.hpp"


namespace claw {

namespace {

using nlohmann::json;

class python_reader {
public:
  python_reader(std::string_view text, const offered_tools& tools) : text_(text), tools_(tools) {}

  std::optional<std::vector<found_call>> calls() {
    std::vector<found_call> out;
    const bool listed = take('[');
    do {
      if (listed && peek() == ']' && !out.empty()) // a trailing comma
        break;
      if (!one_call(out))
        return std::nullopt;
    } while (listed ? take(',') : (take(';'), peek() != 0));
    if (listed && !take(']'))
      return std::nullopt;
    return peek() == 0 ? std::optional{std::move(out)} : std::nullopt;
  }

private:
  static constexpr int depth_max = 16;

  char peek() {
    while (at_ < text_.size() && ascii::blanks.find(text_[at_]) != std::string_view::npos)
      ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  bool take(char c) {
    if (peek() != c)
      return false;
    ++at_;
    return true;
  }

  std::string_view word() {
    peek();
    const auto begin = at_;
    while (at_ < text_.size() && (is_alnum(text_[at_]) || text_[at_] == '_'))
      ++at_;
    return text_.substr(begin, at_ - begin);
  }

  bool one_call(std::vector<found_call>& out) {
    peek();
    const auto begin = at_;
    found_call call;
    call.name = word();
    if (!tools_.has(call.name) || !take('('))
      return false;
    json arguments = json::object();
    std::size_t positional = 0;
    while (!take(')')) {
      if (!argument(call.name, arguments, positional))
        return false;
      if (!take(',') && peek() != ')')
        return false;
    }
    call.arguments_json = json_text(arguments);
    call.exact = text_.substr(begin, at_ - begin);
    out.push_back(std::move(call));
    return true;
  }

  bool argument(const std::string& tool, json& arguments, std::size_t& positional) {
    peek();
    const auto begin = at_;
    std::string name{word()};
    if (name.empty() || !take('=')) {
      at_ = begin;
      const auto& order = tools_.parameters(tool);
      if (positional >= order.size() || arguments.size() != positional)
        return false;
      name = order[positional++];
    }
    if (arguments.contains(name))
      return false;
    auto x = value(0);
    if (!x)
      return false;
    arguments[name] = std::move(*x);
    return true;
  }

  std::optional<json> value(int depth) {
    const char c = peek();
    if (depth > depth_max)
      return std::nullopt;
    if (c == '"' || c == '\'')
      return text_literal();
    if (c == '[')
      return list(depth);
    if (c == '{')
      return dict(depth);
    if (c == '-' || is_digit(c))
      return number();
    const auto w = word();
    if (w == "True" || w == "true")
      return json(true);
    if (w == "False" || w == "false")
      return json(false);
    if (w == "None" || w == "null")
      return json(nullptr);
    return std::nullopt;
  }

  std::optional<json> number() {
    const auto begin = at_;
    while (at_ < text_.size()
           && (is_alnum(text_[at_]) || text_[at_] == '-'
               || text_[at_] == '+' || text_[at_] == '.'))
      ++at_;
    auto x = parse_foreign_json(text_.substr(begin, at_ - begin));
    return x && x->is_number() ? x : std::nullopt;
  }

  /// @source The Python Language Reference, 2.4.1: an unknown escape stays as it is written
  std::optional<json> text_literal() {
    const char quote = text_[at_++];
    std::string out;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == quote) {
        ++at_;
        return json(std::move(out));
      }
      if (c != '\\' || at_ + 1 >= text_.size()) {
        out += c;
        continue;
      }
      const char e = text_[++at_];
      switch (e) {
      case 'n':
        out += '\n';
        break;
      case 't':
        out += '\t';
        break;
      case 'r':
        out += '\r';
        break;
      case '\\':
      case '\'':
      case '"':
        out += e;
        break;
      default:
        out += '\\';
        out += e;
      }
    }
    return std::nullopt;
  }

  std::optional<json> list(int depth) {
    json out = json::array();
    take('[');
    while (!take(']')) {
      auto x = value(depth + 1);
      if (!x || (!take(',') && peek() != ']'))
        return std::nullopt;
      out.push_back(std::move(*x));
    }
    return out;
  }

  std::optional<json> dict(int depth) {
    json out = json::object();
    take('{');
    while (!take('}')) {
      const auto key = value(depth + 1);
      if (!key || !key->is_string() || !take(':'))
        return std::nullopt;
      auto x = value(depth + 1);
      if (!x || (!take(',') && peek() != '}'))
        return std::nullopt;
      out[key->get<std::string>()] = std::move(*x);
    }
    return out;
  }

  std::string_view text_;
  const offered_tools& tools_;
  std::size_t at_ = 0;
};

} // namespace

std::optional<std::vector<found_call>> read_python_calls(std::string_view text,
                                                         const offered_tools& tools) {
  return python_reader{text, tools}.calls();
}

} // namespace claw
