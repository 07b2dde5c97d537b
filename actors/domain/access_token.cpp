#include "actors/domain/access_token.hpp"

#include "actors/domain/limits.hpp"

#include <algorithm>
#include <utility>

namespace claw {

namespace {

constexpr std::string_view kid_prefix = "oc";
constexpr std::size_t kid_digits = 14;
constexpr std::size_t secret_digits = 64;
static_assert(kid_prefix.size() + kid_digits + 1 + secret_digits == token_text_bytes);

constexpr std::pair<token_role, std::string_view> role_names[] = {
    {token_role::bot, "bot"},
    {token_role::worker, "worker"},
    {token_role::admin, "admin"},
    {token_role::reader, "read-only"},
};

bool is_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

void append_hex(std::string& to, uint64_t bits, std::size_t digits) {
  for (; digits > 0; --digits, bits >>= 4)
    to += "0123456789abcdef"[bits & 0xf];
}

/// Letters, digits and `._:-`: what needs no escape in a log, a path or a header.
bool is_plain_name(std::string_view text) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.'
           || c == '_' || c == ':' || c == '-';
  };
  return !text.empty() && text.size() <= limits::principal_bytes_max
         && std::all_of(text.begin(), text.end(), plain);
}

failure bad(std::string why) {
  return {ec::bad_shape, std::move(why)};
}

outcome<done> check_fields(const access_token& x, int64_t now_s) {
  if (!is_plain_name(x.principal))
    return bad("name must have 1 to 64 characters of A-Z, a-z, 0-9, '.', '_', ':' and '-'");
  if (x.principal == shared_principal_name)
    return bad("name must not be legacy, which stands for the shared tokens");
  const bool bound = !x.worker_id.empty() || x.caps;
  if (bound && x.role != token_role::worker)
    return bad("worker_id and caps are only for the role worker");
  if (x.worker_id.size() > limits::worker_id_bytes_max)
    return bad("worker_id must have at most 255 bytes");
  if (x.caps && x.caps->size() > limits::worker_caps_max)
    return bad("caps must be at most 256 names");
  if (is_expired(x, now_s))
    return bad("expires_at must be in the future");
  return done{};
}

} // namespace

std::string_view to_string(token_role x) {
  for (const auto& [role, name] : role_names)
    if (role == x)
      return name;
  return "unknown";
}

std::optional<token_role> parse_token_role(std::string_view text) {
  for (const auto& [role, name] : role_names)
    if (name == text)
      return role;
  return std::nullopt;
}

std::string new_token_text(const std::function<uint64_t()>& random) {
  std::string text{kid_prefix};
  append_hex(text, random(), kid_digits);
  text += '.';
  for (std::size_t i = 0; i < secret_digits / 16; ++i)
    append_hex(text, random(), 16);
  return text;
}

bool is_kid(std::string_view text) {
  return text.size() == kid_prefix.size() + kid_digits && text.starts_with(kid_prefix)
         && is_hex(text.substr(kid_prefix.size()));
}

std::optional<std::string_view> kid_of(std::string_view token) {
  const auto kid = token.substr(0, kid_prefix.size() + kid_digits);
  if (token.size() != token_text_bytes || !is_kid(kid) || token[kid.size()] != '.'
      || !is_hex(token.substr(kid.size() + 1)))
    return std::nullopt;
  return kid;
}

outcome<done> admit_token(const std::vector<access_token>& present, const access_token& wanted,
                          int64_t now_s) {
  if (auto good = check_fields(wanted, now_s); !good)
    return good;
  std::size_t of_principal = 0;
  for (const auto& x : present) {
    CLAW_ASSERT(x.kid != wanted.kid);
    if (x.principal != wanted.principal || is_expired(x, now_s))
      continue;
    if (x.role != wanted.role)
      return failure{ec::refused, wanted.principal + " has a token with the role "
                                      + std::string{to_string(x.role)}
                                      + "; choose another name, or revoke that token first"};
    ++of_principal;
  }
  if (of_principal >= limits::tokens_per_principal_max)
    return failure{ec::refused,
                   wanted.principal + " has two tokens already; revoke the one that is not used any more"};
  if (present.size() >= limits::tokens_max)
    return failure{ec::refused, "there are as many tokens as this broker keeps ("
                                    + std::to_string(limits::tokens_max)
                                    + "); revoke those that are not used any more"};
  return done{};
}

} // namespace claw
