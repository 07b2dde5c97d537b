#pragma once
// Counting what happens, for people who watch a program from outside. Any thread may count and any may read; nobody
// waits for anybody, and a reader may see one number a moment before another.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace claw {

/// A number that only grows.
class counter {
public:
  void add(uint64_t n = 1) noexcept { n_.fetch_add(n, std::memory_order_relaxed); }
  uint64_t value() const noexcept { return n_.load(std::memory_order_relaxed); }

private:
  std::atomic<uint64_t> n_{0};
};

/// How values are distributed: how many stand at or below each bound and above the one before it.
template <std::size_t Bounds>
class histogram {
public:
  /// @param bounds in the unit of the values, growing
  constexpr explicit histogram(const std::array<uint64_t, Bounds>& bounds) : bounds_(bounds) {}

  void add(uint64_t x) noexcept {
    std::size_t i = 0;
    while (i < Bounds && x > bounds_[i])
      ++i;
    counts_[i].add();
    sum_.add(x);
  }

  const std::array<uint64_t, Bounds>& bounds() const noexcept { return bounds_; }
  uint64_t count(std::size_t i) const noexcept { return counts_[i].value(); } ///< `Bounds`: above all of them
  uint64_t sum() const noexcept { return sum_.value(); }

private:
  std::array<uint64_t, Bounds> bounds_;
  std::array<counter, Bounds + 1> counts_;
  counter sum_;
};

} // namespace claw
