#pragma once
// Everything that the databases of a snapshot and an overlay hold, gathered job by job in the order of their ids.

#include "storage/job_overlay.hpp"
#include "storage/store_image.hpp"

#include <optional>

namespace claw {

class stored_walk {
public:
  /// Both outlive the walk. Errors: `store_broken`.
  static outcome<stored_walk> begin(const lmdb_reader& settled, const store_layout& db, const job_overlay& pending,
                                    const std::optional<job_id>& from);

  /// The next job; `x` is reused. @returns false at the end. Errors: `store_broken`.
  outcome<bool> next(stored_job& x);

private:
  /// A cursor whose keys begin with ids.
  struct place {
    lmdb_cursor cursor;
    std::optional<job_id> id; ///< none at the end
  };

  stored_walk(std::vector<place> places, const job_overlay& pending) : places_(std::move(places)), pending_(pending) {}

  static outcome<done> hold(place& x, const outcome<bool>& there);
  std::optional<job_id> next_id() const;
  outcome<done> take_settled(std::size_t which, stored_job& x);
  void take_pending(stored_job& x) const;

  std::vector<place> places_; ///< jobs, open, events, texts
  const job_overlay& pending_;
  std::optional<job_id> last_;
};

} // namespace claw
