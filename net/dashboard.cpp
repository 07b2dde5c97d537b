#include "net/dashboard.hpp"

#include "net/api_access.hpp"
#include "net/dashboard_files.hpp"
#include "net/http_text.hpp"

#include <map>
#include <string>

namespace claw {

namespace {

/// What a browser is told with every file. Nothing may be loaded from elsewhere, no script or style stands in the page
/// itself, and no text becomes markup (@source W3C Content Security Policy Level 3; W3C Trusted Types).
constexpr std::string_view guard_fields
    = "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
      "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
      "require-trusted-types-for 'script'; trusted-types 'none'\r\n"
      "X-Content-Type-Options: nosniff\r\n"
      "X-Frame-Options: DENY\r\n"
      "Referrer-Policy: no-referrer\r\n"
      "Cross-Origin-Resource-Policy: same-origin\r\n";

struct page_file {
  std::string_view text;
  std::string_view content_type;
  std::string tag; ///< ETag: changes with the text
};

std::string_view content_type_of(std::string_view name) {
  if (name.ends_with(".html"))
    return "text/html; charset=utf-8";
  return name.ends_with(".css") ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8";
}

std::string tag_of(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  constexpr std::size_t tag_bytes = 16;
  const auto digest = sha256(text);
  std::string tag = "\"";
  for (std::size_t i = 0; i < tag_bytes; ++i) {
    tag += digits[digest[i] >> 4];
    tag += digits[digest[i] & 15];
  }
  return tag += '"';
}

std::map<std::string_view, page_file> page_files() {
  std::map<std::string_view, page_file> files;
  for (const auto& x : dashboard_files())
    files.emplace(x.name, page_file{x.text, content_type_of(x.name), tag_of(x.text)});
  return files;
}

/// RFC 9110, 13.1.2: a list of tags, or `*`. A proxy may have made a tag weak.
bool is_known(const http_request& asked, const std::string& tag) {
  const auto known = asked.field("If-None-Match").value_or("");
  return known == "*" || known.find(tag) != std::string_view::npos;
}

} // namespace

http_reply dashboard_reply(std::string_view file, const http_request& asked) {
  static const auto files = page_files();
  const auto found = files.find(file);
  if (found == files.end())
    return error_reply(404, "Not Found");
  const auto& [text, content_type, tag] = found->second;
  http_reply x;
  x.status = is_known(asked, tag) ? 304 : 200;
  x.body = text;
  x.content_type = content_type;
  x.cache_control = "no-cache"; // kept, but asked for again: an upgrade shows at once
  x.fields = guard_fields;
  x.fields += "ETag: " + tag + "\r\n";
  return x;
}

} // namespace claw
