#pragma once
// Unpredictable bits for ids and leases.

#include <cstdint>

namespace claw {

/// 64 unpredictable bits, from any thread. Quick: the kernel is asked once for many. Not std::random_device, which
/// asks the processor each time: on a virtual machine that costs tens of microseconds, and under load it throws.
/// @source getrandom(2): up to 256 bytes come whole and without an interruption
uint64_t random_bits();

} // namespace claw
