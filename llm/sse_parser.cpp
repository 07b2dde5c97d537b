#include "llm/sse_parser.hpp"

#include <utility>

namespace claw {

sse_parser::sse_parser(std::size_t event_bytes_max) : event_bytes_max_(event_bytes_max) {}

void sse_parser::feed(std::string_view bytes, std::vector<sse_event>& out) {
  while (!bytes.empty() && !overflowed_) {
    if (std::exchange(after_cr_, false) && bytes.front() == '\n') { // the second half of a CRLF
      bytes.remove_prefix(1);
      continue;
    }
    const auto end = bytes.find_first_of("\r\n");
    const std::string_view piece = bytes.substr(0, end);
    if (line_.size() + event_.data.size() + piece.size() > event_bytes_max_) {
      overflowed_ = true;
      return;
    }
    line_ += piece;
    if (end == std::string_view::npos)
      return;
    after_cr_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    end_line(out);
  }
}

void sse_parser::finish(std::vector<sse_event>& out) {
  if (overflowed_)
    return;
  if (!line_.empty())
    end_line(out);
  emit(out);
}

void sse_parser::end_line(std::vector<sse_event>& out) {
  std::string line = std::exchange(line_, {});
  if (std::exchange(first_line_, false) && line.rfind("\xEF\xBB\xBF", 0) == 0)
    line.erase(0, 3);
  if (line.empty()) {
    emit(out);
    return;
  }
  const auto colon = line.find(':');
  if (colon == 0) // a comment
    return;
  const std::string_view field = std::string_view{line}.substr(0, colon);
  std::string_view value;
  if (colon != std::string::npos)
    value = std::string_view{line}.substr(colon + 1);
  if (!value.empty() && value.front() == ' ')
    value.remove_prefix(1);
  if (field == "event") {
    event_.name = value;
  } else if (field == "data") {
    if (std::exchange(has_data_, true))
      event_.data += '\n';
    event_.data += value;
  } // id, retry and unknown fields mean nothing to an answer that cannot be resumed
}

void sse_parser::emit(std::vector<sse_event>& out) {
  if (has_data_)
    out.push_back(std::move(event_));
  event_ = {};
  has_data_ = false;
}

} // namespace claw
