#include "net/broker_call.hpp"

#include <algorithm>

namespace claw {

broker_call::broker_call(http_url where, std::string token_header, std::string token)
    : where_(std::move(where)), token_header_(std::move(token_header)), token_(std::move(token)) {}

outcome<curl_answer> broker_call::get(const std::string& path, headers extra,
                                      std::chrono::milliseconds time_max, const stop_token& stop) {
  curl_request x;
  x.url = where_.base + path;
  x.time_max = time_max;
  return perform(std::move(x), std::move(extra), stop);
}

outcome<curl_answer> broker_call::post(const std::string& path, std::string body, headers extra,
                                       std::chrono::milliseconds time_max) {
  curl_request x;
  x.method = "POST";
  x.url = where_.base + path;
  x.body = std::move(body);
  x.time_max = time_max;
  extra.emplace_back("Content-Type", "application/json; charset=utf-8");
  return perform(std::move(x), std::move(extra), {});
}

outcome<curl_answer> broker_call::erase(const std::string& path) {
  curl_request x;
  x.method = "DELETE";
  x.url = where_.base + path;
  return perform(std::move(x), {}, {});
}

outcome<curl_answer> broker_call::known(outcome<curl_answer> x, std::string_view what) {
  if (!x || !is_unknown_route(*x))
    return x;
  std::string why{broker_too_old};
  why += ' ';
  why += what;
  return failure{ec::refused, std::move(why)};
}

outcome<curl_answer> broker_call::perform(curl_request x, headers extra, const stop_token& stop) {
  x.proxy_allowed = !where_.loopback;
  x.headers = std::move(extra);
  x.headers.emplace_back("Accept", "application/json");
  x.headers.emplace_back(token_header_, token_);
  auto answer = session_.perform(x, stop);
  if (!answer) {
    const auto& e = answer.error();
    if (e.code == ec::unreachable)
      return failure{e.code, "cannot reach the broker at " + where_.base + ": " + e.why};
    return e;
  }
  if ((answer->status >= 200 && answer->status < 300) || is_unknown_route(*answer))
    return answer;
  return failure_of_answer(*answer, token_);
}

outcome<http_url> checked_address(const broker_address& where, const char* token_name) {
  const auto printable = [](char c) { return c > 0x20 && c < 0x7f; };
  if (where.token.empty())
    return failure{ec::bad_config, std::string{token_name} + " is not set"};
  if (!std::all_of(where.token.begin(), where.token.end(), printable))
    return failure{ec::bad_config,
                   std::string{token_name} + " must be printable ASCII without blanks"};
  return parse_http_url("BROKER_URL", where.url);
}

outcome<nlohmann::json> object_of(outcome<curl_answer> x, std::string_view what) {
  auto answer = broker_call::known(std::move(x), what);
  if (!answer && answer.error().code == ec::lease_lost)
    return failure{ec::refused, answer.error().why};
  if (!answer)
    return answer.error();
  return read_object(*answer);
}

std::string job_path(const std::string& id) {
  return "/jobs/" + percent_encoded(id);
}

} // namespace claw
