#include "test/bench/redis_client.hpp"

#include <cstdlib>

namespace claw::bench {

asio::awaitable<void> redis_client::open() {
  co_await queue_client::open();
  co_await send("XGROUP CREATE jobs workers $ MKSTREAM\r\n");
  co_await line(); // OK, or BUSYGROUP when another connection came first
}

asio::awaitable<std::string> redis_client::create(const std::string& payload) {
  co_await send("*5\r\n$4\r\nXADD\r\n$4\r\njobs\r\n$1\r\n*\r\n$1\r\np\r\n$" + std::to_string(payload.size()) + "\r\n"
                + payload + "\r\n");
  co_return co_await reply();
}

asio::awaitable<std::string> redis_client::claim(const std::string& worker_id, int wait_s) {
  const auto block = wait_s > 0 ? "BLOCK " + std::to_string(wait_s * 1'000) + " " : std::string{};
  co_await send("XREADGROUP GROUP workers " + worker_id + " COUNT 1 " + block + "STREAMS jobs >\r\n");
  strings_.clear();
  co_await reply();
  co_return strings_.size() >= 2 ? strings_[1] : std::string{}; // [0] is the stream's name
}

asio::awaitable<bool> redis_client::finish(const std::string& id) {
  co_await send("XACK jobs workers " + id + "\r\nXDEL jobs " + id + "\r\n");
  const auto acknowledged = co_await reply();
  const auto deleted = co_await reply();
  co_return acknowledged == "1" && deleted == "1";
}

asio::awaitable<std::string> redis_client::reply() {
  const auto head = co_await line();
  if (head.empty() || head[0] == '-')
    co_return std::string{};
  if (head[0] == '+' || head[0] == ':')
    co_return head.substr(1);
  const long n = std::atol(head.c_str() + 1);
  if (n < 0)
    co_return std::string{};
  if (head[0] == '$') {
    auto text = co_await exactly(static_cast<std::size_t>(n) + 2);
    text.resize(static_cast<std::size_t>(n));
    strings_.push_back(text);
    co_return text;
  }
  for (long i = 0; i < n; ++i)
    co_await reply();
  co_return std::string{};
}

} // namespace claw::bench
