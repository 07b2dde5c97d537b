#pragma once
// One connection to the gateway: resolves, connects, shakes hands, then reads and writes until it ends. All of it
// runs in the thread of its io_context.

#include "actors/domain/gateway_url.hpp"
#include "actors/ports/discord_api.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace claw {

class gateway_connection {
public:
  virtual ~gateway_connection() = default;

  virtual void start() = 0;
  virtual void send(std::string text) = 0;

  /// Nothing is told of it any more; it says goodbye with the code and goes.
  virtual void close(uint16_t code) = 0;
};

std::shared_ptr<gateway_connection> make_plain_connection(boost::asio::io_context& io, gateway_url where,
                                                          uint64_t number, gateway_socket::listener to);

/// @param tls says which authorities are trusted; the certificate must be of the URL's host
std::shared_ptr<gateway_connection> make_tls_connection(boost::asio::io_context& io, boost::asio::ssl::context& tls,
                                                        gateway_url where, uint64_t number,
                                                        gateway_socket::listener to);

} // namespace claw
