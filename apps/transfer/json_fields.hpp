#pragma once
// Reading the members of a JSON object one by one, strictly: each must be there and of its kind, and there must be no
// other. The first trouble is kept; what is read after it is empty.

#include "actors/domain/error.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace claw {

/// A string, or {"hex": "..."} where the bytes are no UTF-8.
nlohmann::json text_json(const std::string& x);

std::string hex_of(const std::string& bytes);

class json_fields {
public:
  /// @param object outlives this @param where names it in sentences, "" for the outermost
  json_fields(const nlohmann::json& object, std::string where);

  std::string text(const char* key);
  std::optional<std::string> maybe_text(const char* key); ///< none for null
  std::string bytes(const char* key);                     ///< written in hex
  int64_t integer(const char* key, int64_t least, int64_t most);
  std::optional<int64_t> maybe_integer(const char* key);
  bool flag(const char* key);
  const nlohmann::json& array(const char* key);
  const nlohmann::json& object(const char* key);

  /// A string that `parse` understands.
  template <class T, class Parse>
  T word(const char* key, Parse parse) {
    const auto x = text(key);
    const std::optional<T> found = parse(x);
    if (!found)
      complain(key, "is \"" + x + "\", which this program does not know");
    return found.value_or(T{});
  }

  void complain(const char* key, const std::string& what);

  /// All is read: `bad_shape` for the first trouble.
  outcome<done> end() const;

private:
  const nlohmann::json& at(const char* key);

  const nlohmann::json& object_;
  std::string where_;
  std::size_t read_ = 0;
  std::string trouble_;
};

} // namespace claw
