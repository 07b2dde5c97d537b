#pragma once
// Seeds of a fuzzer, in its own source: now and then an input is begun anew from one of them.
// @source https://llvm.org/docs/LibFuzzer.html; include in the fuzzer's one file and call FUZZ_SEEDS once.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace claw {

constexpr unsigned mutations_a_seed = 256;

inline std::size_t mutate_or_seed(const std::vector<std::string>& seeds, std::uint8_t* data, std::size_t size,
                                  std::size_t max_size, unsigned random) {
  if (size <= 1 || random % mutations_a_seed == 0) {
    const auto& seed = seeds[random / mutations_a_seed % seeds.size()];
    size = std::min(seed.size(), max_size);
    std::memcpy(data, seed.data(), size);
  }
  return LLVMFuzzerMutate(data, size, max_size);
}

} // namespace claw

#define FUZZ_SEEDS(...)                                                                                                \
  extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,           \
                                                 unsigned random) {                                                    \
    static const std::vector<std::string> seeds __VA_ARGS__;                                                           \
    return claw::mutate_or_seed(seeds, data, size, max_size, random);                                                  \
  }
