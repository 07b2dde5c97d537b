#include "llm/bounded_json.hpp"

#include "llm/text_cut.hpp"

#include <cstdint>

namespace claw {

namespace {

// The last 2048 code points of plane 16 are private use and stand for D800..DFFF, one to one.
constexpr uint32_t stand_in_base = 0x10F800;
constexpr std::string_view replacement = "\xEF\xBF\xBD";

bool is_nested_too_deep(std::string_view s, std::size_t depth_max) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < s.size(); ++i) {
    if (in_string) {
      if (s[i] == '\\')
        ++i;
      else if (s[i] == '"')
        in_string = false;
    } else if (s[i] == '"') {
      in_string = true;
    } else if (s[i] == '{' || s[i] == '[') {
      if (++depth > depth_max)
        return true;
    } else if ((s[i] == '}' || s[i] == ']') && depth > 0) {
      --depth;
    }
  }
  return false;
}

/// The value of the four hex digits of a `\uXXXX` at `i`, or -1.
int escaped_unit(std::string_view s, std::size_t i) {
  if (i + 6 > s.size() || s[i] != '\\' || s[i + 1] != 'u')
    return -1;
  int value = 0;
  for (std::size_t k = i + 2; k < i + 6; ++k) {
    const char c = s[k];
    const int digit = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (digit < 0)
      return -1;
    value = value * 16 + digit;
  }
  return value;
}

bool is_high(int unit) {
  return unit >= 0xD800 && unit <= 0xDBFF;
}

bool is_low(int unit) {
  return unit >= 0xDC00 && unit <= 0xDFFF;
}

void append_code_point(std::string& out, uint32_t c) {
  if (c >= 0x10000)
    out += static_cast<char>(0xF0 | (c >> 18));
  else
    out += static_cast<char>(0xE0 | (c >> 12));
  if (c >= 0x10000)
    out += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
  out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
  out += static_cast<char>(0x80 | (c & 0x3F));
}

/// Well-formed pairs stay; a lone half becomes its stand-in.
std::string without_lone_surrogates(std::string_view s) {
  std::string out;
  out.reserve(s.size());
  for (std::size_t i = 0; i < s.size();) {
    const int unit = s[i] == '\\' ? escaped_unit(s, i) : -1;
    if (is_high(unit) && is_low(escaped_unit(s, i + 6))) {
      out.append(s.substr(i, 12));
      i += 12;
    } else if (is_high(unit) || is_low(unit)) {
      append_code_point(out, stand_in_base + static_cast<uint32_t>(unit - 0xD800));
      i += 6;
    } else {
      const std::size_t n = s[i] == '\\' && i + 1 < s.size() ? 2 : 1;
      out.append(s.substr(i, n));
      i += n;
    }
  }
  return out;
}

/// The surrogate that the stand-in at `i` stands for, or -1. A stand-in is F4 8F A0..BF 80..BF.
int stood_for(std::string_view s, std::size_t i) {
  if (i + 4 > s.size() || s[i] != '\xF4' || s[i + 1] != '\x8F')
    return -1;
  const unsigned third = static_cast<unsigned char>(s[i + 2]);
  const unsigned fourth = static_cast<unsigned char>(s[i + 3]);
  if (third < 0xA0)
    return -1;
  return static_cast<int>(0xD800 + ((third - 0xA0) << 6) + (fourth & 0x3F));
}

} // namespace

std::optional<nlohmann::json> parse_foreign_json(std::string_view text, std::size_t depth_max) {
  // The parser takes a NUL for the end of the text. A byte order mark it skips.
  if (is_nested_too_deep(text, depth_max) || text.find('\0') != std::string_view::npos)
    return std::nullopt;
  auto parsed = nlohmann::json::parse(text.begin(), text.end(), nullptr, false);
  if (parsed.is_discarded()) {
    const std::string mended = without_lone_surrogates(to_utf8(text));
    if (mended != text)
      parsed = nlohmann::json::parse(mended, nullptr, false);
  }
  if (parsed.is_discarded())
    return std::nullopt;
  return parsed;
}

std::string join_surrogates(std::string text) {
  if (text.find("\xF4\x8F") == std::string::npos)
    return text;
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const int unit = stood_for(text, i);
    const int next = unit < 0 ? -1 : stood_for(text, i + 4);
    if (is_high(unit) && is_low(next)) {
      append_code_point(out, 0x10000u + (static_cast<uint32_t>(unit - 0xD800) << 10)
                                 + static_cast<uint32_t>(next - 0xDC00));
      i += 8;
    } else if (unit >= 0) {
      out += replacement;
      i += 4;
    } else {
      out += text[i++];
    }
  }
  return out;
}

std::string llm_json::json_text(const nlohmann::json& x) {
  return x.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string ordered_json_text(const nlohmann::ordered_json& x) {
  return x.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

} // namespace claw
