#pragma once
// How a connection to the gateway comes about: resolving, connecting, TLS, the handshake of WebSocket.

#include "net/gateway_stream.hpp"

#include <boost/asio/ssl/host_name_verification.hpp>
#include <openssl/ssl.h>

#include <type_traits>

namespace claw::gateway_streams {

inline constexpr std::chrono::seconds step_time_max{15}; ///< resolving, connecting and shaking hands, each
inline constexpr std::size_t frame_bytes_max = std::size_t{64} << 20; ///< READY and GUILD_CREATE may be megabytes
inline constexpr const char* query = "?v=10&encoding=json";
inline constexpr const char* user_agent = "DiscordBot (https://openclaw.invalid/openclaw-bot, " CLAW_VERSION ")";

template <class Stream>
void connection<Stream>::start() {
  limit(step_time_max, "no connection in time");
  resolver_.async_resolve(where_.host, where_.port,
                          [me = this->shared_from_this()](error_code why, tcp::resolver::results_type found) {
                            me->on_resolved(why, std::move(found));
                          });
}

template <class Stream>
void connection<Stream>::on_resolved(error_code why, tcp::resolver::results_type found) {
  if (why)
    return end("cannot find the gateway's host: " + why.message());
  limit(step_time_max, "no connection in time");
  beast::get_lowest_layer(ws_).async_connect(
      found, [me = this->shared_from_this()](error_code failed, const tcp::endpoint&) { me->on_connected(failed); });
}

template <class Stream>
void connection<Stream>::on_connected(error_code why) {
  if (why)
    return end("cannot connect to the gateway: " + why.message());
  beast::get_lowest_layer(ws_).socket().set_option(tcp::no_delay{true}, why);
  if constexpr (std::is_same_v<Stream, tls_stream>) {
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

template <class Stream>
void connection<Stream>::on_secured(error_code why) {
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

template <class Stream>
void connection<Stream>::on_shaken(error_code why) {
  if (why)
    return end("the gateway does not speak WebSocket: " + why.message());
  patience_.cancel();
  if (!to_)
    return drop();
  open_ = true;
  to_(link_opened{number_});
  read();
}

} // namespace claw::gateway_streams
