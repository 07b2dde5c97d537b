#include "actors/domain/gateway_machine.hpp"

#include "actors/domain/claim_pace.hpp"

#include <algorithm>
#include <utility>

namespace claw {

namespace {

constexpr std::chrono::milliseconds connect_max{60'000}; ///< the link's own limit is shorter
constexpr std::chrono::milliseconds fresh_pause_min{1'000};
constexpr std::chrono::milliseconds fresh_pause_max{5'000};

/// Discord wants a random pause before a fresh session, so that bots that fell together do not come together.
std::chrono::milliseconds fresh_pause(uint64_t random) {
  const auto span = static_cast<uint64_t>((fresh_pause_max - fresh_pause_min).count()) + 1;
  return fresh_pause_min + std::chrono::milliseconds{static_cast<int64_t>(random % span)};
}

} // namespace

gateway_machine::gateway_machine(gateway_trust trust, std::optional<gateway_session> left, identify_budget budget)
    : trust_(trust), session_(std::move(left)), budget_(std::move(budget)) {}

bool gateway_machine::is_current(uint64_t connection) const {
  return connection == connection_
         && (phase_ == phase::connecting || phase_ == phase::greeting || phase_ == phase::starting
             || phase_ == phase::live);
}

std::optional<gateway_machine::time_point> gateway_machine::due() const {
  switch (phase_) {
  case phase::resting:
  case phase::connecting:
  case phase::greeting:
    return wake_;
  case phase::starting:
  case phase::live:
    return beat_due_;
  case phase::asking:
  case phase::stopped:
    return std::nullopt;
  }
  return std::nullopt;
}

void gateway_machine::rest(std::chrono::milliseconds pause, const moment& at) {
  phase_ = phase::resting;
  wake_ = at.now + pause;
}

// -- the way up ---------------------------------------------------------------------------------

gateway_actions gateway_machine::start(const moment& at) {
  return begin(at);
}

gateway_actions gateway_machine::begin(const moment& at) {
  const bool trusted = session_ && !parse_gateway_url(session_->resume_url, trust_).host.empty();
  if (trusted && resume_tries_ < resume_tries_max) {
    ++resume_tries_;
    resuming_ = true;
    return connect(session_->resume_url, at);
  }
  gateway_actions actions;
  if (session_) {
    session_.reset();
    actions.push_back(keep_session{});
  }
  resuming_ = false;
  phase_ = phase::asking;
  actions.push_back(ask_gateway{});
  return actions;
}

gateway_actions gateway_machine::connect(const std::string& url, const moment& at) {
  phase_ = phase::connecting;
  wake_ = at.now + connect_max;
  sequence_ = resuming_ ? std::optional{session_->sequence} : std::nullopt;
  live_since_.reset();
  return {open_link{++connection_, url}};
}

gateway_actions gateway_machine::on_address(const gateway_address& x, const moment& at) {
  if (phase_ != phase::asking)
    return {};
  if (parse_gateway_url(x.url, trust_).host.empty()) {
    phase_ = phase::stopped;
    return {give_up{"the gateway address that Discord names is not one that may have the token"}};
  }
  const auto pause
      = std::max(budget_.wait(at.wall_ms), x.sessions_left > 0 ? std::chrono::milliseconds{0} : x.reset_after);
  if (pause.count() > 0) {
    rest(pause, at);
    return {};
  }
  return connect(x.url, at);
}

gateway_actions gateway_machine::on_no_address(bool fatal, const moment& at) {
  if (phase_ != phase::asking)
    return {};
  if (fatal) {
    phase_ = phase::stopped;
    return {give_up{fatal_sentence(4004)}};
  }
  return ended(close_meaning::resume, {}, at);
}

gateway_actions gateway_machine::on_opened(uint64_t connection, const moment& at) {
  if (!is_current(connection) || phase_ != phase::connecting)
    return {};
  phase_ = phase::greeting;
  wake_ = at.now + hello_max;
  return {};
}

gateway_actions gateway_machine::on_hello(std::chrono::milliseconds interval, const moment& at) {
  if (phase_ != phase::greeting && phase_ != phase::connecting)
    return {};
  phase_ = phase::starting;
  beat_interval_ = std::max(interval, std::chrono::milliseconds{100});
  const auto span = static_cast<uint64_t>(beat_interval_.count());
  beat_due_ = at.now + std::chrono::milliseconds{static_cast<int64_t>(at.random % span)};
  beat_acked_ = true;
  if (resuming_)
    return {send_resume{*session_}};
  budget_.spend(at.wall_ms); // when it goes out, not before: Discord counts from there
  return {keep_identify_times{budget_.times_ms()}, send_identify{}};
}

// -- while it lasts -----------------------------------------------------------------------------

gateway_actions gateway_machine::on_time(const moment& at) {
  if (const auto when = due(); !when || at.now < *when)
    return {};
  switch (phase_) {
  case phase::resting:
    return begin(at);
  case phase::connecting:
  case phase::greeting:
    return ended(close_meaning::resume, {close_link{close_to_resume}}, at);
  case phase::starting:
  case phase::live:
    return on_beat_due(at);
  case phase::asking:
  case phase::stopped:
    return {};
  }
  return {};
}

gateway_actions gateway_machine::on_beat_due(const moment& at) {
  if (!beat_acked_) // a connection that misses one answer is dead
    return ended(close_meaning::resume, {close_link{close_to_resume}}, at);
  beat_acked_ = false;
  beat_due_ = at.now + beat_interval_;
  if (live_since_ && at.now - *live_since_ >= health)
    failures_ = 0;
  return {send_beat{sequence_}};
}

gateway_actions gateway_machine::on_frame(uint64_t connection, const gateway_frame& x, const moment& at) {
  if (!is_current(connection))
    return {};
  switch (x.what) {
  case gateway_frame::op::hello:
    return on_hello(x.beat_interval, at);
  case gateway_frame::op::beat:
    return {send_beat{sequence_}};
  case gateway_frame::op::beat_ack:
    beat_acked_ = true;
    return {};
  case gateway_frame::op::reconnect:
    return ended(close_meaning::resume, {close_link{close_to_resume}}, at);
  case gateway_frame::op::invalid_session:
    return ended(x.resumable ? close_meaning::resume : close_meaning::identify, {close_link{close_to_resume}}, at);
  case gateway_frame::op::dispatch:
    return on_dispatch(x, at);
  case gateway_frame::op::unknown:
    return {};
  }
  return {};
}

gateway_actions gateway_machine::on_dispatch(const gateway_frame& x, const moment& at) {
  if (phase_ != phase::starting && phase_ != phase::live)
    return {};
  if (x.sequence)
    sequence_ = *x.sequence;
  gateway_actions actions;
  if (const auto* ready = std::get_if<gateway_ready>(&x.event)) {
    session_ = gateway_session{ready->session_id, ready->resume_url, sequence_.value_or(0)};
    actions.push_back(keep_session{session_});
  } else if (session_ && sequence_) {
    session_->sequence = *sequence_;
  }
  if (x.name == "READY" || x.name == "RESUMED") {
    phase_ = phase::live;
    live_since_ = at.now;
    resume_tries_ = 0;
  }
  actions.push_back(hand_over{x.event, sequence_.value_or(0)});
  return actions;
}

// -- the way down -------------------------------------------------------------------------------

gateway_actions gateway_machine::on_closed(uint64_t connection, std::optional<uint16_t> code, const moment& at) {
  if (!is_current(connection))
    return {};
  const auto meaning = meaning_of_close(code);
  if (meaning != close_meaning::fatal)
    return ended(meaning, {}, at);
  phase_ = phase::stopped;
  session_.reset();
  return {keep_session{}, give_up{fatal_sentence(*code)}};
}

gateway_actions gateway_machine::ended(close_meaning what, gateway_actions before, const moment& at) {
  if (live_since_ && at.now - *live_since_ >= health)
    failures_ = 0;
  ++failures_;
  auto pause = backoff_with_jitter(failures_, backoff_min, backoff_max, at.random);
  if (what == close_meaning::resume_once)
    resume_tries_ = std::max(resume_tries_, resume_tries_max - 1);
  if (what == close_meaning::identify) {
    pause = std::max(pause, fresh_pause(at.random));
    if (session_)
      before.push_back(keep_session{});
    session_.reset();
  }
  live_since_.reset();
  rest(pause, at);
  return before;
}

gateway_actions gateway_machine::stop(bool for_good) {
  const bool connected
      = phase_ == phase::connecting || phase_ == phase::greeting || phase_ == phase::starting || phase_ == phase::live;
  phase_ = phase::stopped;
  gateway_actions actions;
  if (for_good && session_) {
    session_.reset();
    actions.push_back(keep_session{});
  }
  if (connected)
    actions.push_back(close_link{for_good ? close_for_good : close_to_resume});
  return actions;
}

} // namespace claw
