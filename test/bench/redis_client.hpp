#pragma once
// A job queue as people build it on Redis: a stream with a consumer group (redis.io/docs, "Redis Streams"). A job is an
// XADD, a claim an XREADGROUP, a finish an XACK and an XDEL.

#include "test/bench/queue_client.hpp"

#include <vector>

namespace claw::bench {

class redis_client final : public queue_client {
public:
  using queue_client::queue_client;

  asio::awaitable<void> open() override;
  asio::awaitable<std::string> create(const std::string& payload) override;
  asio::awaitable<std::string> claim(const std::string& worker_id, int wait_s) override;
  asio::awaitable<bool> finish(const std::string& id) override;

private:
  /// Reads one answer (redis.io, "RESP protocol spec"); the strings of a nested one gather in `strings_`.
  asio::awaitable<std::string> reply();

  std::vector<std::string> strings_;
};

} // namespace claw::bench
