#include "net/http_session.hpp"

#include <spdlog/spdlog.h>

#include <cstdio>

namespace claw {

namespace {

using boost::asio::ip::tcp;

constexpr std::chrono::milliseconds linger_max{10'000};
constexpr std::size_t kept_buffer_bytes = 65'536;

} // namespace

http_session::http_session(tcp::socket socket, std::shared_ptr<http_core> core)
    : core_(std::move(core)), socket_(std::move(socket)) {}

void http_session::start() {
  core_->joined(shared_from_this());
  error_code ignored;
  socket_.set_option(tcp::no_delay{true}, ignored);
  socket_.non_blocking(true, ignored);
  await(core_->options.idle_max);
  read_some();
}

void http_session::refuse(unsigned status, std::string_view detail) {
  core_->joined(shared_from_this());
  error_code ignored;
  socket_.non_blocking(true, ignored);
  fail(status, detail);
}

void http_session::on_tick(http_core::steady_time now) {
  if (now < deadline_ && !is_in_the_way(now))
    return;
  switch (phase_) {
  case phase::head:
    if (in_.size() == 0)
      return close();
    fail(408, "request header took too long");
    return;
  case phase::body:
    if (lined_up_)
      turn_away(no_room_reply());
    else
      fail(408, "request body took too long");
    return;
  case phase::handling:
    if (lined_up_)
      return answer(no_room_reply());
    if (auto listener = std::exchange(on_gone_, nullptr))
      listener();
    fail(503, "the broker did not answer in time");
    return;
  case phase::streaming:
    if (lined_up_)
      return end_stream(); // the client may come back for the rest
    if (sent_ == nullptr)
      return; // nothing to write, nothing stalls
    if (auto listener = std::exchange(on_gone_, nullptr))
      listener();
    return close();
  case phase::writing:
  case phase::lingering:
    return close();
  case phase::closed:
    return;
  }
}

void http_session::on_drain() {
  if (phase_ == phase::head && in_.size() == 0)
    close();
}

void http_session::post(std::function<void()> work) {
  core_->post(std::move(work));
}

void http_session::when_gone(std::function<void()> listener) {
  if (phase_ != phase::handling && phase_ != phase::streaming)
    return; // it has its answer
  if (!peer_done_) {
    on_gone_ = std::move(listener);
    return;
  }
  peer_gone_ = true;
  listener();
  if (phase_ == phase::streaming)
    close(); // nothing else would end this
}

void http_session::evict(http_reply why) {
  const auto listener = std::exchange(on_gone_, nullptr);
  if (!listener)
    return;
  listener();
  if (phase_ == phase::handling)
    answer(std::move(why));
  else if (phase_ == phase::streaming && sent_ == nullptr)
    end_stream();
  else
    close(); // in the middle of a piece
}

std::optional<std::chrono::microseconds> http_session::since_handed_over() const {
  if (!handed_over_)
    return std::nullopt;
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now()
                                                               - *handed_over_);
}

/// The news that the client has closed may stand behind the answer in our own line of work: asks the system.
bool http_session::peer_has_left() {
  char next = 0;
  error_code why;
  socket_.receive(boost::asio::buffer(&next, 1), tcp::socket::message_peek, why);
  return why && why != boost::asio::error::would_block;
}

void http_session::answer(http_reply x) {
  const bool answerable = phase_ == phase::handling;
  if (!answerable || peer_gone_ || (x.undelivered && (peer_done_ || peer_has_left()))) {
    if (x.undelivered)
      x.undelivered();
    if (answerable)
      close();
    return;
  }
  on_gone_ = nullptr;
  leave_line();
  const bool whole = !without_body_ && x.status != 304; // else its length is that of a 200 (RFC 9110, 8.6)
  if (whole && x.body.size() > limits::large_bytes && !core_->large.has_room(large_traffic::way::out, ticket())) {
    if (x.undelivered)
      x.undelivered();
    x = no_room_reply();
  }
  undelivered_ = std::move(x.undelivered);
  keep_alive_ = keep_alive_ && (!peer_done_ || in_.size() > 0) && !core_->draining();
  if (keep_alive_ && parser_->get().version() == 10)
    x.fields += "Connection: keep-alive\r\n";
  auto head = head_of(x, x.content_type, core_->date(), keep_alive_);
  head += "Content-Length: ";
  head += std::to_string(x.body.size());
  head += "\r\n\r\n";
  spdlog::debug("event=http_answered status={} bytes={}", x.status, x.body.size());
  core_->options.tally->answered(kind_, x.status, since_handed_over());
  phase_ = phase::writing;
  write(std::move(head), whole ? std::move(x.body) : std::string{});
}

void http_session::begin_stream(std::string_view content_type) {
  if (phase_ != phase::handling)
    return;
  chunked_ = parser_ && parser_->get().version() == 11;
  keep_alive_ = keep_alive_ && chunked_ && !core_->draining();
  core_->options.tally->answered(kind_, 200, std::nullopt); // it lasts as long as the client likes
  auto head = head_of({}, content_type, core_->date(), keep_alive_);
  if (chunked_)
    head += "Transfer-Encoding: chunked\r\n";
  head += "\r\n";
  phase_ = phase::streaming;
  out_head_ = std::move(head); // leaves with the first piece
}

void http_session::send_piece(std::string piece, std::function<void()> sent) {
  if (phase_ != phase::streaming || piece.empty())
    return;
  auto head = std::move(out_head_);
  if (chunked_) {
    char size[24];
    head.append(
        size, static_cast<std::size_t>(std::snprintf(size, sizeof size, "%zx\r\n", piece.size())));
    piece += "\r\n";
  }
  sent_ = std::move(sent);
  write(std::move(head), std::move(piece));
}

void http_session::end_stream() {
  if (phase_ != phase::streaming)
    return;
  on_gone_ = nullptr;
  leave_line();
  phase_ = phase::writing;
  write(std::move(out_head_), chunked_ ? "0\r\n\r\n" : "");
}

void http_session::write(std::string head, std::string body) {
  out_head_ = std::move(head);
  out_body_ = std::move(body);
  out_at_ = 0;
  if (out_body_.size() > limits::large_bytes)
    hold(large_traffic::way::out, out_body_.size());
  pace_.begin(std::chrono::steady_clock::now(), 0);
  await(core_->options.write_stall_max);
  write_on();
}

/// Most answers fit into the socket's buffer: written at once, without a round through the event loop.
void http_session::write_on() {
  const auto total = out_head_.size() + out_body_.size();
  while (out_at_ < total) {
    const auto in_head = std::min(out_at_, out_head_.size());
    const auto in_body = out_at_ - in_head;
    const std::array<boost::asio::const_buffer, 2> rest{
        boost::asio::buffer(out_head_.data() + in_head, out_head_.size() - in_head),
        boost::asio::buffer(out_body_.data() + in_body, out_body_.size() - in_body)};
    error_code why;
    out_at_ += socket_.write_some(rest, why);
    if (why == boost::asio::error::would_block) {
      socket_.async_write_some(rest,
                               [self = shared_from_this()](const error_code& x, std::size_t bytes) {
                                 self->on_written(x, bytes);
                               });
      return;
    }
    if (why)
      return on_written(why, 0);
  }
  on_all_written();
}

void http_session::on_written(const error_code& why, std::size_t bytes) {
  if (phase_ == phase::closed)
    return;
  if (why) {
    peer_gone_ = true;
    if (auto listener = std::exchange(on_gone_, nullptr))
      listener();
    return close();
  }
  out_at_ += bytes;
  await(core_->options.write_stall_max);
  write_on();
}

void http_session::on_all_written() {
  out_head_.clear();
  if (out_body_.capacity() > kept_buffer_bytes)
    out_body_ = {};
  else
    out_body_.clear();
  let_go(large_traffic::way::out);
  if (phase_ == phase::streaming) {
    if (auto next = std::exchange(sent_, nullptr))
      core_->post(std::move(next));
    return;
  }
  undelivered_ = nullptr;
  end_request();
}

void http_session::end_request() {
  forget_body();
  ticket_ = 0;
  without_body_ = false;
  kind_ = 0;
  handed_over_.reset();
  if (!keep_alive_ || core_->draining())
    return linger();
  forget_large_buffers();
  phase_ = phase::head;
  await(in_.size() == 0 ? core_->options.idle_max : core_->options.slow_head_max);
  pump(); // a request that was sent ahead may already be here
}

/// Closing with unread input would make the kernel throw away what the client has not read yet of our answer.
void http_session::linger() {
  error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
  if (peer_done_)
    return close();
  phase_ = phase::lingering;
  in_.clear();
  await(linger_max);
  read_some();
}

void http_session::close() {
  if (phase_ == phase::closed)
    return;
  phase_ = phase::closed;
  leave_line();
  forget_body();
  let_go(large_traffic::way::out);
  out_body_ = {};
  on_gone_ = nullptr;
  sent_ = nullptr;
  error_code ignored;
  socket_.close(ignored);
  core_->left(shared_from_this());
  if (auto lost = std::exchange(undelivered_, nullptr))
    lost();
}

void http_session::await(std::chrono::milliseconds patience) {
  deadline_ = std::chrono::steady_clock::now() + patience;
}

void http_session::forget_large_buffers() {
  if (in_.size() == 0 && in_.capacity() > kept_buffer_bytes)
    in_ = {};
}

} // namespace claw
