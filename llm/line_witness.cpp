#include "llm/line_witness.hpp"

#include <algorithm>

namespace claw {

std::optional<std::string_view> line_witness::line(const std::string& path, std::size_t number) {
  if (path != path_ || number < lines_)
    open(path);
  while (lines_ < number) {
    if (rest_.empty())
      return std::nullopt;
    const auto end = std::min(rest_.find('\n'), rest_.size());
    line_ = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    ++lines_;
  }
  return number == 0 ? std::nullopt : std::optional{line_};
}

void line_witness::open(const std::string& path) {
  path_ = path;
  lines_ = 0;
  content_.clear();
  if (const auto file = repo_.enter_for_stranger(path); file && !file->is_folder)
    if (auto text = read_all(file->fd.get(), file_bytes_max))
      content_ = std::move(*text);
  rest_ = content_;
}

} // namespace claw
