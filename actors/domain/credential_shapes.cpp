#include "actors/domain/credential_shapes.hpp"

#include "actors/domain/shape_scan.hpp"

#include <algorithm>
#include <array>

namespace claw {

namespace {

bool goes_on(shape_context::phase now, char c) {
  if (now == shape_context::phase::word)
    return is_word(c) || c == '.' || c == '=';
  return static_cast<unsigned char>(c) > ' ' && c != '"' && c != '\'' && c != '`' && c != '<';
}

/// The rest of a credential that is longer than the scanners look ahead.
shape_verdict rest_of(const scan_window& x) {
  std::size_t at = 0;
  while (at < x.text.size() && goes_on(x.context.now, x.text[at]))
    ++at;
  x.steps += at + 1;
  if (at == 0)
    return plain(0);
  return secret(0, at, at == x.text.size() ? x.context.now : shape_context::phase::open);
}

/// The scanners know what begins a word, an address behind `:`, or a run of dashes.
bool may_begin(char before, char c) {
  if (is_letter(c))
    return !is_alnum(before) && before != '_';
  return c == ':' || (c == '-' && before != '-');
}

/// How many bytes at the front begin no credential, whatever follows: the most of any text.
std::size_t dull_bytes(std::string_view rest, const shape_context& context) {
  auto here = context;
  std::size_t at = 0;
  for (; at < rest.size() && !may_begin(here.before, rest[at]); ++at)
    here.step(rest[at]);
  return at;
}

} // namespace

void shape_context::step(char c) {
  before = escapes.step(c);
  if (!is_word(before))
    gaps_in_word = 0;
  if (before == '\n' || before == '\r')
    line_start = true;
  else if (!escapes.inside() && (is_alnum(c) || c == '_' || c == '=' || c == '('))
    line_start = false;
  if (prefix.step(before)) {
    line_start = true;
    before = '\n';
  }
}

void shape_context::pass_gap(char next) {
  constexpr uint8_t gaps_max = 4;
  if (next == ':' || !is_word(before) || gaps_in_word == gaps_max)
    return;
  ++gaps_in_word;
  before = ' ';
}

void shape_context::pass(std::string_view bytes) {
  for (const char c : bytes)
    step(c);
}

shape_verdict shape_at(std::string_view rest, const shape_context& context, bool at_end, std::size_t plain_max,
                       std::size_t& steps) {
  const scan_window window{rest, context, at_end, steps};
  ++steps;
  if (context.now == shape_context::phase::key_block)
    return key_block_line(window);
  if (context.now != shape_context::phase::open)
    return rest_of(window);
  if (const auto dull = dull_bytes(rest.substr(0, plain_max), context); dull > 0) {
    steps += dull;
    return plain(dull);
  }
  // The order counts: the first that knows what stands here decides, once it has seen enough to tell.
  constexpr std::array scanners{token_at,        webhook_at,     assignment_at, url_password_at,
                                 colon_token_at, user_option_at, key_block_at};
  for (const auto scanner : scanners)
    if (const auto verdict = scanner(window); verdict.what != shape_verdict::kind::plain)
      return verdict;
  return plain();
}

} // namespace claw
