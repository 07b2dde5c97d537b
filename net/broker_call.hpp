#pragma once
// What the two broker clients share: one request to the broker with its token, and its answer
// sorted into success, `unknown route` (an old broker) and failure.

#include "net/broker_client.hpp"
#include "net/broker_reply.hpp"
#include "net/http_url.hpp"

#include <utility>
#include <vector>

namespace claw {

class broker_call {
public:
  using headers = std::vector<std::pair<std::string, std::string>>;

  /// @param token_header `X-Worker-Token` or `X-Bot-Token`
  broker_call(http_url where, std::string token_header, std::string token);

  /// A 2xx answer, or one for which `is_unknown_route` is true; everything else (also a job that is
  /// not found) is a failure.
  outcome<curl_answer> get(const std::string& path, headers extra = {},
                           std::chrono::milliseconds time_max = std::chrono::seconds{10},
                           const stop_token& stop = {});
  outcome<curl_answer> post(const std::string& path, std::string body, headers extra = {},
                            std::chrono::milliseconds time_max = std::chrono::seconds{10});

  outcome<curl_answer> erase(const std::string& path);

  /// As `get` and `post`, but an unknown route is `refused` with `broker_too_old` and what it does
  /// not know.
  static outcome<curl_answer> known(outcome<curl_answer> x, std::string_view what);

private:
  outcome<curl_answer> perform(curl_request x, headers extra, const stop_token& stop);

  http_url where_;
  std::string token_header_;
  std::string token_;
  curl_session session_;
};

/// The checks that both clients make of their configuration.
outcome<http_url> checked_address(const broker_address& where, const char* token_name);

/// The JSON object of an answer to a producer or admin, to whom a 409 is simply a no. @param what was asked
outcome<nlohmann::json> object_of(outcome<curl_answer> x, std::string_view what);

/// `/jobs/<id>` with the id made safe for a path.
std::string job_path(const std::string& id);

} // namespace claw
