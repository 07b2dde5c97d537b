#pragma once
// The small texts of HTTP/1.1: heads, queries, status words. Pure functions, no Beast.

#include "net/http_exchange.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace claw {

/// The words of a status line.
std::string_view reason_phrase(unsigned status);

/// `{"detail": ...}` with its status. @param detail one plain sentence
http_reply error_reply(unsigned status, std::string_view detail);

/// There is no room for a large body or answer; another moment there may be.
http_reply no_room_reply();

/// How far the head of a request has come.
struct head_scan {
  enum class verdict : uint8_t { incomplete, complete, malformed } is = verdict::incomplete;
  std::size_t bytes = 0; ///< complete: the head with its empty line; incomplete: where to go on
};

/// Looks for the end of a head. Malformed are control characters, a line that ends in LF alone and a folded line: two
/// parsers could read those differently (RFC 9112, 2.2 and 5.2).
head_scan scan_head(std::string_view text, std::size_t from);

/// True when a line ends in LF alone, which a lenient reader would take for its end.
bool has_bare_line_feed(std::string_view text);

/// Why the fields of a head must be refused, "" when they may pass: two ways to tell the body's length, an unknown
/// encoding, a field twice that may stand only once, no Host.
/// @param minor_version of HTTP/1
std::string_view head_problem(const http_request& head, unsigned minor_version);

/// Splits a request target into path and query; takes off scheme and host of the absolute form.
void split_target(std::string_view target, http_request& into);

bool same_name(std::string_view a, std::string_view b); ///< without regard to case

/// True when an Accept field names this type itself, with a weight above 0 (RFC 9110, 12.5.1). A range such as `*/*`
/// names none.
bool asks_for_type(std::string_view accept, std::string_view type);

/// A piece of a path without its percent signs; those that announce no two hex digits stay.
std::string percent_decoded(std::string_view text);

/// The decoded value of a query key; nothing when the key is absent.
std::optional<std::string> query_value(std::string_view query, std::string_view key);

/// The status line and header lines of an answer, without those that tell the length and the empty line.
std::string head_of(const http_reply& x, std::string_view content_type, std::string_view date,
                    bool keep_alive);

} // namespace claw
