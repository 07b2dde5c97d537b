// Tokens that are known by how they begin, and the three-part ones (JSON Web Tokens, Discord).

#include "actors/domain/access_token.hpp"
#include "actors/domain/shape_scan.hpp"
#include "actors/domain/token_prefixes.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace claw {

namespace {

constexpr std::size_t word_bytes_max = 1'024;
constexpr std::size_t sk_bytes_max = 128; // also keeps "sk-sk-sk-..." cheap

bool is_in(alphabet a, char c) {
  switch (a) {
  case alphabet::alnum:
    return is_alnum(c);
  case alphabet::word:
    return is_word(c);
  case alphabet::upper_alnum:
    return is_upper(c) || is_digit(c);
  case alphabet::lower_alnum:
    return is_alnum(c) && !is_upper(c);
  case alphabet::hex:
    return is_digit(c) || (c >= 'a' && c <= 'f');
  case alphabet::alnum_dash:
    return is_alnum(c) || c == '-';
  case alphabet::alnum_under:
    return is_alnum(c) || c == '_';
  case alphabet::dotted:
    return is_word(c) || c == '.';
  case alphabet::base64:
    return is_word(c) || c == '+' || c == '/' || c == '=';
  }
  return false;
}

/// The shapes that begin with a byte.
auto shapes_from(char first) {
  const auto& all = prefixes::shapes;
  return std::equal_range(all.begin(), all.end(), prefix_shape{{&first, 1}, alphabet::alnum, 0, 0},
                          prefixes::begins_before);
}

/// @returns nothing when more text is needed to tell
std::optional<shape_verdict> of_shape(const scan_window& x, const prefix_shape& shape) {
  const auto begins = x.starts_with(0, shape.prefix);
  if (!begins)
    return std::nullopt;
  if (!*begins)
    return plain();
  const auto end = x.run_end(shape.prefix.size(), word_bytes_max, [&](char c) { return is_in(shape.body, c); });
  if (!end)
    return std::nullopt;
  const auto length = *end - shape.prefix.size();
  const bool exact = shape.body_min == shape.body_max;
  if (length < shape.body_min || length > shape.body_max || (exact && *end < x.text.size() && is_alnum(x.text[*end])))
    return plain();
  return secret(0, *end, length == word_bytes_max ? shape_context::phase::word : shape_context::phase::open);
}

shape_verdict with_known_prefix(const scan_window& x) {
  const auto [first, last] = shapes_from(x.text.front());
  for (auto shape = first; shape != last; ++shape) {
    ++x.steps;
    if (x.text.size() > 1 && x.text[1] != shape->prefix[1])
      continue;
    const auto verdict = of_shape(x, *shape);
    if (!verdict)
      return incomplete();
    if (verdict->what != shape_verdict::kind::plain)
      return *verdict;
  }
  return plain();
}

/// `sk-` keys. Words with dashes ("sk-learn-something-longer") are left alone unless a digit is in them.
shape_verdict sk_key(const scan_window& x) {
  const auto begins = x.starts_with(0, "sk-");
  if (!begins)
    return incomplete();
  if (!*begins)
    return plain();
  const auto end = x.run_end(3, sk_bytes_max, is_word);
  if (!end)
    return incomplete();
  const auto body = x.text.substr(3, *end - 3);
  const bool one_word = std::all_of(body.begin(), body.end(), is_alnum);
  const bool has_digit = std::any_of(body.begin(), body.end(), is_digit);
  if (body.size() < 20 || (!one_word && !has_digit))
    return plain();
  return secret(0, *end,
                body.size() == sk_bytes_max ? shape_context::phase::word
                                            : shape_context::phase::open);
}

/// The first part of a Discord token: a decimal number in base64, so that it begins with M, N or O. Names in code have
/// underscores where a number has none.
bool is_discord_id(std::string_view word) {
  return word.size() >= 24 && word.size() <= 28 && word.find('_') == std::string_view::npos;
}

/// A token of this broker's clients: its kid may be seen, but not beside its secret.
shape_verdict broker_token(const scan_window& x) {
  const auto begins = x.starts_with(0, "oc");
  if (!begins)
    return incomplete();
  if (!*begins)
    return plain();
  const auto end = x.run_end(0, token_text_bytes, [](char c) { return is_alnum(c) || c == '.'; });
  if (!end)
    return incomplete();
  return kid_of(x.text.substr(0, *end)) ? secret(0, *end) : plain();
}

/// Three words with dots between. `eyJ` is how every JSON object begins in base64url.
shape_verdict three_parts(const scan_window& x) {
  const bool web_token = x.text.front() == 'e';
  const bool discord = x.text.front() == 'M' || x.text.front() == 'N' || x.text.front() == 'O';
  if ((!web_token && !discord) || x.context.before == '-')
    return plain();
  const auto first = x.run_end(0, web_token ? word_bytes_max : 64, is_word);
  if (!first)
    return incomplete();
  if (web_token && (*first < 10 || x.text.substr(0, 3) != "eyJ"))
    return plain();
  if (discord && !is_discord_id(x.text.substr(0, *first)))
    return plain();
  if (*first >= x.text.size())
    return x.at_end ? plain() : incomplete();
  if (x.text[*first] != '.')
    return plain();
  const auto second = x.run_end(*first + 1, word_bytes_max, is_word);
  if (!second)
    return incomplete();
  const auto middle = x.text.substr(*first + 1, *second - *first - 1);
  if (web_token) {
    if (middle.size() < 4)
      return plain();
    return secret(0, *second, shape_context::phase::word); // the rest, signature and all, goes too
  }
  if (middle.size() < 6 || middle.size() > 7)
    return plain();
  if (*second >= x.text.size())
    return x.at_end ? plain() : incomplete();
  const auto third = x.run_end(*second + 1, 64, is_word);
  if (!third)
    return incomplete();
  const auto length = *third - *second - 1;
  if (x.text[*second] != '.' || length < 27)
    return plain();
  return secret(0, *third, shape_context::phase::word);
}

} // namespace

shape_verdict token_at(const scan_window& x) {
  if (is_alnum(x.context.before) || x.context.before == '_' || !is_letter(x.text.front()))
    return plain();
  for (const auto scanner : {with_known_prefix, sk_key, broker_token, three_parts})
    if (const auto verdict = scanner(x); verdict.what != shape_verdict::kind::plain)
      return verdict;
  return plain();
}

} // namespace claw
