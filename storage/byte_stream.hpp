#pragma once
// Numbers and strings as bytes: the alphabet of stored records. Integers are LEB128 (seven bits a
// byte, lowest first), signed ones zigzag first, strings are their length and their bytes.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace claw {

// -- integers of fixed width, lowest byte first, where a place is filled in later
//
template <class T>
void store_fixed(T x, char* at) {
  for (std::size_t i = 0; i < sizeof(T); ++i)
    at[i] = static_cast<char>(x >> (8 * i) & 0xff);
}

template <class T>
T load_fixed(const char* at) {
  T x = 0;
  for (std::size_t i = sizeof(T); i-- > 0;)
    x = static_cast<T>(x << 8 | static_cast<uint8_t>(at[i]));
  return x;
}

/// Appends to a string that somebody else owns and reuses.
class byte_writer {
public:
  explicit byte_writer(std::string& out) : out_(out) {}

  void byte(uint8_t x) { out_.push_back(static_cast<char>(x)); }
  void number(uint64_t x);
  void signed_number(int64_t x);
  void text(std::string_view x);
  void optional_text(const std::optional<std::string>& x);
  void optional_number(const std::optional<int64_t>& x);

private:
  std::string& out_;
};

/// Reads what byte_writer wrote, and trusts none of it: what is too short, too long or no legal
/// value answers zero or "" and makes the reader fail for good.
class byte_reader {
public:
  explicit byte_reader(std::string_view bytes) : rest_(bytes) {}

  uint8_t byte();
  uint64_t number();
  int64_t signed_number();
  std::string_view text();
  std::string_view bytes(std::size_t count); ///< exactly so many
  std::optional<std::string> optional_text();
  std::optional<int64_t> optional_number();

  /// A number that may not be above `max`.
  uint64_t number_up_to(uint64_t max);

  std::size_t left() const noexcept { return rest_.size(); }

  /// True when every value so far was there.
  bool ok() const noexcept { return ok_; }

  /// True when every value was there and nothing is left.
  bool at_end() const noexcept { return ok_ && rest_.empty(); }

private:
  void fail();

  std::string_view rest_;
  bool ok_ = true;
};

} // namespace claw
