#pragma once
// Jobs by the wall time at which something is due for them.

#include "actors/domain/job_id.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <utility>

namespace claw {

class timetable {
public:
  /// Adding twice changes nothing. @param at_s wall seconds since the Unix epoch
  void add(int64_t at_s, const job_id& id) { rows_.emplace(at_s, id); }
  void remove(int64_t at_s, const job_id& id) { rows_.erase({at_s, id}); }

  /// Takes out a job whose time has come.
  std::optional<job_id> take_due(int64_t now_s) {
    if (rows_.empty() || rows_.begin()->first > now_s)
      return std::nullopt;
    return rows_.extract(rows_.begin()).value().second;
  }

  /// When the next one is due.
  std::optional<int64_t> next_s() const {
    return rows_.empty() ? std::nullopt : std::optional{rows_.begin()->first};
  }

  std::size_t size() const noexcept { return rows_.size(); }

private:
  std::set<std::pair<int64_t, job_id>> rows_;
};

} // namespace claw
