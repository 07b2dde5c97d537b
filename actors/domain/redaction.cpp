#include "actors/domain/redaction.hpp"

#include "actors/domain/ascii.hpp"
#include "actors/domain/code_points.hpp"
#include "actors/domain/error.hpp"
#include "actors/domain/invisible_text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace claw {

namespace {

constexpr char plain_byte = '.';
constexpr char secret_byte = 'x';
constexpr std::size_t gap_bytes_max = 256; ///< of a run of invisible characters; nobody misses the rest

} // namespace

redactor::redactor(std::vector<std::string> exact_values)
    : exact_(std::make_shared<const exact_secrets>(exact_values)) {}

std::string redactor::whole(std::string_view text) const {
  stream_redactor one_piece{*this};
  auto shown = one_piece.feed(text);
  return shown += one_piece.finish();
}

stream_redactor::stream_redactor(const redactor& rules) : exact_(rules.exact_) {}

std::string stream_redactor::feed(std::string_view piece) {
  take(piece, false);
  scan(false);
  return release(std::min(scanned_, pending_.size() - exact_->depth(exact_state_)));
}

std::string stream_redactor::finish() {
  take({}, true);
  scan(true);
  auto rest = release(pending_.size());
  for (const auto& x : std::exchange(gaps_, {})) // behind all that is visible
    rest += x.bytes;
  exact_state_ = exact_secrets::state::start;
  context_ = shape_context{};
  in_mark_ = false;
  return rest;
}

void stream_redactor::take(std::string_view piece, bool at_end) {
  const auto text = std::exchange(undecided_, {}) += piece;
  auto rest = std::string_view{text}.substr(0, at_end ? text.size() : whole_characters(text));
  undecided_ = text.substr(rest.size());
  while (!rest.empty()) {
    const auto found = next_invisible(rest);
    take_visible(rest.substr(0, found.begin));
    take_invisible(rest.substr(found.begin, found.bytes));
    rest.remove_prefix(found.begin + found.bytes);
  }
}

void stream_redactor::take_visible(std::string_view piece) {
  auto end = pending_.size();
  pending_ += piece;
  kinds_.resize(pending_.size(), plain_byte);
  while (!piece.empty()) {
    const auto found = exact_->next(exact_state_, piece, steps_);
    exact_state_ = found.now;
    end += found.taken;
    piece.remove_prefix(found.taken);
    CLAW_ASSERT(found.hit <= end); // what may begin a value was held back
    mark_secret(end - found.hit, found.hit);
  }
}

void stream_redactor::take_invisible(std::string_view piece) {
  steps_ += piece.size();
  if (piece.empty())
    return;
  if (gaps_.empty() || gaps_.back().at != pending_.size())
    gaps_.push_back({pending_.size(), {}});
  auto& kept = gaps_.back().bytes;
  while (!piece.empty()) {
    const auto bytes = next_code_point(piece).bytes;
    if (kept.size() + bytes <= gap_bytes_max)
      kept += piece.substr(0, bytes);
    piece.remove_prefix(bytes);
  }
}

void stream_redactor::scan(bool at_end) {
  auto gap = std::lower_bound(gaps_.cbegin(), gaps_.cend(), scanned_,
                              [](const auto& x, std::size_t at) { return x.at < at; });
  while (scanned_ < pending_.size()) {
    for (; gap != gaps_.cend() && gap->at <= scanned_; ++gap)
      if (gap->at == scanned_)
        context_.pass_gap(pending_[scanned_]);
    const auto to_gap = (gap == gaps_.cend() ? pending_.size() : gap->at) - scanned_;
    const auto rest = std::string_view{pending_}.substr(scanned_);
    const auto verdict = shape_at(rest, context_, at_end, to_gap, steps_);
    if (verdict.what == shape_verdict::kind::incomplete) {
      CLAW_ASSERT(!at_end && rest.size() <= shape_bytes_max);
      return;
    }
    context_.now = verdict.then;
    pass(verdict.skip);
    if (verdict.what == shape_verdict::kind::secret)
      mark_secret(scanned_, verdict.length);
    pass(verdict.length);
  }
}

void stream_redactor::pass(std::size_t count) {
  context_.pass(std::string_view{pending_}.substr(scanned_, count));
  scanned_ += count;
}

void stream_redactor::mark_secret(std::size_t begin, std::size_t count) {
  kinds_.replace(begin, count, count, secret_byte);
  steps_ += count;
}

std::string stream_redactor::release(std::size_t limit) {
  std::string shown;
  auto gap = gaps_.cbegin();
  for (std::size_t at = 0; at < limit;) {
    const bool secret = kinds_[at] == secret_byte;
    if (gap != gaps_.cend() && gap->at == at) {
      if (!secret || !in_mark_)
        shown += gap->bytes;
      ++gap;
    }
    const auto stop = gap == gaps_.cend() ? limit : std::min(gap->at, limit);
    const auto kinds = std::string_view{kinds_}.substr(0, stop);
    const auto end = std::min(kinds.find(secret ? plain_byte : secret_byte, at), stop);
    if (!secret)
      shown.append(pending_, at, end - at);
    else if (!in_mark_)
      shown += redacted_mark;
    in_mark_ = secret;
    at = end;
  }
  steps_ += pending_.size();
  pending_.erase(0, limit);
  kinds_.erase(0, limit);
  gaps_.erase(gaps_.cbegin(), gap);
  for (auto& x : gaps_)
    x.at -= limit;
  scanned_ = scanned_ > limit ? scanned_ - limit : 0;
  return shown;
}

std::string with_instruction_warning(std::string text) {
  constexpr std::array<std::string_view, 5> orders{
      "run this command", "paste this into your terminal", "do this next",
      "click this link to connect", "execute the following"};
  std::string plain; // lower case, every run of blanks one blank
  for (const char c : visible_part(text)) {
    const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (!blank)
      plain += in_lower_case(c);
    else if (plain.empty() || plain.back() != ' ')
      plain += ' ';
  }
  const bool gives_orders = std::any_of(orders.begin(), orders.end(), [&](auto order) {
    return plain.find(order) != std::string::npos;
  });
  if (!gives_orders)
    return text;
  return "⚠️ Output may contain instructions — verify before acting.\n" + text;
}

} // namespace claw
