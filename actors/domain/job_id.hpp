#pragma once
// Names of things, as strong types: a job's id cannot be passed where a lease's id is wanted.

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace claw {

/// A job's id: 128 bits, on the wire a UUID in text form. The ids that the broker makes are version 7
/// (RFC 9562, 5.7), so that their order is the order of creation: the oldest job has the smallest id.
struct job_id {
  std::array<uint8_t, 16> bytes{};

  friend auto operator<=>(const job_id&, const job_id&) = default;
};

/// The 36 characters `8-4-4-4-12`, lower case.
std::string to_string(const job_id& id);

/// @returns nothing unless the text is a UUID in its 36-character form (either case).
std::optional<job_id> parse_job_id(std::string_view text);

/// When the broker made it, as its clock was then: milliseconds since the Unix epoch.
int64_t created_ms(const job_id& id);

/// Makes ids that only ever grow, also when the wall clock is set back and also within one millisecond.
/// Not thread-safe: one owner (the queue) makes all ids of a broker.
class job_id_source {
public:
  /// @param last   the greatest id in use, so that new ones are greater after a restart too
  /// @param random any source of 64 random bits
  job_id_source(job_id last, std::function<uint64_t()> random);

  /// @param now_ms wall time, milliseconds since the Unix epoch
  job_id next(int64_t now_ms);

private:
  job_id last_;
  std::function<uint64_t()> random_;
};

} // namespace claw

template <>
struct std::hash<claw::job_id> {
  std::size_t operator()(const claw::job_id& id) const noexcept {
    uint64_t low = 0; // the random half of the id is its own hash
    for (std::size_t i = 8; i < 16; ++i)
      low = (low << 8) | id.bytes[i];
    return static_cast<std::size_t>(low * 0x9e3779b97f4a7c15ULL);
  }
};
