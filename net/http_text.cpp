#include "net/http_text.hpp"

#include "actors/domain/ascii.hpp"
#include "net/bounded_json.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace claw {

namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

int hex_value(char c) {
  const char x = lower(c);
  return x >= '0' && x <= '9' ? x - '0' : x >= 'a' && x <= 'f' ? x - 'a' + 10 : -1;
}

std::string url_decoded(std::string_view text) {
  std::string spaced{text};
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  return percent_decoded(spaced);
}

/// What stands before the mark, and what after it; no second half where there is no mark.
std::pair<std::string_view, std::optional<std::string_view>> split_at(std::string_view text, char mark) {
  const auto at = text.find(mark);
  if (at == std::string_view::npos)
    return {text, std::nullopt};
  return {text.substr(0, at), text.substr(at + 1)};
}

std::size_t count_of(const http_request& head, std::string_view name) {
  return static_cast<std::size_t>(
      std::count_if(head.fields.begin(), head.fields.end(),
                    [&](const http_field& x) { return same_name(x.name, name); }));
}

/// RFC 9112, 6.3 allows to take `5, 5` for 5; a reader before us may have taken it for something else.
bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Two of these would let two readers of one request see two different callers.
constexpr std::array single_fields = {
    std::string_view{"X-Bot-Token"},
    std::string_view{"X-Worker-Token"},
    std::string_view{"X-Worker-Id"},
    std::string_view{"X-Worker-Caps"},
    std::string_view{"X-Worker-Boot-Id"},
    std::string_view{"X-Worker-Version"},
    std::string_view{"X-Lease-Id"},
    std::string_view{"Authorization"},
    std::string_view{"Idempotency-Key"},
    std::string_view{"Content-Length"},
    std::string_view{"Host"},
};

} // namespace

std::optional<std::string_view> http_request::field(std::string_view name) const {
  for (const auto& x : fields)
    if (same_name(x.name, name))
      return x.value;
  return std::nullopt;
}

std::string_view reason_phrase(unsigned status) {
  switch (status) {
  case 200:
    return "OK";
  case 304:
    return "Not Modified";
  case 400:
    return "Bad Request";
  case 401:
    return "Unauthorized";
  case 403:
    return "Forbidden";
  case 404:
    return "Not Found";
  case 405:
    return "Method Not Allowed";
  case 408:
    return "Request Timeout";
  case 409:
    return "Conflict";
  case 413:
    return "Content Too Large";
  case 417:
    return "Expectation Failed";
  case 422:
    return "Unprocessable Content";
  case 429:
    return "Too Many Requests";
  case 431:
    return "Request Header Fields Too Large";
  case 500:
    return "Internal Server Error";
  case 503:
    return "Service Unavailable";
  case 505:
    return "HTTP Version Not Supported";
  case 507:
    return "Insufficient Storage";
  default:
    return "Status";
  }
}

http_reply error_reply(unsigned status, std::string_view detail) {
  http_reply x;
  x.status = status;
  x.body = json_text({{"detail", std::string{detail}}});
  return x;
}

http_reply no_room_reply() {
  auto x = error_reply(503, "too much that is large is under way; try again");
  x.fields = "Retry-After: 1\r\n";
  return x;
}

head_scan scan_head(std::string_view text, std::size_t from) {
  using verdict = head_scan::verdict;
  for (std::size_t i = from; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != 0x7f)
      continue;
    if (c == '\r' && i + 1 == text.size())
      return {verdict::incomplete, i}; // its LF is still on the way
    if (c == '\r' && text[i + 1] == '\n')
      continue;
    if (c == '\t')
      continue;
    if (c != '\n' || i == 0 || text[i - 1] != '\r')
      return {verdict::malformed, i};
    if (i >= 3 && text[i - 2] == '\n')
      return {verdict::complete, i + 1};
    if (i + 1 == text.size())
      return {verdict::incomplete, i}; // the next line may be folded
    if (text[i + 1] == ' ' || text[i + 1] == '\t')
      return {verdict::malformed, i};
  }
  return {verdict::incomplete, text.size()};
}

bool has_bare_line_feed(std::string_view text) {
  for (auto at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1))
    if (at == 0 || text[at - 1] != '\r')
      return true;
  return false;
}

std::string_view head_problem(const http_request& head, unsigned minor_version) {
  for (auto name : single_fields)
    if (count_of(head, name) > 1)
      return "a header field that may stand once stands twice";
  if (minor_version == 1 && count_of(head, "Host") == 0)
    return "no Host header";
  if (const auto length = head.field("Content-Length"); length && !is_number(*length))
    return "Content-Length is no number";
  const auto encodings = count_of(head, "Transfer-Encoding");
  if (encodings == 0)
    return {};
  if (count_of(head, "Content-Length") != 0)
    return "Transfer-Encoding together with Content-Length";
  if (encodings > 1 || minor_version == 0
      || !same_name(*head.field("Transfer-Encoding"), "chunked"))
    return "unknown Transfer-Encoding";
  return {};
}

void split_target(std::string_view target, http_request& into) {
  for (std::string_view scheme : {"http://", "https://"})
    if (target.starts_with(scheme)) {
      const auto slash = target.find_first_of("/?", scheme.size());
      target = slash == std::string_view::npos ? std::string_view{"/"} : target.substr(slash);
    }
  target = target.substr(0, target.find('#'));
  const auto mark = target.find('?');
  into.path = target.substr(0, mark);
  into.query = mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);
}

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return lower(x) == lower(y);
         });
}

bool asks_for_type(std::string_view accept, std::string_view type) {
  for (auto rest = std::optional{accept}; rest;) {
    auto [item, others] = split_at(*rest, ',');
    rest = others;
    auto [media, parameters] = split_at(item, ';');
    if (!same_name(trimmed(media), type))
      continue;
    bool refused = false;
    while (parameters) {
      const auto [parameter, more] = split_at(*parameters, ';');
      parameters = more;
      const auto [name, value] = split_at(parameter, '=');
      if (same_name(trimmed(name), "q") && value)
        refused = trimmed(*value).find_first_not_of("0.") == std::string_view::npos;
    }
    if (!refused)
      return true;
  }
  return false;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0
        && hex_value(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::optional<std::string> query_value(std::string_view query, std::string_view key) {
  while (!query.empty()) {
    const auto end = query.find('&');
    const auto pair = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view{} : query.substr(end + 1);
    const auto equals = pair.find('=');
    if (url_decoded(pair.substr(0, equals)) == key)
      return equals == std::string_view::npos ? std::string{}
                                              : url_decoded(pair.substr(equals + 1));
  }
  return std::nullopt;
}

std::string head_of(const http_reply& x, std::string_view content_type, std::string_view date,
                    bool keep_alive) {
  std::string out;
  out.reserve(256 + x.fields.size());
  out += "HTTP/1.1 ";
  out += std::to_string(x.status);
  out += ' ';
  out += reason_phrase(x.status);
  out += "\r\nContent-Type: ";
  out += content_type;
  out += "\r\nDate: ";
  out += date;
  out += "\r\nCache-Control: ";
  out += x.cache_control;
  out += "\r\n";
  if (!keep_alive)
    out += "Connection: close\r\n";
  out += x.fields;
  return out;
}

} // namespace claw
