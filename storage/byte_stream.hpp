#pragma once
// Numbers and strings as bytes: the alphabet of stored records. Integers are LEB128 (seven bits a
// byte, lowest first), signed ones zigzag first, strings are their length and their bytes.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace claw {

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
