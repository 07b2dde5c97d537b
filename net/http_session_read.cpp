#include "actors/domain/log_value.hpp"
#include "net/http_session.hpp"
#include "net/http_turn.hpp"

#include <boost/asio/write.hpp>
#include <spdlog/spdlog.h>

#include <iterator>
#include <limits>

namespace claw {

namespace {

namespace http = boost::beast::http;
using boost::asio::ip::tcp;

constexpr std::size_t empty_lines_max = 4; ///< before a request
constexpr std::size_t read_bytes = 8'192;
constexpr std::size_t read_bytes_body = 65'536;
constexpr std::size_t pipelined_bytes_max = 65'536; ///< kept while another request is worked on
constexpr std::size_t pipelined_requests_max = 32;  ///< before other connections get their turn
constexpr std::size_t refused_body_bytes_max
    = 65'536; ///< read to keep the connection in spite of a refusal
constexpr std::size_t lingered_bytes_max = 32 << 20;

std::string_view view(boost::beast::string_view x) {
  return {x.data(), x.size()};
}

std::string_view view(const boost::beast::flat_buffer& x) {
  return {static_cast<const char*>(x.data().data()), x.size()};
}

} // namespace

/// Waits first and lends no buffer: while it waits, requests are taken out of the buffer, and a large one is given up.
void http_session::read_some() {
  if (waiting_ || peer_done_ || phase_ == phase::closed)
    return;
  if (phase_ != phase::head && phase_ != phase::body && in_.size() >= pipelined_bytes_max)
    return;
  waiting_ = true;
  socket_.async_wait(
      tcp::socket::wait_read,
      [self = shared_from_this()](const error_code& why) { self->on_readable(why); });
}

void http_session::on_readable(error_code why) {
  waiting_ = false;
  if (phase_ == phase::closed || !may_read_on())
    return;
  const auto room
      = phase_ == phase::body || phase_ == phase::lingering ? read_bytes_body : read_bytes;
  const auto bytes = why ? 0 : socket_.read_some(in_.prepare(room), why);
  if (why == boost::asio::error::would_block)
    return read_some();
  if (why)
    return on_peer_closed(why != boost::asio::error::eof);
  in_.commit(bytes);
  if (phase_ == phase::lingering) {
    lingered_ += bytes;
    in_.clear();
    return lingered_ > lingered_bytes_max ? close() : read_some();
  }
  if (phase_ == phase::head && in_.size() == bytes)
    await(core_->options.slow_head_max); // the first bytes of a request
  pump();
}

void http_session::on_peer_closed(bool hard) {
  peer_done_ = true;
  peer_gone_ = peer_gone_ || hard;
  if (phase_ == phase::head || phase_ == phase::body || phase_ == phase::lingering)
    return close(); // nobody waits for an answer
  if (phase_ == phase::streaming) {
    peer_gone_ = true;
    if (auto listener = std::exchange(on_gone_, nullptr))
      listener();
    return close();
  }
  if (auto listener = std::exchange(on_gone_, nullptr)) {
    // Whoever is held and says that it will send no more has gone away, as far as anybody can tell.
    peer_gone_ = true;
    listener();
  }
}

void http_session::pump() {
  if (pumping_ || phase_ == phase::closed)
    return;
  pumping_ = true;
  bool more = true;
  for (std::size_t requests = 0; more && requests < pipelined_requests_max;) {
    if (phase_ == phase::head) {
      more = read_head();
      ++requests;
    } else {
      more = phase_ == phase::body && read_body();
    }
  }
  pumping_ = false;
  if (!more && peer_done_ && (phase_ == phase::head || phase_ == phase::body))
    return close(); // what is here of a request will never be complete
  if (more)
    core_->post([self = shared_from_this()] { self->pump(); });
  else
    read_some();
}

bool http_session::read_head() {
  while (scanned_ == 0 && view(in_).starts_with("\r\n")) {
    in_.consume(2); // RFC 9112, 2.2: an empty line before a request is passed over
    if (++empty_lines_ > empty_lines_max) // a drip of them must not keep a connection for ever
      return fail(400, "malformed request");
  }
  if (in_.size() == 0)
    return false;
  const auto found = scan_head(view(in_), scanned_);
  scanned_ = found.bytes;
  switch (found.is) {
  case head_scan::verdict::malformed:
    return fail(400, "malformed request");
  case head_scan::verdict::incomplete:
    return in_.size() > limits::header_bytes_max ? fail(431, "request header too large") : false;
  case head_scan::verdict::complete:
    if (found.bytes > limits::header_bytes_max)
      return fail(431, "request header too large");
    return begin_request(found.bytes);
  }
  return false;
}

bool http_session::begin_request(std::size_t head_bytes) {
  scanned_ = 0;
  empty_lines_ = 0;
  parser_.emplace();
  parser_->header_limit(static_cast<uint32_t>(limits::header_bytes_max + 1));
  parser_->body_limit(std::numeric_limits<uint64_t>::max()); // Boost 1.74 takes "none" for 0 here
  error_code why;
  parser_->put(boost::asio::buffer(in_.data().data(), head_bytes), why);
  in_.consume(head_bytes);
  if (why == http::error::bad_version)
    return fail(505, "unsupported HTTP version");
  if (why || !parser_->is_header_done())
    return fail(400, "malformed request");
  return take_head_apart() && judge_head();
}

bool http_session::take_head_apart() {
  const auto& message = parser_->get();
  fields_.clear();
  for (const auto& x : message)
    fields_.push_back({view(x.name_string()), view(x.value())});
  request_ = {};
  request_.fields = fields_;
  request_.method = view(message.method_string());
  split_target(view(message.target()), request_);
  keep_alive_ = parser_->keep_alive();
  without_body_ = request_.method == "HEAD";
  refusal_.reset();
  peer_gone_ = false;
  if (const auto problem = head_problem(request_, message.version() % 10); !problem.empty())
    return fail(400, problem);
  return true;
}

bool http_session::judge_head() {
  auto verdict = core_->application.admit(request_);
  refusal_ = std::move(verdict.refusal);
  kind_ = verdict.kind;
  request_.sender = std::move(verdict.sender);
  const auto bytes_max = refusal_ ? refused_body_bytes_max : verdict.body_bytes_max;
  const auto length = parser_->content_length();
  const auto expected = request_.field("Expect");
  const bool waits = expected && same_name(*expected, "100-continue") && !parser_->is_done()
                     && parser_->get().version() == 11; // older clients do not know it
  if (expected && !same_name(*expected, "100-continue"))
    return fail(417, "unknown expectation");
  if (refusal_ && !parser_->is_done() && (waits || (length && *length > bytes_max)))
    return turn_away(std::move(*refusal_));
  if (length && *length > bytes_max)
    return turn_away(core_->application.too_large(request_));
  if (!parser_->is_done())
    parser_->body_limit(bytes_max);
  if (waits && in_.size() == 0) {
    error_code
        why; // 25 bytes into an empty send buffer: it fails only for a connection that is dead anyway
    boost::asio::write(socket_, boost::asio::buffer("HTTP/1.1 100 Continue\r\n\r\n", 25), why);
  }
  phase_ = phase::body;
  pace_.begin(std::chrono::steady_clock::now(), 0);
  await(core_->options.slow_body_max);
  return true;
}

bool http_session::read_body() {
  while (!parser_->is_done()) {
    if (in_.size() == 0)
      return false;
    error_code why;
    const auto used = parser_->put(in_.data(), why);
    in_.consume(used);
    if (const auto bytes = parser_->get().body().size(); bytes > limits::large_bytes)
      hold(large_traffic::way::in, bytes);
    if (why == http::error::need_more) { // what is left is the beginning of a line between two chunks
      const bool endless = used == 0 && in_.size() > limits::header_bytes_max;
      return endless || has_bare_line_feed(view(in_)) ? fail(400, "malformed body") : false;
    }
    if (why == http::error::body_limit)
      return turn_away(refusal_ ? std::move(*refusal_) : core_->application.too_large(request_));
    if (why)
      return fail(400, "malformed body");
  }
  return finish_body();
}

bool http_session::finish_body() {
  const auto fields = std::distance(parser_->get().begin(), parser_->get().end());
  if (static_cast<std::size_t>(fields) != fields_.size())
    return fail(400, "trailer fields are not allowed"); // they come after the head was judged
  phase_ = phase::handling;
  await(core_->options.handling_max);
  if (refusal_)
    answer(std::move(*refusal_));
  else if (parser_->get().body().size() > limits::large_bytes)
    line_up(large_traffic::step::take, [this] { hand_over(); });
  else
    hand_over();
  return phase_ == phase::head;
}

void http_session::hand_over() {
  request_.body = std::move(parser_->get().body());
  handed_over_ = std::chrono::steady_clock::now();
  try {
    core_->application.handle(std::move(request_),
                              std::make_shared<http_turn>(shared_from_this(), ++turn_));
  } catch (const std::exception& x) {
    spdlog::error("event=http_request_failed why={}", log_value(x.what()));
    keep_alive_ = false;
    if (phase_ == phase::handling)
      answer(error_reply(500, "internal error"));
    else if (phase_ == phase::streaming)
      close(); // the rest of its answer will not come
  }
}

bool http_session::fail(unsigned status, std::string_view detail) {
  spdlog::debug("event=http_request_refused status={} why={}", status, log_value(detail));
  return turn_away(error_reply(status, detail));
}

/// Answers in the application's place and closes. @returns false: there is no more to do
bool http_session::turn_away(http_reply x) {
  keep_alive_ = false;
  phase_ = phase::handling;
  answer(std::move(x));
  return false;
}

} // namespace claw
