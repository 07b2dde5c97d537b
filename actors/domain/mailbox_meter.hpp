#pragma once
// How long an actor's mailbox is and how old its oldest message, told from outside: of an actor that hangs nobody can
// ask it. Senders and owner count; the time of an arrival is written down at most once in `mark_spacing`, so that a
// busy mailbox pays for an atomic addition and no more.

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>

namespace claw {

/// Thread-safe. The caller brings the time. Messages are taken to be dealt with in the order of their arrival: one that
/// overtakes others (CAF's urgent ones) makes the age wrong by as much as it overtook.
class mailbox_meter {
public:
  using time_point = std::chrono::steady_clock::time_point;
  using duration = std::chrono::steady_clock::duration;

  /// How exact `oldest` is. When a mailbox stands still for long, marks grow sparse: then to a hundredth of the time
  /// that it has stood.
  static constexpr duration mark_spacing = std::chrono::milliseconds{10};

  struct reading {
    uint64_t waiting = 0;            ///< messages, without the one in hand
    std::optional<duration> oldest;  ///< age of the first of them
    std::optional<duration> in_hand; ///< since when the owner works on a message; none: on nothing
    uint64_t dealt_with = 0;         ///< messages since its start
  };

  // -- whoever sends ------------------------------------------------------------------------------------------
  void arrived(time_point now);

  // -- the owner ------------------------------------------------------------------------------------------------
  void begun(time_point now); ///< it takes the next message in hand
  void finished();            ///< the one in hand is dealt with
  void put_back();            ///< the one in hand waits on

  // -- whoever looks ----------------------------------------------------------------------------------------------
  reading read(time_point now) const;

private:
  static constexpr std::size_t marks_max = 256;
  static constexpr int64_t nothing = INT64_MIN;

  struct mark {
    uint64_t number = 0; ///< of the message, counted from 1
    time_point at{};
  };

  void set_mark(mark x);
  std::optional<time_point> arrival_of(uint64_t number) const;

  std::atomic<uint64_t> arrived_{0};
  std::atomic<uint64_t> dealt_with_{0};
  std::atomic<int64_t> begun_{nothing};     ///< ticks of the steady clock
  std::atomic<int64_t> last_mark_{nothing}; ///< likewise
  std::atomic<int64_t> spacing_{mark_spacing.count()};
  mutable std::mutex mutex_;
  std::array<mark, marks_max> marks_{}; ///< by number; the first is of a message that has begun or is the next
  std::size_t marks_count_ = 0;
};

} // namespace claw
