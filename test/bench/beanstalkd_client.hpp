#pragma once
// beanstalkd's text protocol (its doc/protocol.txt).

#include "test/bench/queue_client.hpp"

namespace claw::bench {

class beanstalkd_client final : public queue_client {
public:
  using queue_client::queue_client;

  asio::awaitable<std::string> create(const std::string& payload) override;
  asio::awaitable<std::string> claim(const std::string& worker_id, int wait_s) override;
  asio::awaitable<bool> finish(const std::string& id) override;
};

} // namespace claw::bench
