#include "net/gateway_connection.hpp"

#include "net/gateway_codec.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <openssl/ssl.h>
#include <spdlog/spdlog.h>

#include <deque>
#include <optional>
#include <type_traits>

namespace claw {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::seconds step_time_max{15}; ///< resolving, connecting and shaking hands, each
constexpr std::chrono::seconds goodbye_time_max{5};
constexpr std::size_t frame_bytes_max = std::size_t{64} << 20; ///< READY and GUILD_CREATE may be megabytes
constexpr std::size_t sent_bytes_max = 4'096; ///< @source Discord API reference: more is answered with 4002
constexpr const char* query = "?v=10&encoding=json";
constexpr const char* user_agent = "DiscordBot (https://openclaw.invalid/openclaw-bot, " CLAW_VERSION ")";

using plain_stream = websocket::stream<beast::tcp_stream>;
using tls_stream = websocket::stream<beast::ssl_stream<beast::tcp_stream>>;

template <class Stream>
class connection final : public gateway_connection, public std::enable_shared_from_this<connection<Stream>> {
public:
  template <class... Args>
  connection(asio::io_context& io, gateway_url where, uint64_t number, gateway_socket::listener to, Args&... args)
      : where_(std::move(where)), number_(number), to_(std::move(to)), resolver_(io), patience_(io), ws_(io, args...) {}

  void start() override {
    limit(step_time_max, "no connection in time");
    resolver_.async_resolve(where_.host, where_.port,
                            [me = this->shared_from_this()](error_code why, tcp::resolver::results_type found) {
                              me->on_resolved(why, std::move(found));
                            });
  }

  void send(std::string text) override {
    if (!open_ || text.size() > sent_bytes_max) {
      if (open_)
        spdlog::error("event=gateway_payload_too_large bytes={}", text.size());
      return;
    }
    waiting_.push_back(std::move(text));
    if (waiting_.size() == 1)
      write();
  }

  void close(uint16_t code) override {
    to_ = nullptr;
    if (!open_)
      return drop();
    open_ = false;
    limit(goodbye_time_max, "");
    ws_.async_close(websocket::close_reason{static_cast<websocket::close_code>(code)},
                    [me = this->shared_from_this()](error_code) { me->drop(); });
  }

private:
  static constexpr bool is_tls = std::is_same_v<Stream, tls_stream>;

  void on_resolved(error_code why, tcp::resolver::results_type found) {
    if (why)
      return end("cannot find the gateway's host: " + why.message());
    limit(step_time_max, "no connection in time");
    beast::get_lowest_layer(ws_).async_connect(
        found, [me = this->shared_from_this()](error_code failed, const tcp::endpoint&) { me->on_connected(failed); });
  }

  void on_connected(error_code why) {
    if (why)
      return end("cannot connect to the gateway: " + why.message());
    beast::get_lowest_layer(ws_).socket().set_option(tcp::no_delay{true}, why);
    if constexpr (is_tls) {
      auto& tls = ws_.next_layer();
      if (SSL_set_tlsext_host_name(tls.native_handle(), where_.host.c_str()) != 1)
        return end("cannot name the gateway's host in the TLS handshake");
      tls.set_verify_mode(asio::ssl::verify_peer, why);
      tls.set_verify_callback(asio::ssl::host_name_verification{where_.host}, why);
      limit(step_time_max, "no TLS handshake in time");
      tls.async_handshake(asio::ssl::stream_base::client,
                          [me = this->shared_from_this()](error_code failed) { me->on_secured(failed); });
    } else {
      on_secured({});
    }
  }

  void on_secured(error_code why) {
    if (why)
      return end("the gateway's TLS certificate or handshake is not right: " + why.message());
    limit(step_time_max, "no WebSocket handshake in time");
    ws_.set_option(websocket::stream_base::decorator(
        [](websocket::request_type& x) { x.set(beast::http::field::user_agent, user_agent); }));
    ws_.read_message_max(frame_bytes_max);
    const auto host = where_.port == "443" || where_.port == "80" ? where_.host : where_.host + ":" + where_.port;
    ws_.async_handshake(host, where_.path + query,
                        [me = this->shared_from_this()](error_code failed) { me->on_shaken(failed); });
  }

  void on_shaken(error_code why) {
    if (why)
      return end("the gateway does not speak WebSocket: " + why.message());
    patience_.cancel();
    if (!to_)
      return drop();
    open_ = true;
    to_(link_opened{number_});
    read();
  }

  void read() {
    ws_.async_read(buffer_, [me = this->shared_from_this()](error_code why, std::size_t) { me->on_read(why); });
  }

  void on_read(error_code why) {
    if (why)
      return end(why == websocket::error::closed ? "closed by the gateway" : why.message());
    const auto bytes = buffer_.cdata();
    auto frame = read_gateway_frame({static_cast<const char*>(bytes.data()), bytes.size()});
    buffer_.consume(buffer_.size());
    if (!frame)
      spdlog::warn("event=gateway_frame_unreadable bytes={}", bytes.size());
    else if (to_)
      to_(link_frame{number_, std::move(*frame)});
    if (to_)
      read();
  }

  void write() {
    ws_.async_write(asio::buffer(waiting_.front()), [me = this->shared_from_this()](error_code why, std::size_t) {
      me->waiting_.pop_front();
      if (why)
        return me->end(why.message());
      if (!me->waiting_.empty() && me->open_)
        me->write();
    });
  }

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

} // namespace

std::shared_ptr<gateway_connection> make_gateway_connection(asio::io_context& io, asio::ssl::context* tls,
                                                            gateway_url where, uint64_t number,
                                                            gateway_socket::listener to) {
  if (tls == nullptr)
    return std::make_shared<connection<plain_stream>>(io, std::move(where), number, std::move(to));
  return std::make_shared<connection<tls_stream>>(io, std::move(where), number, std::move(to), *tls);
}

} // namespace claw
