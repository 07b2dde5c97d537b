#include "llm/marked_calls.hpp"

#include "actors/domain/ascii.hpp"
#include "llm/bounded_json.hpp"
#include "llm/loose_json.hpp"
#include "llm/python_calls.hpp"

#include <algorithm>

namespace claw {

namespace {

using nlohmann::json;
constexpr auto npos = std::string_view::npos;

/// Finds a tag from ever later places without looking at the same bytes twice.
class tag_finder {
public:
  tag_finder(std::string_view text, std::string_view tag) : text_(text), tag_(tag) {}

  std::size_t next(std::size_t from) {
    if (found_ != npos && found_ >= from && from >= from_)
      return found_;
    if (found_ == npos && searched_ && from >= from_)
      return npos;
    searched_ = true;
    from_ = from;
    return found_ = text_.find(tag_, from);
  }

private:
  std::string_view text_, tag_;
  std::size_t from_ = 0, found_ = 0;
  bool searched_ = false;
};

class marked_reader {
public:
  marked_reader(std::string_view text, const offered_tools& tools) : text_(text), tools_(tools) {}

  std::vector<found_call> calls() {
    for (std::size_t at = 0; at < text_.size();) {
      at = text_.find_first_of("<[", at);
      if (at == npos)
        break;
      const std::size_t end = read_at(at);
      at = end == npos ? at + 1 : end;
    }
    return std::move(found_);
  }

private:
  static constexpr int bad_json_max = 8; ///< unreadable objects may each be long: after so many, stop trying

  bool is_at(std::size_t at, std::string_view tag) const {
    return text_.substr(at, tag.size()) == tag;
  }

  std::size_t skip_blank(std::size_t at) const {
    return std::min(text_.find_first_not_of(" \t\r\n", at), text_.size());
  }

  /// Past the tag where it stands at `at` after blanks; else `at` itself.
  std::size_t past(std::size_t at, std::string_view tag) const {
    const auto i = skip_blank(at);
    return is_at(i, tag) ? i + tag.size() : at;
  }

  /// @returns one past the call that is marked at `at`, npos when there is none.
  std::size_t read_at(std::size_t at) {
    for (const auto mark : call_marks) {
      if (!is_at(at, mark))
        continue;
      const auto inner = at + mark.size();
      if (mark == "<tool_call>")
        return tool_call_mark(at, inner);
      if (mark == "<function=")
        return function_mark(at, inner);
      if (mark == "<|python_tag|>")
        return python_tag(at, inner);
      if (mark == "[TOOL_CALLS]")
        return mistral(at, inner);
      if (mark == "[TOOL_REQUEST]")
        return json_calls(at, inner, "[END_TOOL_REQUEST]");
      return harmony(at, inner);
    }
    return npos;
  }

  std::optional<loose_json> object_at(std::size_t at) {
    if (bad_json_ >= bad_json_max)
      return std::nullopt;
    auto x = read_loose_json(text_, at);
    bad_json_ += x ? 0 : 1;
    return x;
  }

  std::size_t add(std::size_t begin, std::size_t end, std::string exact, found_call call) {
    call.begin = begin;
    call.end = end;
    call.exact = std::move(exact);
    found_.push_back(std::move(call));
    return end;
  }

  /// One call object or an array of them, then the closing tag, which may be missing.
  std::size_t json_calls(std::size_t begin, std::size_t inner, std::string_view closing) {
    const auto open = skip_blank(inner);
    const auto read = object_at(open);
    if (!read)
      return npos;
    const auto end = past(read->end, closing);
    const json list = read->value.is_array() ? read->value : json::array({read->value});
    std::vector<found_call> calls;
    for (const auto& x : list) {
      auto call = tools_.call_from(x, false);
      if (!call)
        return npos; // one unknown name makes the whole of it text
      call->repaired = read->repaired;
      calls.push_back(std::move(*call));
    }
    for (auto& call : calls)
      add(begin, end, std::string{text_.substr(open, read->end - open)}, std::move(call));
    return calls.empty() ? npos : end;
  }

  std::size_t tool_call_mark(std::size_t begin, std::size_t inner) {
    const auto first = skip_blank(inner);
    if (is_at(first, "{") || is_at(first, "["))
      return json_calls(begin, inner, "</tool_call>");
    if (is_at(first, "<function=")) {
      const auto end = function_mark(begin, first + 10);
      return end == npos ? npos : extend_last(past(end, "</tool_call>"));
    }
    return glm(begin, first);
  }

  std::size_t extend_last(std::size_t end) {
    found_.back().end = end;
    return end;
  }

  std::string name_at(std::size_t& at) const {
    const auto begin = at;
    while (at < text_.size() && at - begin < 128
           && (is_alnum(text_[at]) || text_[at] == '_' || text_[at] == '-'))
      ++at;
    return std::string{text_.substr(begin, at - begin)};
  }

  /// `N>{..}</function>` or `N><parameter=K>V</parameter>...</function>`
  std::size_t function_mark(std::size_t begin, std::size_t at) {
    found_call call;
    call.name = name_at(at);
    if (!tools_.has(call.name) || !is_at(at, ">"))
      return npos;
    const auto first = skip_blank(at + 1);
    json arguments = json::object();
    std::size_t end = 0;
    if (is_at(first, "{")) {
      const auto read = object_at(first);
      if (!read)
        return npos;
      arguments = read->value;
      call.repaired = read->repaired;
      end = read->end;
    } else {
      end = xml_parameters(call.name, first, arguments);
    }
    end = past(end, "</function>");
    call.arguments_json = json_text(arguments);
    return add(begin, end, std::string{text_.substr(begin, end - begin)}, std::move(call));
  }

  std::size_t xml_parameters(const std::string& tool, std::size_t at, json& arguments) {
    constexpr std::string_view open = "<parameter=";
    while (is_at(skip_blank(at), open)) {
      const auto name_begin = skip_blank(at) + open.size();
      const auto name_end = text_.find('>', name_begin);
      if (name_end == npos || name_end - name_begin > 128)
        return at;
      const auto close = std::min(parameter_end_.next(name_end), text_.size());
      const std::string name{text_.substr(name_begin, name_end - name_begin)};
      arguments[name] = tools_.typed(tool, name, inner_text(name_end + 1, close));
      at = std::min(close + std::string_view{"</parameter>"}.size(), text_.size());
    }
    return at;
  }

  /// Without the one line end that templates put at both sides.
  std::string inner_text(std::size_t begin, std::size_t end) const {
    if (begin < end && text_[begin] == '\n')
      ++begin;
    if (begin < end && text_[end - 1] == '\n')
      --end;
    return std::string{text_.substr(begin, end - begin)};
  }

  std::size_t glm(std::size_t begin, std::size_t at) {
    constexpr std::string_view key_open = "<arg_key>", key_close = "</arg_key>";
    constexpr std::string_view value_open = "<arg_value>", value_close = "</arg_value>";
    const auto exact_begin = at;
    found_call call;
    call.name = name_at(at);
    if (!tools_.has(call.name))
      return npos;
    json arguments = json::object();
    while (is_at(skip_blank(at), key_open)) {
      const auto key_begin = skip_blank(at) + key_open.size();
      const auto key_end = key_end_.next(key_begin);
      if (key_end == npos)
        return npos;
      const auto value_begin = past(key_end + key_close.size(), value_open);
      const auto value_end = value_end_.next(value_begin);
      if (value_end == npos || value_begin == key_end + key_close.size())
        return npos;
      const std::string key{text_.substr(key_begin, key_end - key_begin)};
      arguments[key] = tools_.typed(call.name, key, inner_text(value_begin, value_end));
      at = value_end + value_close.size();
    }
    const auto end = past(at, "</tool_call>");
    if (end == at && arguments.empty()) // a bare name after the mark, and no end: prose
      return npos;
    call.arguments_json = json_text(arguments);
    return add(begin, end, std::string{text_.substr(exact_begin, at - exact_begin)},
               std::move(call));
  }

  std::size_t mistral(std::size_t begin, std::size_t inner) {
    auto at = skip_blank(inner);
    if (is_at(at, "[") || is_at(at, "{"))
      return json_calls(begin, inner, "</s>");
    found_call call;
    call.name = name_at(at);
    if (!tools_.has(call.name))
      return npos;
    if (is_at(at, "[CALL_ID]")) {
      at += 9;
      name_at(at);
    }
    const auto open = skip_blank(past(at, "[ARGS]"));
    const auto read = object_at(open);
    if (!read || !read->value.is_object())
      return npos;
    call.arguments_json = json_text(read->value);
    call.repaired = read->repaired;
    return add(begin, read->end, std::string{text_.substr(inner, read->end - inner)},
               std::move(call));
  }

  std::size_t python_tag(std::size_t begin, std::size_t inner) {
    const auto end = std::min(
        {text_.find("<|eom_id|>", inner), text_.find("<|eot_id|>", inner), text_.size()});
    auto at = skip_blank(inner);
    if (is_at(at, "{")) {
      std::size_t last = npos;
      while (is_at(at, "{")) { // several calls stand one after the other, with or without a semicolon
        const auto one = json_calls(begin, at, "<|eom_id|>");
        if (one == npos)
          break;
        last = one;
        at = skip_blank(past(one, ";"));
      }
      return last;
    }
    auto calls = read_python_calls(text_.substr(inner, end - inner), tools_);
    if (!calls)
      return npos;
    const auto behind = past(past(end, "<|eom_id|>"), "<|eot_id|>");
    for (auto& call : *calls) {
      std::string exact = call.exact;
      add(begin, behind, std::move(exact), std::move(call));
    }
    return behind;
  }

  std::size_t harmony(std::size_t begin, std::size_t at) {
    constexpr std::string_view message = "<|message|>", to = "to=";
    const auto header_end = text_.substr(0, at + 256).find(message, at);
    if (header_end == npos)
      return npos;
    const auto header = text_.substr(at, header_end - at);
    const auto target = header.find(to);
    if (target == npos)
      return npos;
    auto name_begin = past(at + target + to.size(), "functions.");
    found_call call;
    call.name = name_at(name_begin);
    if (!tools_.has(call.name))
      return npos;
    const auto open = skip_blank(header_end + message.size());
    const auto read = object_at(open);
    if (!read || !read->value.is_object())
      return npos;
    call.arguments_json = json_text(read->value);
    call.repaired = read->repaired;
    const auto end = past(read->end, "<|call|>");
    return add(begin, end, std::string{text_.substr(begin, read->end - begin)}, std::move(call));
  }

  std::string_view text_;
  const offered_tools& tools_;
  std::vector<found_call> found_;
  int bad_json_ = 0;
  tag_finder parameter_end_{text_, "</parameter>"};
  tag_finder key_end_{text_, "</arg_key>"};
  tag_finder value_end_{text_, "</arg_value>"};
};

} // namespace

std::vector<found_call> read_marked_calls(std::string_view text, const offered_tools& tools) {
  return marked_reader{text, tools}.calls();
}

} // namespace claw
