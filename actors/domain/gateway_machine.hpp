#pragma once
// A bot's session with Discord's gateway: what happened goes in, what to do comes out. It reads no clock and opens no
// socket; whoever drives it passes the moment in and calls `on_time` when `due` has come.
//
//   resting ── asking ── connecting ── greeting ── starting ── live
//      ^                                                        |
//      └──── any end of the connection: resume or identify ─────┘
//
// @source Discord API reference, "Gateway": Connection Lifecycle, Resuming, Sending Heartbeats

#include "actors/domain/discord_event.hpp"
#include "actors/domain/gateway_close.hpp"
#include "actors/domain/gateway_url.hpp"
#include "actors/domain/identify_budget.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace claw {

/// What a session needs to be continued, also by another process.
struct gateway_session {
  std::string id;
  std::string resume_url;
  uint64_t sequence = 0; ///< of the last event that is safe

  friend bool operator==(const gateway_session&, const gateway_session&) = default;
};

/// The time and the chance that a decision needs.
struct gateway_moment {
  std::chrono::steady_clock::time_point now;
  int64_t wall_ms = 0;
  uint64_t random = 0;
};

/// What `GET /gateway/bot` says.
struct gateway_address {
  std::string url;
  int64_t sessions_left = 1;
  std::chrono::milliseconds reset_after{0};
};

// -- what to do ---------------------------------------------------------------------------------

struct ask_gateway {};
/// Everything that is heard of a connection carries its number; only the newest counts.
struct open_link {
  uint64_t connection = 0;
  std::string url;
};
struct close_link {
  uint16_t code = 0;
};
struct send_beat {
  std::optional<uint64_t> sequence;
};
struct send_identify {};
struct send_resume {
  gateway_session session;
};
struct keep_identify_times {
  std::vector<int64_t> times_ms;
};
/// A session began, or (without one) is over.
struct keep_session {
  std::optional<gateway_session> session;
};
struct hand_over {
  discord_event event;
  uint64_t sequence = 0;
};
struct give_up {
  std::string why; ///< one line for the operator
};
using gateway_action = std::variant<ask_gateway, open_link, close_link, send_beat, send_identify, send_resume,
                                    keep_identify_times, keep_session, hand_over, give_up>;
using gateway_actions = std::vector<gateway_action>;

class gateway_machine {
public:
  using moment = gateway_moment;
  enum class phase : uint8_t { resting, asking, connecting, greeting, starting, live, stopped };

  static constexpr std::chrono::milliseconds backoff_min{1'000};
  static constexpr std::chrono::milliseconds backoff_max{60'000};
  static constexpr std::chrono::milliseconds health{60'000};    ///< after it, failures are forgotten
  static constexpr std::chrono::milliseconds hello_max{30'000}; ///< from the open socket to Hello
  static constexpr uint32_t resume_tries_max = 3;
  static constexpr uint16_t close_to_resume = 4000; ///< any code but 1000 and 1001 keeps the session
  static constexpr uint16_t close_for_good = 1000;

  /// @param left what an earlier process left
  gateway_machine(gateway_trust trust, std::optional<gateway_session> left, identify_budget budget);

  gateway_actions start(const moment& at);
  gateway_actions on_time(const moment& at);
  gateway_actions on_address(const gateway_address& x, const moment& at);
  /// @param fatal true for a token that is not accepted
  gateway_actions on_no_address(bool fatal, const moment& at);
  gateway_actions on_opened(uint64_t connection, const moment& at);
  gateway_actions on_frame(uint64_t connection, const gateway_frame& x, const moment& at);
  gateway_actions on_closed(uint64_t connection, std::optional<uint16_t> code, const moment& at);

  /// The program ends. @param for_good the session ends, too; else another process may continue it
  gateway_actions stop(bool for_good);

  /// When `on_time` is to be called.
  std::optional<std::chrono::steady_clock::time_point> due() const;

  phase now_in() const noexcept { return phase_; }
  const std::optional<gateway_session>& session() const noexcept { return session_; }

private:
  using time_point = std::chrono::steady_clock::time_point;

  gateway_actions begin(const moment& at);
  gateway_actions connect(const std::string& url, const moment& at);
  gateway_actions on_hello(std::chrono::milliseconds interval, const moment& at);
  gateway_actions on_beat_due(const moment& at);
  gateway_actions on_dispatch(const gateway_frame& x, const moment& at);
  gateway_actions ended(close_meaning what, gateway_actions before, const moment& at);
  void rest(std::chrono::milliseconds pause, const moment& at);
  bool is_current(uint64_t connection) const;

  gateway_trust trust_;
  std::optional<gateway_session> session_;
  identify_budget budget_;
  phase phase_ = phase::resting;
  bool resuming_ = false; ///< the connection is meant to continue the session
  uint32_t resume_tries_ = 0;
  uint32_t failures_ = 0; ///< in a row
  uint64_t connection_ = 0;
  time_point wake_{};                    ///< resting, connecting, greeting: until when
  std::optional<time_point> live_since_; ///< of this connection
  std::optional<uint64_t> sequence_;     ///< last heard, of this connection or the session that it resumes
  std::chrono::milliseconds beat_interval_{0};
  time_point beat_due_{};
  bool beat_acked_ = true;
};

} // namespace claw
