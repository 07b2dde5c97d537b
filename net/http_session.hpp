#pragma once
// One connection of the HTTP server: reads requests one after the other, hands each to the application, writes its
// answer. It keeps reading while a request is being worked on, which is how it learns that the client went away.
// Private to net/http_*.cpp.

#include "net/http_core.hpp"
#include "net/http_exchange.hpp"
#include "net/http_text.hpp"
#include "net/large_traffic.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <array>
#include <optional>
#include <vector>

namespace claw {

class http_session final : public std::enable_shared_from_this<http_session> {
public:
  http_session(boost::asio::ip::tcp::socket socket, std::shared_ptr<http_core> core);

  void start();
  /// Answers without reading anything, then closes.
  void refuse(unsigned status, std::string_view detail);
  void on_tick(http_core::steady_time now);
  void on_drain();
  void close();

  // -- the application's side: http_exchange, for the request of the present turn ---------------------------------
  uint64_t turn() const noexcept { return turn_; }
  void post(std::function<void()> work);
  void answer(http_reply x);
  void when_gone(std::function<void()> listener);
  void evict(http_reply why);
  void begin_stream(std::string_view content_type);
  void send_piece(std::string piece, std::function<void()> sent);
  void end_stream();
  void when_room(std::function<void()> work);

private:
  using error_code = boost::system::error_code;

  enum class phase : uint8_t {
    head,      ///< reading the head of a request, or waiting for one
    body,      ///< reading its body
    handling,  ///< the application works on it
    writing,   ///< its answer is on the way
    streaming, ///< its answer comes in pieces
    lingering, ///< our last word is said; the client's is thrown away, so that it can read ours
    closed,
  };

  // -- reading (http_session_read.cpp) --------------------------------------------------------------------------
  void read_some();
  void on_readable(error_code why);
  void on_peer_closed(bool hard);
  void pump();
  bool read_head();
  bool begin_request(std::size_t head_bytes);
  bool take_head_apart();
  bool judge_head();
  bool read_body();
  bool finish_body();
  void hand_over();
  bool fail(unsigned status, std::string_view detail);
  bool turn_away(http_reply x);
  bool may_read_on();

  // -- large bodies and answers (http_session_large.cpp) --------------------------------------------------------
  large_traffic::ticket ticket();
  void line_up(large_traffic::step s, std::function<void()> go_on);
  void leave_line();
  void hold(large_traffic::way w, std::size_t bytes);
  void let_go(large_traffic::way w);
  void forget_body();
  bool is_in_the_way(http_core::steady_time now);

  // -- writing (http_session.cpp) ---------------------------------------------------------------------------
  bool peer_has_left();
  std::optional<std::chrono::microseconds> since_handed_over() const;
  void write(std::string head, std::string body);
  void write_on();
  void on_written(const error_code& why, std::size_t bytes);
  void on_all_written();
  void end_request();
  void linger();
  void await(std::chrono::milliseconds patience);
  void forget_large_buffers();

  std::shared_ptr<http_core> core_; // first: outlives the socket
  boost::asio::ip::tcp::socket socket_;
  phase phase_ = phase::head;
  uint64_t turn_ = 0; ///< requests handed to the application so far
  http_core::steady_time deadline_;
  std::size_t kind_ = 0; ///< of the present request; see http_admission
  std::optional<http_core::steady_time> handed_over_; ///< when the application got it

  boost::beast::flat_buffer in_;
  std::size_t scanned_ = 0; ///< of the head
  std::size_t empty_lines_ = 0; ///< before it
  std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> parser_;
  std::vector<http_field> fields_;
  http_request request_;
  std::optional<http_reply> refusal_; ///< decided by the head, told after a short body
  bool waiting_ = false; ///< for the socket to have something to read
  bool pumping_ = false;
  bool peer_done_ = false;    ///< it will send nothing more; it may still read
  bool peer_gone_ = false;    ///< it will not read either
  bool keep_alive_ = false;   ///< the client's wish and ours
  bool without_body_ = false; ///< HEAD
  bool chunked_ = false;      ///< the stream's encoding
  std::size_t lingered_ = 0;

  large_traffic::ticket ticket_ = 0; ///< of the present request; 0: nothing of it is large so far
  bool lined_up_ = false;
  pace_watch pace_; ///< of what comes in or goes out at present

  std::string out_head_, out_body_;
  std::size_t out_at_ = 0;
  std::function<void()> on_gone_, undelivered_, sent_;
};

} // namespace claw
