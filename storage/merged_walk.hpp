#pragma once
// The jobs of both layers in the order of their ids, each once: pending ones hide settled ones.

#include "storage/job_overlay.hpp"
#include "storage/lmdb_env.hpp"

#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace claw {

struct walked_job {
  job_id id;
  bool open = true;
  bool pending = false;    ///< else it is as it is settled
  std::string_view record; ///< of a pending one; empty: it is gone
};

enum class walk_order { oldest_first, newest_first };

/// At most `most` pending jobs behind `from` (none: from the end where the order begins), in order.
/// Later overlays go over earlier ones: call it for the older one first.
void add_pending(std::vector<walked_job>& to, const job_overlay& overlay, walk_order order,
                 const std::optional<job_id>& from, std::size_t most);

class merged_walk {
public:
  /// @param settled a cursor whose keys are ids, put by `begin`
  merged_walk(std::vector<walked_job> pending, lmdb_cursor settled, walk_order order)
      : pending_(std::move(pending)), settled_(std::move(settled)), order_(order) {}

  /// Goes to the first job behind `from`. @returns false when there is none. Errors: `store_broken`.
  outcome<bool> begin(const std::optional<job_id>& from);
  outcome<bool> next();

  /// The job that it stands at.
  const walked_job& here() const noexcept { return here_; }

private:
  outcome<bool> take_first(const outcome<bool>& there);
  outcome<bool> hold(const outcome<bool>& there);

  std::vector<walked_job> pending_;
  std::size_t next_pending_ = 0;
  lmdb_cursor settled_;
  std::optional<job_id> next_settled_;
  walk_order order_;
  walked_job here_;
};

} // namespace claw
