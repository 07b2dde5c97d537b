#pragma once
// Server-sent events: bytes in, events out. Bytes may be cut anywhere, also inside a character or a line end.
// @source WHATWG HTML, 9.2.6 "Interpreting an event stream"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace claw {

struct sse_event {
  std::string name; ///< the `event` field, "" where there is none
  std::string data; ///< the `data` lines joined with LF; bytes, not checked for UTF-8

  friend bool operator==(const sse_event&, const sse_event&) = default;
};

class sse_parser {
public:
  /// @param event_bytes_max an event that grows beyond it makes the parser stop for good
  explicit sse_parser(std::size_t event_bytes_max = 8u << 20);

  /// Appends the events that became whole to `out`.
  void feed(std::string_view bytes, std::vector<sse_event>& out);

  /// The stream has ended: some servers leave out the last blank line, so an unfinished event is
  /// handed over too (the standard would drop it). A cut one is no JSON, which its reader notices.
  void finish(std::vector<sse_event>& out);

  /// True once an event was too large: nothing more will come out.
  bool overflowed() const noexcept { return overflowed_; }

private:
  void end_line(std::vector<sse_event>& out);
  void emit(std::vector<sse_event>& out);

  std::size_t event_bytes_max_;
  std::string line_;
  sse_event event_;
  bool has_data_ = false;
  bool after_cr_ = false;
  bool first_line_ = true;
  bool overflowed_ = false;
};

} // namespace claw
