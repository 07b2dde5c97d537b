#pragma once
// Which large bodies and answers an HTTP server works on, so that many at once neither fill its memory nor keep small
// requests waiting. It decides; the bytes are the connections'. One thread's. Private to net/http_*.cpp.
//
// Room: of each way only so many bytes are held at a time; whoever finds no room waits in line. The oldest may always
// go on, so that bodies that are half there cannot block each other for ever.
// Turns: to make a large answer, or to read what a large body says, takes milliseconds of the server's thread. One is
// done at a time, and whatever else is ready goes in between.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>

namespace claw {

class large_traffic {
public:
  /// One large body, or answer, or both of one request; the lower, the older.
  using ticket = uint64_t;

  enum class way : uint8_t { in, out };

  enum class step : uint8_t {
    read_on, ///< needs room for what comes in
    take,    ///< a body is whole; it has its room already
    make,    ///< needs room for what goes out
  };

  /// @param bytes_max of each way; one body or answer may go beyond it
  explicit large_traffic(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  ticket join() { return ++last_; }

  bool has_room(way w, ticket x) const;
  void hold(way w, ticket x, std::size_t bytes); ///< so many in all from now on
  void let_go(way w, ticket x);

  void wait(step s, ticket x, std::function<void()> go_on);
  void leave(ticket x); ///< its turn will not come

  /// Whose turn it is: he has left the line, and goes on when this is called. Null where nobody can go on.
  std::function<void()> next();

  /// Somebody may go on.
  bool has_next() const;

  /// There are those who wait for room, and this one takes some.
  bool keeps_others_waiting(way w, ticket x) const;

private:
  static constexpr std::size_t steps = 3;
  using line = std::map<ticket, std::function<void()>>;

  bool may_go(std::size_t step_number) const;
  line& line_of(step s) { return lines_[static_cast<std::size_t>(s)]; }

  std::size_t bytes_max_;
  ticket last_ = 0;
  struct holders {
    std::map<ticket, std::size_t> bytes;
    std::size_t sum = 0;
  };
  std::array<holders, 2> held_;
  std::array<line, steps> lines_;
  std::size_t turn_ = 0; ///< the step that is looked at first, so that none is always behind the others
};

/// Whether what others wait for gets on: so many bytes in each span of time.
class pace_watch {
public:
  using time = std::chrono::steady_clock::time_point;

  static constexpr std::chrono::seconds span{5};
  static constexpr std::size_t span_bytes_min = 262'144;

  void begin(time now, std::size_t moved) {
    since_ = now;
    from_ = moved;
  }

  /// @returns true at the end of a span in which too few bytes were moved
  bool is_slow(time now, std::size_t moved) {
    if (now < since_ + span)
      return false;
    const bool slow = moved < from_ + span_bytes_min;
    begin(now, moved);
    return slow;
  }

private:
  time since_{};
  std::size_t from_ = 0;
};

} // namespace claw
