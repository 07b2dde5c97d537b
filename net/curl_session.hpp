#pragma once
// One HTTP client connection on libcurl, kept open between requests. A request blocks until it is
// answered, its time is up, or its stop token fires, which wakes it within milliseconds. Redirects
// are never followed: a token must not travel to where a stranger points. Not thread-safe: one
// owner.

#include "actors/domain/error.hpp"
#include "actors/ports/stop_token.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace claw {

struct curl_request {
  std::string method = "GET";
  std::string url; ///< http or https only
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::chrono::milliseconds time_max{10'000};
  std::size_t reply_bytes_max = 33'554'432;
  bool proxy_allowed = true; ///< false: also not one that the environment names
  std::string ca_file;       ///< certificates to trust instead of the system's; "" for none
};

struct curl_answer {
  unsigned status = 0;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers = {}; ///< names in lower case
  std::optional<int64_t> date_s{}; ///< the answerer's clock, from its Date header

  /// "" where there is none.
  std::string header(std::string_view name_in_lower_case) const;
};

class curl_session {
public:
  curl_session();
  curl_session(const curl_session&) = delete;
  curl_session& operator=(const curl_session&) = delete;
  ~curl_session();

  /// Any status is an answer. Errors: `unreachable` (no connection, broken off, time is up),
  /// `bad_reply` (longer than allowed, or not HTTP), `cancelled`, `bad_request` (a header value
  /// that would break the header block).
  outcome<curl_answer> perform(const curl_request& x, const stop_token& stop);

private:
  struct handles;
  std::unique_ptr<handles> handles_;
};

} // namespace claw
