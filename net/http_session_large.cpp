#include "net/http_session.hpp"

#include <utility>

namespace claw {

namespace {

using way = large_traffic::way;
using step = large_traffic::step;

} // namespace

void http_session::when_room(std::function<void()> work) {
  if (phase_ != phase::handling && phase_ != phase::streaming)
    return; // it has its answer
  await(core_->options.large_wait_max);
  line_up(step::make, [this, work = std::move(work)] {
    await(core_->options.handling_max);
    work();
  });
}

/// Before more is read of a body. @returns false where it must wait for room
bool http_session::may_read_on() {
  if (phase_ != phase::body || !ticket_ || core_->large.has_room(way::in, ticket_))
    return true;
  line_up(step::read_on, [this] {
    pace_.begin(std::chrono::steady_clock::now(), parser_->get().body().size());
    read_some();
  });
  return false;
}

large_traffic::ticket http_session::ticket() {
  if (ticket_ == 0)
    ticket_ = core_->large.join();
  return ticket_;
}

/// @param go_on called while this session lives and is not closed
void http_session::line_up(step s, std::function<void()> go_on) {
  lined_up_ = true;
  core_->large.wait(s, ticket(), [self = shared_from_this(), go_on = std::move(go_on)] {
    self->lined_up_ = false;
    go_on();
  });
}

void http_session::leave_line() {
  if (std::exchange(lined_up_, false))
    core_->large.leave(ticket_);
}

void http_session::hold(way w, std::size_t bytes) {
  core_->large.hold(w, ticket(), bytes);
}

void http_session::let_go(way w) {
  if (ticket_)
    core_->large.let_go(w, ticket_);
}

/// What has come of it, where it was not handed over; and its room.
void http_session::forget_body() {
  if (parser_)
    parser_->get().body() = {};
  let_go(way::in);
}

/// It has room for which others wait, and makes too little use of it.
bool http_session::is_in_the_way(http_core::steady_time now) {
  if (ticket_ == 0 || lined_up_)
    return false;
  const bool reads = phase_ == phase::body;
  if (!reads && phase_ != phase::writing && phase_ != phase::streaming)
    return false;
  const auto moved = reads ? parser_->get().body().size() : out_at_;
  return pace_.is_slow(now, moved) && core_->large.keeps_others_waiting(reads ? way::in : way::out, ticket_);
}

} // namespace claw
