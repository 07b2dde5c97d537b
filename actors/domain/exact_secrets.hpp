#pragma once
// Finds known values in a text in one pass (Aho and Corasick, 1975), with a state that survives
// between pieces of it.

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

  /// Looks for every value of at least `bytes_min` bytes: as it is, URL-encoded, JSON-escaped, and base64-encoded at
  /// each of the three places it can have inside a longer text that was encoded with it.
  explicit exact_secrets(const std::vector<std::string>& values);

  enum class state : uint32_t { start = 0 };

  /// Takes one more byte. @param hit becomes the length of the longest value that ends here, else 0
  /// @param steps grows by the work done
  state next(state from, char byte, std::size_t& hit, std::size_t& steps) const;

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

  std::vector<node> nodes_;
};

/// The patterns that are looked for on behalf of one value, for tests.
std::vector<std::string> encodings_of(const std::string& value);

} // namespace claw
