#pragma once
// One inspector's connection: its handshake, its frames through the filter to CAF, CAF's answers back. Lives in the
// gate's thread.

#include "actors/domain/rate_window.hpp"
#include "net/inspection_gate.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace claw {

class gate_session : public std::enable_shared_from_this<gate_session> {
public:
  /// @param refused why the peer was sent away before it was let in. @param over it has ended, whyever; called once
  struct listener {
    inspection_gate::adopter adopt;
    std::function<void(const std::string& why)> refused;
    std::function<void(const gate_session*)> over;
  };

  gate_session(boost::asio::ip::tcp::socket peer, boost::asio::ssl::context& tls,
               const inspection_gate_options& options, std::string greeting, listener told);

  void start();

  /// @param why "" when the peer left
  void end(const std::string& why);

  bool is_in() const noexcept { return in_; }

private:
  void let_in();
  void read_frame();
  void read_payload(std::size_t count);
  void take_frame();
  void pump();
  void set_deadline(std::chrono::milliseconds time, const char* why);

  boost::asio::ssl::stream<boost::asio::ip::tcp::socket> peer_;
  boost::asio::local::stream_protocol::socket inside_; ///< the other end is CAF's
  boost::asio::steady_timer deadline_;
  const inspection_gate_options& options_;
  basp_filter filter_;
  rate_window frames_;
  listener told_;
  std::string peer_name_;
  bool in_ = false;
  bool over_ = false;
  bool answering_ = false;   ///< an answer is being written: until it is read, nothing more is asked
  bool frame_waits_ = false; ///< for the end of that
  std::array<char, basp_filter::header_bytes> header_{};
  std::string payload_;
  std::string to_inside_;
  std::array<char, 65'536> from_inside_{};
};

} // namespace claw
