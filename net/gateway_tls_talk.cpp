// What goes over a TLS connection; how it comes about is in gateway_tls_connection.cpp.

#include "net/gateway_stream_talk.hpp"

namespace claw::gateway_streams {

template void connection<tls_stream>::send(std::string);
template void connection<tls_stream>::close(uint16_t);
template void connection<tls_stream>::read();

} // namespace claw::gateway_streams
