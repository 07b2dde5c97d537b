#include "apps/entropy.hpp"

#include "actors/domain/error.hpp"

#include <sys/random.h>

#include <array>
#include <cstddef>
#include <utility>

namespace claw {

namespace {

/// What a thread has asked for and not used yet. A value is forgotten when it is given out.
struct supply {
  std::array<uint64_t, 32> bits{};
  std::size_t left = 0;

  void fill() {
    static_assert(sizeof bits <= 256);
    CLAW_ASSERT(::getrandom(bits.data(), sizeof bits, 0) == static_cast<ssize_t>(sizeof bits));
    left = bits.size();
  }
};

} // namespace

uint64_t random_bits() {
  thread_local supply mine;
  if (mine.left == 0)
    mine.fill();
  return std::exchange(mine.bits[--mine.left], 0);
}

} // namespace claw
