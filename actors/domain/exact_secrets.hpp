#pragma once
// Finds known values in a text in one pass (Aho and Corasick, 1975), with a state that survives
// between pieces of it.

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace claw {

class exact_secrets {
public:
  /// Fewer bytes than this are no secret worth looking for.
  static constexpr std::size_t bytes_min = 8;

  /// From this length on, three quarters of a value count as the value: limits cut texts anywhere before they get here,
  /// and what is left of a shorter one may well be an ordinary word.
  static constexpr std::size_t cut_bytes_min = 24;

  /// Looks for every value of at least `bytes_min` bytes: as it is, URL-encoded, JSON-escaped, and base64-encoded at
  /// each of the three places it can have inside a longer text that was encoded with it.
  explicit exact_secrets(const std::vector<std::string>& values);

  enum class state : uint32_t { start = 0 };

  struct progress {
    state now = state::start;
    std::size_t taken = 0; ///< bytes of the text
    std::size_t hit = 0;   ///< the length of the longest value that ends with them; 0: none does
  };

  /// Takes bytes of a text without invisible characters: up to the first that ends a value, or all of them.
  /// @param steps grows by the work done
  progress next(state from, std::string_view text, std::size_t& steps) const;

  /// How many of the last bytes may be the beginning of a value.
  std::size_t depth(state x) const { return nodes_[static_cast<std::size_t>(x)].depth; }

private:
  struct node {
    std::map<char, uint32_t> children;
    uint32_t fallback = 0;
    std::size_t depth = 0;
    std::size_t hit = 0;
  };
  void add(std::string_view pattern);
  void link();
  uint32_t step(uint32_t at, char byte, std::size_t& steps) const;

  std::vector<node> nodes_;
  std::array<bool, 256> begins_{}; ///< the bytes that some value begins with
};

/// The patterns that are looked for on behalf of one value, for tests.
std::vector<std::string> encodings_of(const std::string& value);

} // namespace claw
