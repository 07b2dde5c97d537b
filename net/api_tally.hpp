#pragma once
// What the door has seen of its callers since it started. Everything here belongs to the server's thread.

#include "actors/domain/error.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace claw {

/// Why a new job is refused: the `reason` of the metric and, where there is one, of the audit line.
struct rejection {
  ec code;
  std::string_view reason;
};

inline constexpr std::array rejections = {
    rejection{ec::body_too_large, "body_too_large"},
    rejection{ec::bad_json, "invalid_json"},
    rejection{ec::bad_shape, "invalid_shape"},
    rejection{ec::bad_command, "invalid_command"},
    rejection{ec::payload_too_large, "payload_too_large"},
    rejection{ec::requires_too_large, "requires_too_large"},
    rejection{ec::rate_limited, "rate_limit"},
    rejection{ec::queue_full, "queue_cap"},
    rejection{ec::refused, "key_conflict"},
    rejection{ec::store_full, "store_full"},
    rejection{ec::unavailable, "unavailable"},
    rejection{ec::none, "other"},
};

struct api_tally {
  void rejected(ec code) {
    std::size_t i = 0;
    while (i + 1 < rejections.size() && rejections[i].code != code)
      ++i;
    ++creates_rejected[i];
  }

  std::array<uint64_t, rejections.size()> creates_rejected{}; ///< as `rejections`
  uint64_t late_results = 0; ///< results and failures that counted although their lease had expired
  uint64_t lost_results = 0; ///< those that came when the job was another's, or dead
  uint64_t legacy_calls = 0; ///< of workers that show no lease
};

} // namespace claw
