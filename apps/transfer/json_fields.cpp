#include "apps/transfer/json_fields.hpp"

#include "actors/domain/code_points.hpp"

#include <limits>
#include <string_view>
#include <utility>

namespace claw {

namespace {

using nlohmann::json;

constexpr std::string_view hex_digits = "0123456789abcdef";

std::optional<std::string> bytes_of(std::string_view hex) {
  if (hex.size() % 2 != 0)
    return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const auto high = hex_digits.find(hex[i]);
    const auto low = hex_digits.find(hex[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos)
      return std::nullopt;
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

/// The text as `text_json` wrote it, or nothing.
std::optional<std::string> text_of(const json& x) {
  if (x.is_string())
    return x.get<std::string>();
  if (!x.is_object() || x.size() != 1 || !x.contains("hex") || !x["hex"].is_string())
    return std::nullopt;
  return bytes_of(x["hex"].get_ref<const std::string&>());
}

std::optional<int64_t> integer_of(const json& x) {
  if (!x.is_number_integer())
    return std::nullopt;
  if (x.is_number_unsigned() && x.get<uint64_t>() > static_cast<uint64_t>(std::numeric_limits<int64_t>::max()))
    return std::nullopt;
  return x.get<int64_t>();
}

} // namespace

std::string hex_of(const std::string& bytes) {
  std::string hex;
  for (const char c : bytes) {
    hex += hex_digits[static_cast<unsigned char>(c) >> 4];
    hex += hex_digits[static_cast<unsigned char>(c) & 15];
  }
  return hex;
}

json text_json(const std::string& x) {
  return is_utf8(x) ? json(x) : json{{"hex", hex_of(x)}};
}

json_fields::json_fields(const json& object, std::string where) : object_(object), where_(std::move(where)) {
  if (!object_.is_object())
    trouble_ = (where_.empty() ? "it" : where_) + " must be an object";
}

void json_fields::complain(const char* key, const std::string& what) {
  if (trouble_.empty())
    trouble_ = (where_.empty() ? "" : where_ + ": ") + key + " " + what;
}

const json& json_fields::at(const char* key) {
  static const json nothing;
  const auto found = trouble_.empty() ? object_.find(key) : object_.end();
  if (trouble_.empty() && found == object_.end())
    complain(key, "is missing");
  if (!trouble_.empty())
    return nothing;
  ++read_;
  return *found;
}

std::string json_fields::text(const char* key) {
  auto x = text_of(at(key));
  if (!x)
    complain(key, "must be a string");
  return std::move(x).value_or("");
}

std::optional<std::string> json_fields::maybe_text(const char* key) {
  const auto& x = at(key);
  auto found = text_of(x);
  if (!found && !x.is_null())
    complain(key, "must be a string or null");
  return found;
}

std::string json_fields::bytes(const char* key) {
  auto x = bytes_of(text(key));
  if (!x)
    complain(key, "must be written in hex");
  return std::move(x).value_or("");
}

int64_t json_fields::integer(const char* key, int64_t least, int64_t most) {
  const auto x = integer_of(at(key));
  if (!x || *x < least || *x > most)
    complain(key, "must be an integer from " + std::to_string(least) + " to " + std::to_string(most));
  return x.value_or(0);
}

std::optional<int64_t> json_fields::maybe_integer(const char* key) {
  const auto& x = at(key);
  const auto found = integer_of(x);
  if (!found && !x.is_null())
    complain(key, "must be an integer or null");
  return found;
}

bool json_fields::flag(const char* key) {
  const auto& x = at(key);
  if (!x.is_boolean())
    complain(key, "must be true or false");
  return x.is_boolean() && x.get<bool>();
}

const json& json_fields::array(const char* key) {
  static const auto empty = json::array();
  const auto& x = at(key);
  if (!x.is_array())
    complain(key, "must be an array");
  return x.is_array() ? x : empty;
}

const json& json_fields::object(const char* key) {
  static const auto empty = json::object();
  const auto& x = at(key);
  if (!x.is_object())
    complain(key, "must be an object");
  return x.is_object() ? x : empty;
}

outcome<done> json_fields::end() const {
  if (!trouble_.empty())
    return failure{ec::bad_shape, trouble_};
  if (read_ != object_.size())
    return failure{ec::bad_shape,
                   (where_.empty() ? "" : where_ + ": ") + std::string{"it has a key that this program does not know"}};
  return done{};
}

} // namespace claw
