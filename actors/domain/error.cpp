#include "actors/domain/error.hpp"

#include <system_error>

namespace claw {

std::string_view to_string(ec code) {
  switch (code) {
  case ec::none: return "none";
  case ec::bad_token: return "bad_token";
  case ec::token_not_configured: return "token_not_configured";
  case ec::forbidden: return "forbidden";
  case ec::no_such_route: return "no_such_route";
  case ec::wrong_method: return "wrong_method";
  case ec::bad_request: return "bad_request";
  case ec::bad_json: return "bad_json";
  case ec::bad_command: return "bad_command";
  case ec::bad_shape: return "bad_shape";
  case ec::body_too_large: return "body_too_large";
  case ec::payload_too_large: return "payload_too_large";
  case ec::requires_too_large: return "requires_too_large";
  case ec::rate_limited: return "rate_limited";
  case ec::queue_full: return "queue_full";
  case ec::no_such_job: return "no_such_job";
  case ec::no_such_worker: return "no_such_worker";
  case ec::no_such_token: return "no_such_token";
  case ec::not_running: return "not_running";
  case ec::not_failed: return "not_failed";
  case ec::lease_lost: return "lease_lost";
  case ec::unavailable: return "unavailable";
  case ec::store_full: return "store_full";
  case ec::store_broken: return "store_broken";
  case ec::unreachable: return "unreachable";
  case ec::bad_reply: return "bad_reply";
  case ec::refused: return "refused";
  case ec::timed_out: return "timed_out";
  case ec::cancelled: return "cancelled";
  case ec::not_configured: return "not_configured";
  case ec::bad_config: return "bad_config";
  case ec::tool_refused: return "tool_refused";
  case ec::tool_failed: return "tool_failed";
  case ec::model_failed: return "model_failed";
  case ec::io_failed: return "io_failed";
  }
  return "unknown";
}

failure io_failure(std::string_view what, int error) {
  // Not strerror: its buffer belongs to all threads.
  return {ec::io_failed, std::string{what} + ": " + std::generic_category().message(error)};
}

void throw_broken_invariant(const char* condition, const char* file, int line) {
  throw broken_invariant(std::string{file} + ':' + std::to_string(line)
                         + ": broken invariant: " + condition);
}

} // namespace claw
