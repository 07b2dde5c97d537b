#pragma once
// What goes over a connection to the gateway: frames in, payloads out, the goodbye.

#include "net/gateway_codec.hpp"
#include "net/gateway_stream.hpp"

#include <spdlog/spdlog.h>

namespace claw::gateway_streams {

inline constexpr std::chrono::seconds goodbye_time_max{5};
inline constexpr std::size_t sent_bytes_max = 4'096; ///< @source Discord API reference: more is answered with 4002

template <class Stream>
void connection<Stream>::send(std::string text) {
  if (!open_ || text.size() > sent_bytes_max) {
    if (open_)
      spdlog::error("event=gateway_payload_too_large bytes={}", text.size());
    return;
  }
  waiting_.push_back(std::move(text));
  if (waiting_.size() == 1)
    write();
}

template <class Stream>
void connection<Stream>::close(uint16_t code) {
  to_ = nullptr;
  if (!open_)
    return drop();
  open_ = false;
  limit(goodbye_time_max, "");
  ws_.async_close(websocket::close_reason{static_cast<websocket::close_code>(code)},
                  [me = this->shared_from_this()](error_code) { me->drop(); });
}

template <class Stream>
void connection<Stream>::read() {
  ws_.async_read(buffer_, [me = this->shared_from_this()](error_code why, std::size_t) { me->on_read(why); });
}

template <class Stream>
void connection<Stream>::on_read(error_code why) {
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

template <class Stream>
void connection<Stream>::write() {
  ws_.async_write(asio::buffer(waiting_.front()), [me = this->shared_from_this()](error_code why, std::size_t) {
    me->waiting_.pop_front();
    if (why)
      return me->end(why.message());
    if (!me->waiting_.empty() && me->open_)
      me->write();
  });
}

} // namespace claw::gateway_streams
