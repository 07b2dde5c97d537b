#pragma once
// A connection to the gateway over one kind of stream. Private to net/gateway_*.cpp. What it does takes the compiler
// long: it is defined in two parts, which the files of the TLS kind take one each.

#include "net/gateway_connection.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>

#include <deque>
#include <optional>
#include <utility>

namespace claw::gateway_streams {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;

using plain_stream = websocket::stream<beast::tcp_stream>;
using tls_stream = websocket::stream<beast::ssl_stream<beast::tcp_stream>>;

template <class Stream>
class connection final : public gateway_connection, public std::enable_shared_from_this<connection<Stream>> {
public:
  template <class... Args>
  connection(asio::io_context& io, gateway_url where, uint64_t number, gateway_socket::listener to, Args&... args)
      : where_(std::move(where)), number_(number), to_(std::move(to)), resolver_(io), patience_(io), ws_(io, args...) {}

  // gateway_stream_open.hpp
  void start() override;

  // gateway_stream_talk.hpp
  void send(std::string text) override;
  void close(uint16_t code) override;

private:
  // gateway_stream_open.hpp
  void on_resolved(error_code why, tcp::resolver::results_type found);
  void on_connected(error_code why);
  void on_secured(error_code why);
  void on_shaken(error_code why);

  // gateway_stream_talk.hpp
  void read();
  void on_read(error_code why);
  void write();

  void limit(std::chrono::seconds time, const char* what) {
    patience_.expires_after(time);
    patience_.async_wait([me = this->shared_from_this(), what](error_code stopped) {
      if (!stopped)
        me->end(what);
    });
  }

  void end(const std::string& why) {
    open_ = false;
    if (const auto to = std::exchange(to_, nullptr)) {
      const auto code = static_cast<uint16_t>(ws_.reason().code);
      to(link_closed{number_, code == 0 ? std::nullopt : std::optional{code}, why});
    }
    drop();
  }

  void drop() {
    patience_.cancel();
    resolver_.cancel();
    error_code ignored;
    beast::get_lowest_layer(ws_).socket().close(ignored);
  }

  gateway_url where_;
  uint64_t number_;
  gateway_socket::listener to_; ///< null once nothing is to be told any more
  tcp::resolver resolver_;
  asio::steady_timer patience_;
  Stream ws_;
  beast::flat_buffer buffer_;
  std::deque<std::string> waiting_; ///< the first one is being written
  bool open_ = false;
};

} // namespace claw::gateway_streams
