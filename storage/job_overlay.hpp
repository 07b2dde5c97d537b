#pragma once
// What a few batches change, in memory: the values as they will stand in LMDB, the newest of each job. It answers
// readers until the batches are settled, and it is what gets settled.

#include "actors/domain/job_id.hpp"
#include "storage/batch_codec.hpp"

#include <array>
#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace claw {

/// A text as an overlay knows it.
struct pending_text {
  bool named = false;                    ///< false: the overlay says nothing about it
  std::optional<std::string_view> value; ///< none: it was cleared
};

/// A job as an overlay knows it. The views live as long as the overlay.
struct pending_job {
  bool erased = false; ///< what older layers say of it is gone; what stands here came after
  bool open = false;
  std::string_view record; ///< empty: the job is gone
  std::vector<stored_event> events; ///< by sequence number
  std::array<pending_text, 4> texts; ///< by job_text
};

/// Not thread-safe. What was added stays where it is, so views may be read without a lock that guards `add`.
class job_overlay {
public:
  /// Puts a batch over those before it. @param record keeps the bytes @param payload_at where the batch begins in it
  /// @returns false when the bytes are no batch, and then the overlay must not be used.
  bool add(std::string record, std::size_t payload_at, std::size_t payload_size);

  /// @returns nullptr when the overlay does not know the job; the entry may change with the next `add`.
  const pending_job* find(const job_id& id) const;

  const std::map<job_id, pending_job>& jobs() const noexcept { return jobs_; }
  bool empty() const noexcept { return jobs_.empty(); }
  std::size_t bytes() const noexcept { return bytes_; }

private:
  std::deque<std::string> records_;
  std::map<job_id, pending_job> jobs_;
  std::size_t bytes_ = 0;
};

} // namespace claw
