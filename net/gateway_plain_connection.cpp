#include "net/gateway_stream_open.hpp"
#include "net/gateway_stream_talk.hpp"

namespace claw {

std::shared_ptr<gateway_connection> make_plain_connection(boost::asio::io_context& io, gateway_url where,
                                                          uint64_t number, gateway_socket::listener to) {
  using namespace gateway_streams;
  return std::make_shared<connection<plain_stream>>(io, std::move(where), number, std::move(to));
}

} // namespace claw
