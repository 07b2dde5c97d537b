#pragma once
// One HTTP request on libcurl that can be watched and given up at any moment: no redirects, http
// and https only, no proxy for this machine, a connection of its own.

#include "actors/ports/stop_token.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace claw {

struct http_question {
  std::string url;
  std::optional<std::string> json_body; ///< none: GET
  std::string bearer;                   ///< "" sends no Authorization
  std::chrono::milliseconds connect{3'000};
  std::size_t response_bytes_max = 16u << 20;
};

/// What is known of the answer before its body.
struct http_head {
  int status = 0; ///< 0: no answer yet
  std::string content_type, retry_after;
};

/// Hears the answer as it comes, and decides how long to wait for it.
class http_watch {
public:
  using time_point = std::chrono::steady_clock::time_point;
  virtual ~http_watch() = default;

  virtual void on_body(const http_head& head, std::string_view bytes) = 0;
  virtual bool has_enough() const = 0; ///< the connection may be closed
  virtual std::optional<std::string> overdue(time_point now) const = 0; ///< why to give up, if so
  virtual time_point next_check() const = 0; ///< when `overdue` may change
};

enum class http_ending : unsigned char {
  complete,  ///< the server ended the answer, or the watch had enough
  broken,    ///< the connection broke; `why` says how
  refused,   ///< no connection at all
  too_large, ///< the answer is larger than response_bytes_max
  overdue,   ///< the watch gave up; `why` is its sentence
  stopped,   ///< the stop token
};

struct http_answer {
  http_ending ending = http_ending::complete;
  http_head head;
  std::string why;
};

/// Blocks until there is an ending; the connection is closed by then. Never throws.
http_answer exchange(const http_question& question, const stop_token& stop, http_watch& watch);

} // namespace claw
