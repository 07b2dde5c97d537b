#include "test/bench/http_client.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace claw::bench {

namespace {

/// The string value of a key: enough JSON for answers whose shape is known.
std::string field(const std::string& json, const std::string& name) {
  auto at = json.find('"' + name + '"');
  if (at == std::string::npos)
    return {};
  const auto open = json.find_first_not_of(" \t:", at + name.size() + 2);
  if (open == std::string::npos || json[open] != '"')
    return {};
  return json.substr(open + 1, json.find('"', open + 1) - open - 1);
}

} // namespace

asio::awaitable<bool> http_client::health() {
  co_await call("GET /health", "", "");
  co_return status_ == 200;
}

asio::awaitable<std::string> http_client::create(const std::string& payload) {
  const std::string body = R"({"command":"ping","payload":")" + payload + "\"}";
  const auto answer = co_await call("POST /jobs", "X-Bot-Token: " + to().bot_token, body);
  co_return status_ == 200 ? field(answer, "id") : std::string{};
}

asio::awaitable<std::string> http_client::claim(const std::string& worker_id, int wait_s) {
  std::string what = "GET /jobs/next";
  if (wait_s > 0)
    what += "?wait=" + std::to_string(wait_s);
  const auto answer
    = co_await call(what, "X-Worker-Token: " + to().worker_token + "\r\nX-Worker-Id: " + worker_id, "");
  lease_ = field(answer, "lease_id");
  co_return field(answer, "id");
}

asio::awaitable<bool> http_client::finish(const std::string& id) {
  const auto headers = "X-Worker-Token: " + to().worker_token + "\r\nX-Lease-Id: " + lease_;
  co_await call("POST /jobs/" + id + "/result", headers, R"({"result":"pong"})");
  co_return status_ == 200;
}

asio::awaitable<std::string> http_client::call(const std::string& what, const std::string& headers,
                                               const std::string& body) {
  auto text = what + " HTTP/1.1\r\nHost: bench\r\n";
  if (!headers.empty())
    text += headers + "\r\n";
  if (!body.empty())
    text += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  text += "\r\n" + body;
  co_await send(text);
  const auto first = co_await line();
  status_ = first.size() > 12 ? std::atoi(first.c_str() + 9) : 0;
  std::size_t length = 0;
  for (auto header = co_await line(); !header.empty(); header = co_await line()) {
    std::transform(header.begin(), header.end(), header.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (header.rfind("content-length:", 0) == 0)
      length = std::strtoul(header.c_str() + 15, nullptr, 10);
  }
  co_return co_await exactly(length);
}

} // namespace claw::bench
