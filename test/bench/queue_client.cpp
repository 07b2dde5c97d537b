#include "test/bench/queue_client.hpp"

#include "test/bench/beanstalkd_client.hpp"
#include "test/bench/http_client.hpp"
#include "test/bench/redis_client.hpp"

namespace claw::bench {

asio::awaitable<void> queue_client::open() {
  asio::ip::tcp::resolver resolver{socket_.get_executor()};
  const auto found = co_await resolver.async_resolve(to_.host, to_.port, asio::use_awaitable);
  co_await asio::async_connect(socket_, found, asio::use_awaitable);
  socket_.set_option(asio::ip::tcp::no_delay{true});
}

asio::awaitable<void> queue_client::send(std::string_view text) {
  co_await asio::async_write(socket_, asio::buffer(text.data(), text.size()), asio::use_awaitable);
}

asio::awaitable<std::string> queue_client::line() {
  const auto n = co_await asio::async_read_until(socket_, asio::dynamic_buffer(in_), "\r\n", asio::use_awaitable);
  auto text = in_.substr(0, n - 2);
  in_.erase(0, n);
  co_return text;
}

asio::awaitable<std::string> queue_client::exactly(std::size_t bytes) {
  if (in_.size() < bytes)
    co_await asio::async_read(socket_, asio::dynamic_buffer(in_), asio::transfer_at_least(bytes - in_.size()),
                              asio::use_awaitable);
  auto text = in_.substr(0, bytes);
  in_.erase(0, bytes);
  co_return text;
}

std::unique_ptr<queue_client> make_client(asio::io_context& io, const target& to) {
  if (to.kind == "claw")
    return std::make_unique<http_client>(io, to);
  if (to.kind == "redis")
    return std::make_unique<redis_client>(io, to);
  if (to.kind == "beanstalkd")
    return std::make_unique<beanstalkd_client>(io, to);
  return nullptr;
}

} // namespace claw::bench
