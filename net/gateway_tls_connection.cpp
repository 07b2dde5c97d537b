// How a TLS connection comes about; the rest of it is in gateway_tls_talk.cpp.

#include "net/gateway_stream_open.hpp"

namespace claw {

std::shared_ptr<gateway_connection> make_tls_connection(boost::asio::io_context& io, boost::asio::ssl::context& tls,
                                                        gateway_url where, uint64_t number,
                                                        gateway_socket::listener to) {
  using namespace gateway_streams;
  return std::make_shared<connection<tls_stream>>(io, std::move(where), number, std::move(to), tls);
}

} // namespace claw
