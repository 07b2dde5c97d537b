#include "net/http_url.hpp"

#include <algorithm>
#include <charconv>

namespace claw {

namespace {

bool is_unreserved(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-'
         || c == '.' || c == '_' || c == '~';
}

std::string lower(std::string_view text) {
  std::string result{text};
  for (auto& c : result)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  return result;
}

bool is_dotted_127(std::string_view host) {
  const auto digits_and_dots = [](char c) { return (c >= '0' && c <= '9') || c == '.'; };
  return host.starts_with("127.") && std::all_of(host.begin(), host.end(), digits_and_dots);
}

/// `host`, `host:port`, `[v6]` or `[v6]:port` to the bare host; "" when it is none of them. @param port with its colon
std::string host_of(std::string_view authority, std::string_view& port) {
  std::string_view host = authority;
  if (authority.starts_with('[')) {
    const auto end = authority.find(']');
    if (end == std::string_view::npos)
      return {};
    host = authority.substr(1, end - 1);
    port = authority.substr(end + 1);
  } else if (const auto colon = authority.find(':'); colon != std::string_view::npos) {
    host = authority.substr(0, colon);
    port = authority.substr(colon);
  }
  return port.empty() || port.front() == ':' ? lower(host) : std::string{};
}

/// @param text a colon and a number from 1 to 65535; or nothing: the scheme's own port
bool is_port(std::string_view text) {
  if (text.empty())
    return true;
  text.remove_prefix(1);
  unsigned number = 0;
  const auto [end, why] = std::from_chars(text.data(), text.data() + text.size(), number);
  return why == std::errc{} && end == text.data() + text.size() && number > 0 && number <= 65'535;
}

} // namespace

outcome<http_url> parse_http_url(std::string_view name, std::string_view text) {
  const auto bad = [&](std::string_view why) {
    return failure{ec::bad_config, std::string{name} + " " + std::string{why}};
  };
  for (const char c : text)
    if (static_cast<unsigned char>(c) <= ' ' || c == 0x7f || c == '\\')
      return bad("must not contain blanks or control characters");
  const auto scheme_end = text.find("://");
  const auto scheme
      = scheme_end == std::string_view::npos ? std::string{} : lower(text.substr(0, scheme_end));
  if (scheme != "http" && scheme != "https")
    return bad("must begin with http:// or https://");
  if (text.find_first_of("?#") != std::string_view::npos)
    return bad("must not contain ? or #");
  auto rest = text.substr(scheme_end + 3);
  while (rest.ends_with('/'))
    rest.remove_suffix(1);
  const auto authority = rest.substr(0, rest.find('/'));
  if (authority.find('@') != std::string_view::npos)
    return bad("must not contain a user name or password");
  std::string_view port;
  auto host = host_of(authority, port);
  if (host.empty())
    return bad("must name a host, as in http://127.0.0.1:8000");
  if (!is_port(port))
    return bad("must name a port from 1 to 65535, as in http://127.0.0.1:8000");
  const bool loopback = host == "localhost" || host == "::1" || is_dotted_127(host);
  return http_url{scheme + "://" + std::string{rest}, std::move(host), loopback};
}

std::string percent_encoded(std::string_view text) {
  constexpr const char* digits = "0123456789ABCDEF";
  std::string result;
  result.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_unreserved(byte)) {
      result += c;
    } else {
      result += '%';
      result += digits[byte >> 4];
      result += digits[byte & 15];
    }
  }
  return result;
}

} // namespace claw
