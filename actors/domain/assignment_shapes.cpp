// Secrets that are known by the name in front of them: `DB_PASSWORD=...`, `?token=...`, `"api_key":
// "..."`, `Authorization: Bearer ...`, `https://user:password@host`.

#include "actors/domain/shape_scan.hpp"

#include <algorithm>
#include <array>

namespace claw {

namespace {

constexpr std::size_t name_bytes_max = 128;
constexpr std::size_t value_bytes_max = 256;
constexpr std::size_t any_value_bytes_max = 128; // of the many names that may well mean nothing

/// What follows is a secret, also a short and plain one.
constexpr std::array<std::string_view, 24> secret_names{
    "password", "passwd",     "passphrase", "pwd",       "_pass",     "-pass",       ".pass",        "token",
    "secret",   "api_key",    "apikey",     "api-key",   "secret_key", "secret-key", "access_key",   "accesskey",
    "secretkey", "auth_key",  "private_key", "privatekey", "presharedkey", "secret_access_key", "client-secret",
    "access-key"};

/// What follows is a secret when it looks like one.
constexpr std::array<std::string_view, 20> likely_names{
    "account_key", "accountkey",  "app_key",     "appkey",      "encryption_key", "signing_key",  "signing-key",
    "master_key",  "master-key",  "service_key", "license_key", "session_key",    "hmac_key",     "webhook_key",
    "deploy_key",  "shared_key",  "consumer_key", "credential", "credentials",    "passcode"};

bool ends_with_in_any_case(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && same_in_any_case(text.substr(text.size() - end.size()), end);
}

bool is_name_char(char c) {
  return is_word(c) || c == '.';
}

bool is_value_char(char c) {
  constexpr std::string_view ends = "\"'`&;,<>)]}\\|";
  return static_cast<unsigned char>(c) > ' ' && ends.find(c) == std::string_view::npos;
}

/// A name from code rather than a value: `other_token`, `self.password`, `next_token(`.
bool looks_like_code(std::string_view value, std::string_view name) {
  if (value.find_first_of("([{$") != std::string_view::npos)
    return true;
  if (same_in_any_case(value, name))
    return true;
  for (const std::string_view word : {"null", "none", "nil", "true", "false", "undefined"})
    if (same_in_any_case(value, word))
      return true;
  return false;
}

bool is_dotted_name(std::string_view value) {
  return std::all_of(value.begin(), value.end(),
                     [](char c) { return is_letter(c) || c == '_' || c == '.'; });
}

bool looks_random(std::string_view value) {
  return value.size() >= 8 && std::any_of(value.begin(), value.end(), is_digit)
         && std::any_of(value.begin(), value.end(), is_letter)
         && value.find_first_of("(){}[]$ ") == std::string_view::npos;
}

/// Random enough for a key of which nothing else is known: hashes and UUIDs, which are no secrets, have one case.
bool looks_dense(std::string_view value) {
  return value.size() >= 24 && looks_random(value) && value.find('.') == value.npos
         && std::any_of(value.begin(), value.end(), is_upper)
         && std::any_of(value.begin(), value.end(), [](char c) { return is_letter(c) && !is_upper(c); });
}

bool looks_like_uuid(std::string_view value) {
  return value.size() == 36 && value[8] == '-' && value[13] == '-' && value[18] == '-' && value[23] == '-';
}

/// How much a name says about what follows it.
enum class name_weight : uint8_t {
  none,
  any_key, ///< `..._key`
  likely,
  secret,
};

name_weight weight_of(std::string_view name, char before) {
  const auto ends_name = [&](std::string_view known) { return ends_with_in_any_case(name, known); };
  if (std::any_of(secret_names.begin(), secret_names.end(), ends_name))
    return name_weight::secret;
  const bool in_url = before == '?' || before == '&';
  const auto is_name = [&](std::string_view known) { return same_in_any_case(name, known); };
  if (std::any_of(likely_names.begin(), likely_names.end(), ends_name) || is_name("auth") || is_name("_auth")
      || (in_url && (is_name("sig") || is_name("key") || ends_name("signature"))))
    return name_weight::likely;
  return ends_name("_key") || ends_name("-key") ? name_weight::any_key : name_weight::none;
}

struct assignment {
  std::string_view name;
  std::string_view value;
  char separator;
  bool blanks; ///< around the separator
  bool quoted;
  char after; ///< the byte after the value, 0 at the end
  name_weight weight;
};

/// Places where a name and a value can mean nothing but a setting: URLs, env lines, headers.
bool is_setting(const scan_window& x, const assignment& a) {
  if (a.separator == ':')
    return x.context.line_start && (a.name[0] == 'X' || a.name[0] == 'x') && a.name.size() > 2
           && a.name[1] == '-';
  if (x.context.before == '?' || x.context.before == '&')
    return true;
  if (a.blanks)
    return false;
  return x.context.line_start
         || std::none_of(a.name.begin(), a.name.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

bool is_secret(const scan_window& x, const assignment& a) {
  if (looks_like_code(a.value, a.name))
    return false;
  if (a.weight == name_weight::any_key)
    return looks_dense(a.value);
  if (a.weight == name_weight::likely)
    return a.value.size() >= 16 && looks_random(a.value) && !looks_like_uuid(a.value);
  if (!is_setting(x, a))
    return looks_random(a.value);
  const bool in_code = a.after == ',' || a.after == ')' || a.after == ';' || a.after == '(';
  if (!a.quoted && in_code && is_dotted_name(a.value))
    return false;
  return a.value.size() >= 3;
}

/// `Authorization` up to the end of its line, `Bearer <token>`.
shape_verdict authorization(const scan_window& x, std::string_view name, std::size_t value_at,
                            char separator) {
  if (ends_with_in_any_case(name, "authorization") && (separator == ':' || separator == '=')) {
    const auto end = x.run_end(value_at, value_bytes_max, [](char c) {
      return c != '\n' && c != '\r' && c != '"' && c != '\'' && c != '\\' && c != '`';
    });
    if (!end)
      return incomplete();
    // A header has a scheme and a value; prose and code that only speak of it are left alone.
    const auto value = x.text.substr(value_at, *end - value_at);
    const auto blank = value.find(' ');
    if (blank == std::string_view::npos
            ? looks_random(value)
            : value.size() > blank + 4 && blank >= 3 && blank <= 12
                  && std::all_of(value.begin(), value.begin() + static_cast<std::ptrdiff_t>(blank),
                                 is_letter)
                  && value.find(' ', blank + 1) == std::string_view::npos)
      return secret(value_at, value.size(),
                    value.size() == value_bytes_max ? shape_context::phase::value
                                                    : shape_context::phase::open);
  }
  return plain();
}

shape_verdict bearer(const scan_window& x, std::size_t name_end) {
  const auto blanks = x.run_end(name_end, 8, is_blank);
  if (!blanks)
    return incomplete();
  if (*blanks == name_end)
    return plain();
  const auto end = x.run_end(*blanks, value_bytes_max, [](char c) {
    return is_name_char(c) || c == '~' || c == '+' || c == '/' || c == '=' || c == ':';
  });
  if (!end)
    return incomplete();
  const auto value = x.text.substr(*blanks, *end - *blanks);
  if (value.size() < 12 || !looks_random(value))
    return plain();
  return secret(*blanks, value.size(), shape_context::phase::word);
}

/// Quotation marks and signs as URLs, HTML and JSON in JSON show them.
constexpr std::array<std::string_view, 10> encoded_quotes{"&quot;", "&#34;",    "&#39;",    "&apos;", "%22",
                                                          "%27",    "\\u0022", "\\u0027", "\\x22", "\\x27"};
constexpr std::array<std::string_view, 6> encoded_equals{"%3D", "%3d", "\\u003d", "\\u003D", "&#61;", "&#x3D;"};
constexpr std::array<std::string_view, 5> encoded_colons{"%3A", "%3a", "\\u003a", "\\u003A", "&#58;"};

/// How long the one of these words is that stands at `at`, 0 for none. @returns nothing when more must arrive to tell
template <std::size_t Count>
std::optional<std::size_t> length_at(const scan_window& x, std::size_t at,
                                     const std::array<std::string_view, Count>& words) {
  ++x.steps;
  if (at < x.text.size() && x.text[at] != '&' && x.text[at] != '%' && x.text[at] != '\\')
    return std::size_t{0};
  for (const auto word : words) {
    const auto stands = x.starts_with(at, word);
    if (!stands)
      return std::nullopt;
    if (*stands)
      return word.size();
  }
  return std::size_t{0};
}

struct separator_found {
  char sign = 0;
  bool blanks = false;
  char quote = 0;
  std::size_t value_at = 0;
};

/// The end of the quotation marks at `at`. @returns nothing when more must arrive to tell
std::optional<std::size_t> quotes_end(const scan_window& x, std::size_t at, std::size_t most, std::string_view marks) {
  const auto encoded = length_at(x, at, encoded_quotes);
  if (!encoded)
    return std::nullopt;
  return *encoded > 0 ? at + *encoded : x.run_end(at, most, [&](char c) { return marks.find(c) != marks.npos; });
}

/// The sign at `at` and its length. @returns nothing when more must arrive to tell
std::optional<std::pair<char, std::size_t>> sign_at(const scan_window& x, std::size_t at) {
  if (at < x.text.size() && (x.text[at] == '=' || x.text[at] == ':'))
    return std::pair{x.text[at], std::size_t{1}};
  const auto equals = length_at(x, at, encoded_equals);
  const auto colon = equals ? length_at(x, at, encoded_colons) : std::nullopt;
  if (!colon)
    return std::nullopt;
  return *equals > 0 ? std::pair{'=', *equals} : std::pair{*colon > 0 ? ':' : '\0', *colon};
}

/// Steps over what may stand between a name and its value: quotation marks, blanks, one `=` or `:`.
std::optional<separator_found> separator(const scan_window& x, std::size_t name_end) {
  separator_found found;
  const auto at_once = sign_at(x, name_end); // before its backslash is taken for that of a quotation mark
  if (!at_once)
    return std::nullopt;
  const auto closed = at_once->first != 0 ? std::optional{name_end} : quotes_end(x, name_end, 3, "\"'\\]");
  const auto before = closed ? x.run_end(*closed, 16, is_blank) : std::nullopt;
  const auto sign = before ? sign_at(x, *before) : std::nullopt;
  if (!sign)
    return std::nullopt;
  if (sign->first == 0)
    return found;
  const auto sign_end = *before + sign->second;
  const auto after = x.run_end(sign_end, 16, is_blank);
  const auto opened = after ? quotes_end(x, *after, 2, "\"'\\") : std::nullopt;
  if (!opened)
    return std::nullopt;
  found.sign = sign->first;
  found.blanks = *before != *closed || *after != sign_end;
  // A quotation mark with a backslash before it ends the same way: at the backslash. One that is encoded ends a value
  // as any other byte does that is part of none.
  const bool literal = *opened > *after && x.text[*after] != '&' && x.text[*after] != '%' && *opened - *after <= 2;
  found.quote = literal ? x.text[*after] : '\0';
  found.value_at = *opened;
  return found;
}

} // namespace

shape_verdict assignment_at(const scan_window& x) {
  if (!is_letter(x.text.front()) || is_name_char(x.context.before))
    return plain();
  const auto name_end = x.run_end(0, name_bytes_max, is_name_char);
  if (!name_end)
    return incomplete();
  const auto name = x.text.substr(0, *name_end);
  if (same_in_any_case(name, "bearer"))
    return bearer(x, *name_end);
  const bool header = ends_with_in_any_case(name, "authorization");
  const auto weight = weight_of(name, x.context.before);
  if (!header && weight == name_weight::none)
    return plain();
  const auto found = separator(x, *name_end);
  if (!found)
    return incomplete();
  if (found->sign == 0)
    return plain();
  if (header)
    return authorization(x, name, found->value_at, found->sign);
  const auto bytes_max = weight == name_weight::any_key ? any_value_bytes_max : value_bytes_max;
  const auto end
      = x.run_end(found->value_at, bytes_max, [&, escaped = false](char c) mutable {
          if (found->quote == 0)
            return is_value_char(c);
          const bool goes_on = (c != found->quote || escaped) && c != '\n';
          escaped = c == '\\' && !escaped;
          return goes_on;
        });
  if (!end)
    return incomplete();
  if (*end >= x.text.size() && !x.at_end)
    return incomplete();
  const assignment a{name,
                     x.text.substr(found->value_at, *end - found->value_at),
                     found->sign,
                     found->blanks,
                     found->quote != 0,
                     *end < x.text.size() ? x.text[*end] : '\0',
                     weight};
  if (!is_secret(x, a))
    return plain();
  return secret(found->value_at, a.value.size(),
                a.value.size() == bytes_max ? shape_context::phase::value : shape_context::phase::open);
}

shape_verdict url_password_at(const scan_window& x) {
  if (x.text.front() != ':')
    return plain();
  const auto begins = x.starts_with(0, "://");
  if (!begins)
    return incomplete();
  if (!*begins)
    return plain();
  const auto end = x.run_end(3, 512, [](char c) {
    return static_cast<unsigned char>(c) > ' ' && c != '/' && c != '?' && c != '#' && c != '"'
           && c != '\'' && c != '<' && c != '>';
  });
  if (!end)
    return incomplete();
  const auto authority = x.text.substr(3, *end - 3);
  const auto at = authority.rfind('@');
  const auto colon = authority.find(':');
  if (at == std::string_view::npos || colon == std::string_view::npos || colon + 1 >= at)
    return plain();
  return secret(3 + colon + 1, at - colon - 1);
}

} // namespace claw
