#pragma once
// What an HTTP server has done since it started. Everything here belongs to the server's thread.

#include "actors/domain/meter.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>

namespace claw {

struct http_tally {
  /// Answers to requests of one kind (http_admission::kind; 0: those whose head was already wrong, or led nowhere).
  struct answers {
    std::map<unsigned, uint64_t> by_status;
    /// From the whole request to its answer, waits that the client asked for included; microseconds. Streams and
    /// requests that were refused by their head are not in it.
    histogram<12> times_us{
        {500, 1'000, 2'500, 5'000, 10'000, 25'000, 50'000, 100'000, 250'000, 1'000'000, 5'000'000, 30'000'000}};
  };

  void answered(std::size_t kind, unsigned status, std::optional<std::chrono::microseconds> took) {
    while (kinds.size() <= kind)
      kinds.emplace_back();
    ++kinds[kind].by_status[status];
    if (took)
      kinds[kind].times_us.add(static_cast<uint64_t>(took->count()));
  }

  std::deque<answers> kinds;   ///< by kind; grows to the greatest that was seen
  std::size_t connections = 0; ///< open now
  uint64_t accepted = 0;
  uint64_t refused = 0;         ///< of them: over the limit
  uint64_t accept_failures = 0; ///< no file descriptor was free, most often
};

} // namespace claw
