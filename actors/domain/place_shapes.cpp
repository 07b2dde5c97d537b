// Secrets that are known by where they stand: behind the address of a webhook, behind a bot's number, behind curl's -u.

#include "actors/domain/shape_scan.hpp"

#include <algorithm>
#include <array>

namespace claw {

namespace {

struct webhook {
  std::string_view address;
  bool after_id; ///< a number and a slash stand before the secret
};

/// @source the vendors' pages on incoming webhooks
constexpr std::array webhooks{
    webhook{"hooks.slack.com/services/", false},   webhook{"hooks.slack.com/workflows/", false},
    webhook{"hooks.slack.com/triggers/", false},   webhook{"discord.com/api/webhooks/", true},
    webhook{"discordapp.com/api/webhooks/", true}, webhook{"hooks.zapier.com/hooks/catch/", true},
    webhook{"api.telegram.org/bot", false},
};

constexpr std::size_t webhook_bytes_max = 256;
constexpr std::size_t webhook_bytes_min = 16;
constexpr std::size_t bot_token_bytes = 35;

bool is_mixed(std::string_view text) {
  return std::any_of(text.begin(), text.end(), is_digit) && std::any_of(text.begin(), text.end(), is_upper)
         && std::any_of(text.begin(), text.end(), [](char c) { return is_letter(c) && !is_upper(c); });
}

} // namespace

shape_verdict webhook_at(const scan_window& x) {
  const char first = x.text.front();
  if (first != 'h' && first != 'd' && first != 'a')
    return plain();
  for (const auto& hook : webhooks) {
    const auto begins = x.starts_with(0, hook.address);
    if (!begins)
      return incomplete();
    if (!*begins)
      continue;
    auto at = hook.address.size();
    if (hook.after_id) {
      const auto id = x.run_end(at, 24, is_digit);
      if (!id || (*id == x.text.size() && !x.at_end))
        return incomplete();
      if (*id == x.text.size() || x.text[*id] != '/')
        return plain();
      at = *id + 1;
    }
    const auto end
        = x.run_end(at, webhook_bytes_max, [](char c) { return is_word(c) || c == '/' || c == ':' || c == '.'; });
    if (!end)
      return incomplete();
    return *end - at < webhook_bytes_min ? plain() : secret(at, *end - at, shape_context::phase::word);
  }
  return plain();
}

shape_verdict colon_token_at(const scan_window& x) {
  // Telegram: a bot's number, a colon, 35 characters of which the first is an A.
  if (x.text.front() != ':' || !is_digit(x.context.before))
    return plain();
  const auto begins = x.starts_with(0, ":A");
  if (!begins)
    return incomplete();
  if (!*begins)
    return plain();
  const auto end = x.run_end(1, bot_token_bytes + 1, is_word);
  if (!end)
    return incomplete();
  const auto body = x.text.substr(1, *end - 1);
  return body.size() == bot_token_bytes && is_mixed(body) ? secret(1, body.size()) : plain();
}

shape_verdict user_option_at(const scan_window& x) {
  // `curl -u name:password`; numbers are what other programs take there
  if (x.text.front() != '-' || is_alnum(x.context.before))
    return plain();
  for (const std::string_view option : {"-u ", "--user "}) {
    const auto begins = x.starts_with(0, option);
    if (!begins)
      return incomplete();
    if (!*begins)
      continue;
    const auto at = option.size();
    const auto end = x.run_end(at, webhook_bytes_max, [](char c) {
      return static_cast<unsigned char>(c) > ' ' && c != '\\' && c != '`' && c != '|';
    });
    if (!end)
      return incomplete();
    auto word = x.text.substr(at, *end - at);
    const auto colon = word.find(':');
    if (colon == word.npos || word.find("$") != word.npos)
      return plain();
    while (!word.empty() && (word.back() == '"' || word.back() == '\''))
      word.remove_suffix(1);
    const auto value = word.substr(std::min(colon + 1, word.size()));
    const bool likely = value.size() >= 8 && std::any_of(value.begin(), value.end(), is_digit)
                        && std::any_of(value.begin(), value.end(), is_letter)
                        && value.find('/') == value.npos; // -u host:/path
    return likely ? secret(at + colon + 1, value.size()) : plain();
  }
  return plain();
}

} // namespace claw
