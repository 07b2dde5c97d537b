#pragma once
// Says what is to be said on one errand, each thing once, also when Discord's answer is lost and when the bot is
// killed at any point: every message has a nonce that does not change, its id is on disk before the next one goes
// out, and what may have been sent without being recorded is looked for in the channel first.
//
// Part of an actor, not one itself: it works in the actor's thread, and what it calls back is called there.

#include "actors/bot/bot_parts.hpp"
#include "actors/domain/answer_plan.hpp"
#include "actors/domain/call_lane.hpp"
#include "actors/domain/errand.hpp"
#include "actors/protocol/bot_messages.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace claw {

class errand_courier : public std::enable_shared_from_this<errand_courier> {
public:
  using then = std::function<void()>;

  /// @param anew an earlier process had begun with it
  errand_courier(caf::event_based_actor* self, bot_parts_ptr parts, errand x, bool anew);

  const errand& record() const noexcept { return errand_; }

  void set_phase(errand::phase x) { errand_.now_in = x; }
  void set_job(const std::string& job_id) { errand_.job_id = job_id; }
  void set_retried_after(uint64_t events) { errand_.retried_after = events; }

  /// Another process with the same token speaks of it as well, and was first: what it says is taken over.
  void let_others_speak() { others_speak_ = true; }

  /// Brings the record to disk. A disk that says no does not stop the answer.
  void commit(then next);

  /// Sends the status message, or changes it when it is there already. Goes on without one where Discord refuses it.
  void say_status(const std::string& text, std::vector<message_button> buttons, then next);

  /// Changes the status message, unless something newer comes first. @pre there is one
  void edit_status(const std::string& text, std::vector<message_button> buttons, then next);

  /// Says the parts in order, then closes the status message and the record.
  void deliver(answer_plan plan, then next);

  /// A few plain words as the only reply; then closes the record.
  void deliver_text(const std::string& text, then next);

  /// To whoever pressed a button, for nobody else to see.
  void tell_presser(const std::string& text, then next);

  /// Nothing is left to be said: the record says so from now on.
  void finish(then next);

  /// Marks the request as seen, where people see it.
  void mark_seen();

  void show_typing();

private:
  using on_sent = std::function<void(snowflake)>;
  using on_refused = std::function<void(const discord_answer&)>;
  using on_answer = std::function<void(const outcome<discord_answer>&)>;

  void ask(discord_call call, call_rank rank, on_answer answer);
  void send(outgoing_message x, call_rank rank, on_sent sent, on_refused refused);
  void send_unless_sent(outgoing_message x, call_rank rank, on_sent sent, on_refused refused);
  void send_now(outgoing_message x, call_rank rank, on_sent sent, on_refused refused);
  void look_for_sent(const outgoing_message& wanted, snowflake after, on_sent found);
  void open_thread(then next);
  void say_first(outgoing_message x, then next);
  void deliver_next(std::shared_ptr<answer_plan> plan, then next);
  void edit_first(std::shared_ptr<answer_plan> plan, then next);
  bool may_go_elsewhere(const discord_answer& why) const;
  void go_elsewhere(std::function<void(bool moved)> next);
  void on_part_refused(std::shared_ptr<answer_plan> plan, const discord_answer& why, then next);
  void close(const answer_plan& plan, then next);
  bool speaks_through_interaction() const;

  caf::event_based_actor* self_;
  bot_parts_ptr parts_;
  errand errand_;
  bool doubtful_;             ///< something may have been sent that is not recorded
  bool others_speak_ = false; ///< and each further message may be sent by somebody else
  uint32_t failures_ = 0;
};

} // namespace claw
