#include "actors/domain/gateway_url.hpp"

#include "actors/domain/ascii.hpp"

#include <algorithm>

namespace claw {

namespace {

constexpr std::string_view gateway_domain = "discord.gg";

bool is_under(std::string_view host, std::string_view domain) {
  return host == domain
         || (host.size() > domain.size() && host.ends_with(domain) && host[host.size() - domain.size() - 1] == '.');
}

bool is_loopback(std::string_view host) {
  const auto digits_and_dots = [](char c) { return is_digit(c) || c == '.'; };
  return host == "localhost" || host == "::1"
         || (host.starts_with("127.") && std::all_of(host.begin(), host.end(), digits_and_dots));
}

bool is_host_char(char c) {
  return is_alnum(c) || c == '.' || c == '-' || c == ':';
}

bool is_allowed(const gateway_url& x, gateway_trust trust) {
  switch (trust) {
  case gateway_trust::discord:
    return x.tls && is_under(x.host, gateway_domain);
  case gateway_trust::loopback:
    return is_loopback(x.host);
  case gateway_trust::anywhere:
    return x.tls || is_loopback(x.host);
  }
  return false;
}

} // namespace

gateway_url parse_gateway_url(std::string_view text, gateway_trust trust) {
  gateway_url x;
  const auto scheme_end = text.find("://");
  const auto scheme = in_lower_case(text.substr(0, scheme_end));
  if (scheme_end == std::string_view::npos || (scheme != "wss" && scheme != "ws"))
    return {};
  x.tls = scheme == "wss";
  auto rest = text.substr(scheme_end + 3);
  rest = rest.substr(0, rest.find_first_of("?#"));
  const auto authority = rest.substr(0, rest.find('/'));
  x.path = std::string{rest.substr(authority.size())};
  if (x.path.empty())
    x.path = "/";
  auto host = authority;
  std::string_view port;
  if (authority.starts_with('[') && authority.find(']') != std::string_view::npos) {
    host = authority.substr(1, authority.find(']') - 1);
    port = authority.substr(authority.find(']') + 1);
  } else if (const auto colon = authority.find(':'); colon != std::string_view::npos) {
    host = authority.substr(0, colon);
    port = authority.substr(colon);
  }
  if (!port.empty()
      && (port.size() < 2 || port.size() > 6 || port.front() != ':'
          || !std::all_of(port.begin() + 1, port.end(), is_digit)))
    return {};
  x.host = in_lower_case(host);
  x.port = port.empty() ? (x.tls ? "443" : "80") : std::string{port.substr(1)};
  const auto printable = [](char c) { return c > ' ' && c < '\x7f'; };
  if (x.host.empty() || !std::all_of(x.host.begin(), x.host.end(), is_host_char)
      || !std::all_of(x.path.begin(), x.path.end(), printable) || !is_allowed(x, trust))
    return {};
  return x;
}

} // namespace claw
