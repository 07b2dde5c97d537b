#include "net/gate_session.hpp"

#include "actors/domain/log_value.hpp"

#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <openssl/x509.h>
#include <spdlog/spdlog.h>

#include <utility>

namespace claw {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;

/// Whose certificate it is, as the CA has written.
std::string name_in_certificate(SSL* tls) {
  std::array<char, 65> name{};
  if (auto* certificate = SSL_get_peer_certificate(tls)) {
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name.data(), name.size());
    X509_free(certificate);
  }
  return name.data();
}

} // namespace

gate_session::gate_session(asio::ip::tcp::socket peer, asio::ssl::context& tls, const inspection_gate_options& options,
                           std::string greeting, listener told)
    : peer_(std::move(peer), tls), inside_(peer_.get_executor()), deadline_(peer_.get_executor()), options_(options),
      filter_(options.rules, std::move(greeting)), frames_(options.frames_per_second_max, std::chrono::seconds{1}),
      told_(std::move(told)) {}

void gate_session::start() {
  set_deadline(options_.greeting_max, "it did not finish its greeting in time");
  peer_.async_handshake(asio::ssl::stream_base::server, [me = shared_from_this()](error_code why) {
    if (me->over_)
      return;
    if (why)
      me->end("no certificate of our CA: " + why.message());
    else
      me->let_in();
  });
}

void gate_session::let_in() {
  error_code why;
  asio::local::stream_protocol::socket other{peer_.get_executor()};
  asio::local::connect_pair(inside_, other, why);
  const int socket = why ? -1 : other.release(why);
  if (why) {
    end("the system gives no socket: " + why.message());
    return;
  }
  in_ = true;
  peer_name_ = name_in_certificate(peer_.native_handle());
  spdlog::info("event=inspector_joined name={}", log_value(peer_name_));
  told_.adopt(socket);
  read_frame();
  pump();
}

void gate_session::read_frame() {
  if (answering_) {
    frame_waits_ = true;
    return;
  }
  asio::async_read(peer_, asio::buffer(header_), [me = shared_from_this()](error_code why, std::size_t) {
    if (me->over_)
      return;
    if (why) {
      me->end("");
      return;
    }
    const auto count = me->filter_.payload_bytes({me->header_.data(), me->header_.size()});
    if (!count)
      me->end(count.error().why);
    else
      me->read_payload(*count);
  });
}

void gate_session::read_payload(std::size_t count) {
  payload_.resize(count);
  asio::async_read(peer_, asio::buffer(payload_), [me = shared_from_this()](error_code why, std::size_t) {
    if (me->over_)
      return;
    if (why)
      me->end("");
    else
      me->take_frame();
  });
}

void gate_session::take_frame() {
  if (!frames_.admit(std::chrono::steady_clock::now())) {
    end("too many frames a second");
    return;
  }
  auto frame = filter_.pass({header_.data(), header_.size()}, payload_);
  if (!frame) {
    end(frame.error().why);
    return;
  }
  set_deadline(options_.idle_max, "it has said nothing for too long");
  if (frame->empty()) {
    read_frame();
    return;
  }
  to_inside_ = *std::move(frame);
  asio::async_write(inside_, asio::buffer(to_inside_), [me = shared_from_this()](error_code why, std::size_t) {
    if (me->over_)
      return;
    if (why)
      me->end("the inside has gone");
    else
      me->read_frame();
  });
}

void gate_session::pump() {
  inside_.async_read_some(asio::buffer(from_inside_), [me = shared_from_this()](error_code why, std::size_t count) {
    if (me->over_)
      return;
    if (why) {
      me->end("the inside has gone");
      return;
    }
    me->answering_ = true;
    asio::async_write(me->peer_, asio::buffer(me->from_inside_, count), [me](error_code failed, std::size_t) {
      if (me->over_)
        return;
      if (failed) {
        me->end("");
        return;
      }
      me->answering_ = false;
      if (std::exchange(me->frame_waits_, false))
        me->read_frame();
      me->pump();
    });
  });
}

void gate_session::set_deadline(std::chrono::milliseconds time, const char* why) {
  deadline_.expires_after(time);
  deadline_.async_wait([me = weak_from_this(), why](error_code cancelled) {
    if (const auto here = me.lock(); here && !cancelled)
      here->end(why);
  });
}

void gate_session::end(const std::string& why) {
  if (std::exchange(over_, true))
    return;
  if (!in_)
    told_.refused(why);
  else if (why.empty())
    spdlog::info("event=inspector_left name={}", log_value(peer_name_));
  else
    spdlog::warn("event=inspector_sent_away name={} why={}", log_value(peer_name_), log_value(why));
  error_code ignored;
  deadline_.cancel();
  inside_.close(ignored);
  peer_.lowest_layer().close(ignored);
  told_.over(this);
}

} // namespace claw
