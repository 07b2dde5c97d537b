#pragma once
// The broker's HTTP contract (docs/HTTP_API.md) over one keep-alive connection.

#include "test/bench/queue_client.hpp"

namespace claw::bench {

class http_client final : public queue_client {
public:
  using queue_client::queue_client;

  asio::awaitable<bool> health();
  asio::awaitable<std::string> create(const std::string& payload) override;
  asio::awaitable<std::string> claim(const std::string& worker_id, int wait_s) override;
  asio::awaitable<bool> finish(const std::string& id) override;

private:
  asio::awaitable<std::string> call(const std::string& what, const std::string& headers, const std::string& body);

  int status_ = 0;
  std::string lease_;
};

} // namespace claw::bench
