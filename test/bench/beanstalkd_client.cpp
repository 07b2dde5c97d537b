#include "test/bench/beanstalkd_client.hpp"

#include <cstdlib>

namespace claw::bench {

asio::awaitable<std::string> beanstalkd_client::create(const std::string& payload) {
  co_await send("put 100 0 60 " + std::to_string(payload.size()) + "\r\n" + payload + "\r\n");
  const auto answer = co_await line();
  co_return answer.starts_with("INSERTED ") ? answer.substr(9) : std::string{};
}

asio::awaitable<std::string> beanstalkd_client::claim(const std::string&, int wait_s) {
  co_await send("reserve-with-timeout " + std::to_string(wait_s) + "\r\n");
  const auto answer = co_await line();
  if (!answer.starts_with("RESERVED "))
    co_return std::string{};
  const auto blank = answer.find(' ', 9);
  co_await exactly(std::strtoul(answer.c_str() + blank + 1, nullptr, 10) + 2);
  co_return answer.substr(9, blank - 9);
}

asio::awaitable<bool> beanstalkd_client::finish(const std::string& id) {
  co_await send("delete " + id + "\r\n");
  co_return co_await line() == "DELETED";
}

} // namespace claw::bench
