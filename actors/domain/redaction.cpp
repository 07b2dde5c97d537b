#include "actors/domain/redaction.hpp"

#include "actors/domain/ascii.hpp"
#include "actors/domain/error.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace claw {

namespace {

constexpr char plain_byte = '.';
constexpr char secret_byte = 'x';

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
  take(piece);
  scan(false);
  return release(std::min(scanned_, pending_.size() - exact_->depth(exact_state_)));
}

std::string stream_redactor::finish() {
  scan(true);
  auto rest = release(pending_.size());
  exact_state_ = exact_secrets::state::start;
  context_ = shape_context{};
  in_mark_ = false;
  return rest;
}

void stream_redactor::take(std::string_view piece) {
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

void stream_redactor::scan(bool at_end) {
  while (scanned_ < pending_.size()) {
    const auto rest = std::string_view{pending_}.substr(scanned_);
    const auto verdict = shape_at(rest, context_, at_end, steps_);
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
  for (std::size_t at = 0; at < limit;) {
    const bool secret = kinds_[at] == secret_byte;
    const auto end = std::min(kinds_.find(secret ? plain_byte : secret_byte, at), limit);
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
  scanned_ = scanned_ > limit ? scanned_ - limit : 0;
  return shown;
}

std::string with_instruction_warning(std::string text) {
  constexpr std::array<std::string_view, 5> orders{
      "run this command", "paste this into your terminal", "do this next",
      "click this link to connect", "execute the following"};
  std::string plain; // lower case, every run of blanks one blank
  for (const char c : text) {
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
