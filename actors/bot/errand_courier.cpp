#include "actors/bot/errand_courier.hpp"

#include "actors/bot/bot_patience.hpp"
#include "actors/domain/claim_pace.hpp"
#include "actors/domain/job_story.hpp"
#include "actors/domain/log_value.hpp"
#include "actors/domain/sent_before.hpp"
#include "actors/domain/utf8_text.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace claw {

namespace {

using kind = discord_call::kind;

constexpr std::chrono::milliseconds others_time{3'000}; ///< not every server keeps two sends at once apart by nonce
constexpr uint32_t file_tries_max = 5;            ///< of a minute each; other messages of the channel wait behind them
constexpr std::size_t thread_name_units_max = 90; ///< of 100
constexpr std::size_t status_units_max = 1'900;

/// The message is gone, or may not be edited any more: what was meant for it needs a new one.
bool needs_new_message(const discord_answer& x) {
  return x.code == discord_code::unknown_message || x.code == discord_code::too_many_old_edits
         || x.code == discord_code::not_our_message;
}

/// The message itself may be fine: what it replies to is gone, or the bot may not read it. Servers say so in many ways.
bool may_be_the_reference(const discord_answer& x) {
  return x.code == discord_code::no_history_right || x.status == 400 || x.status == 404;
}

} // namespace

errand_courier::errand_courier(caf::event_based_actor* self, bot_parts_ptr parts, errand x, bool anew)
    : self_(self), parts_(std::move(parts)), errand_(std::move(x)), doubtful_(anew) {}

bool errand_courier::speaks_through_interaction() const {
  return errand_.from == errand::source::slash && !errand_.token.empty();
}

void errand_courier::commit(then next) {
  self_->request(parts_->store, bot_store_time_max, bot_changes{{keep_errand{errand_}}})
      .then([next](const told<done>&) { next(); }, [next](const caf::error&) { next(); });
}

void errand_courier::ask(discord_call call, call_rank rank, on_answer answer) {
  self_->request(parts_->rest, discord_time_max, ask_discord{std::move(call), rank})
      .then([answer](const told<discord_answer>& x) { answer(x.what); },
            [answer](const caf::error&) {
              answer(failure{ec::unreachable, "no answer from discord_rest"});
            });
}

// -- one message, once ------------------------------------------------------------------------------

/// Looks through what was said since the errand's last message, to the end of the channel.
void errand_courier::look_for_sent(const outgoing_message& wanted, snowflake after, on_sent found) {
  discord_call call;
  call.what = kind::history;
  call.channel = errand_.place;
  call.message = after;
  const auto page_size = call.limit;
  ask(std::move(call), call_rank::answer,
      [me = shared_from_this(), wanted, after, page_size, found](const outcome<discord_answer>& x) {
        if (!x) // not even that can be asked: wait until it can
          return do_later(me->self_, again_min,
                          [me, wanted, after, found] { me->look_for_sent(wanted, after, found); });
        const auto at = sent_before(x->messages, wanted, me->errand_, snowflake{me->parts_->me->load()});
        auto newest = after;
        for (const auto& message : x->messages)
          newest = std::max(newest, message.id);
        if (is_set(at) || x->messages.size() < page_size)
          return found(at);
        me->look_for_sent(wanted, newest, found);
      });
}

void errand_courier::send(outgoing_message x, call_rank rank, on_sent sent, on_refused refused) {
  if (others_speak_)
    do_later(self_, others_time, [me = shared_from_this(), x = std::move(x), rank, sent, refused] {
      me->send_unless_sent(x, rank, sent, refused);
    });
  else if (doubtful_)
    send_unless_sent(std::move(x), rank, std::move(sent), std::move(refused));
  else
    send_now(std::move(x), rank, std::move(sent), std::move(refused));
}

void errand_courier::send_unless_sent(outgoing_message x, call_rank rank, on_sent sent, on_refused refused) {
  auto after = std::max(errand_.id, errand_.status);
  for (const auto part : errand_.parts)
    after = std::max(after, part);
  look_for_sent(x, after, [me = shared_from_this(), x, rank, sent, refused](snowflake found) {
    if (is_set(found))
      return sent(found);
    me->doubtful_ = false;
    me->send_now(x, rank, sent, refused);
  });
}

void errand_courier::send_now(outgoing_message x, call_rank rank, on_sent sent, on_refused refused) {
  discord_call call;
  call.what = kind::send;
  call.channel = errand_.place;
  call.message_out = x;
  ask(std::move(call), rank,
      [me = shared_from_this(), x = std::move(x), rank, sent, refused](const outcome<discord_answer>& answer) {
        if (answer && answer->ok()) {
          me->failures_ = 0;
          return sent(answer->id);
        }
        const bool shut = answer && me->may_go_elsewhere(*answer) && answer->code != discord_code::no_history_right;
        if (answer && is_set(x.replies_to) && !shut && may_be_the_reference(*answer)) {
          auto alone = x;
          alone.replies_to = {};
          return me->send_now(alone, rank, sent, refused);
        }
        if (answer)
          return refused(*answer);
        me->doubtful_ = true;
        if (++me->failures_ >= file_tries_max && x.file)
          return refused({}); // whatever it is that stumbles over the file
        const auto pause = backoff_with_jitter(me->failures_, again_min, again_max, me->parts_->random());
        do_later(me->self_, pause, [me, x, rank, sent, refused] { me->send(x, rank, sent, refused); });
      });
}

// -- the status message -------------------------------------------------------------------------------

void errand_courier::open_thread(then next) {
  const bool wanted = parts_->settings.threads && is_set(errand_.guild) && errand_.from == errand::source::message
                      && errand_.place == errand_.channel && !is_set(errand_.status);
  if (!wanted)
    return next();
  discord_call call;
  call.what = kind::thread;
  call.channel = errand_.channel;
  call.message = errand_.id;
  call.name = clipped(valid_utf8(errand_.text), thread_name_units_max);
  ask(std::move(call), call_rank::status, [me = shared_from_this(), next](const outcome<discord_answer>& x) {
    if (!x || (!x->ok() && x->code != discord_code::thread_exists))
      return next();                    // in a thread already, or no right to make one: the channel has to do
    me->errand_.place = me->errand_.id; // the thread of a message has the message's id
    me->commit(next);
  });
}

void errand_courier::say_status(const std::string& text, std::vector<message_button> buttons, then next) {
  if (is_set(errand_.status))
    return edit_status(text, std::move(buttons), std::move(next));
  outgoing_message x;
  x.content = clipped(text, status_units_max);
  x.buttons = std::move(buttons);
  x.silent = true;
  open_thread([me = shared_from_this(), x, next] { me->say_first(x, next); });
}

void errand_courier::say_first(outgoing_message x, then next) {
  const auto said = [me = shared_from_this(), next](snowflake id) {
    me->errand_.status = id;
    me->commit(next);
  };
  x.nonce = nonce_of(errand_, 0);
  x.replies_to = anchor_of(errand_);
  x.private_reply = errand_.private_reply;
  const auto go_on_without = [me = shared_from_this(), x, next](const discord_answer& why) mutable {
    spdlog::warn("event=status_refused message={} status={} code={}", to_string(me->errand_.id), why.status, why.code);
    if (!me->may_go_elsewhere(why))
      return next();
    me->go_elsewhere([me, x, next](bool moved) mutable {
      if (!moved)
        return next();
      x.content = "I may not write where you asked, so I answer here.\n" + x.content;
      me->say_first(std::move(x), next);
    });
  };
  if (!speaks_through_interaction())
    return send(std::move(x), call_rank::status, said, go_on_without);
  discord_call call;
  call.what = kind::edit_reply;
  call.application = errand_.application;
  call.interaction = errand_.id;
  call.token = errand_.token;
  call.message_out = x;
  ask(std::move(call), call_rank::status,
      [me = shared_from_this(), x, said, go_on_without](const outcome<discord_answer>& answer) {
        if (answer && answer->ok())
          return said(answer->id);
        me->errand_.token.clear(); // too late for the interaction: the channel has to do
        me->send(x, call_rank::status, said, go_on_without);
      });
}

void errand_courier::edit_status(const std::string& text, std::vector<message_button> buttons, then next) {
  discord_call call;
  call.what = kind::edit;
  call.channel = errand_.place;
  call.message = errand_.status;
  call.message_out.content = clipped(text, status_units_max);
  call.message_out.buttons = std::move(buttons);
  ask(std::move(call), call_rank::progress, [next](const outcome<discord_answer>&) { next(); });
}

// -- the answer ---------------------------------------------------------------------------------------

void errand_courier::deliver(answer_plan plan, then next) {
  deliver_next(std::make_shared<answer_plan>(std::move(plan)), std::move(next));
}

void errand_courier::deliver_text(const std::string& text, then next) {
  ended_job words;
  words.text = text;
  auto plan = plan_answer(errand_, words, false);
  if (!is_set(errand_.status) || (errand_.private_reply && speaks_through_interaction())) {
    // The first part is the errand's first reply, whichever way that goes; the rest follows it.
    auto first = plan.parts.front();
    const bool may_be_other_words = doubtful_ && !speaks_through_interaction(); // those of a process that was killed
    return say_first(std::move(first), [me = shared_from_this(), plan, may_be_other_words, next]() mutable {
      const bool said = is_set(me->errand_.status);
      if (!said && me->errand_.parts.empty())
        return me->finish(next); // refused: nobody may hear us there
      if (said && me->errand_.parts.empty() && !may_be_other_words)
        me->errand_.parts.push_back(me->errand_.status);
      plan.into_status = true;
      me->deliver(plan, next);
    });
  }
  plan.into_status = true;
  deliver(std::move(plan), std::move(next));
}

void errand_courier::deliver_next(std::shared_ptr<answer_plan> plan, then next) {
  const auto done_parts = errand_.parts.size();
  if (done_parts >= plan->parts.size())
    return close(*plan, std::move(next));
  if (done_parts == 0 && plan->into_status)
    return edit_first(std::move(plan), std::move(next));
  const auto me = shared_from_this();
  send(
      plan->parts[done_parts], call_rank::answer,
      [me, plan, next](snowflake id) {
        me->errand_.parts.push_back(id);
        me->commit([me, plan, next] { me->deliver_next(plan, next); });
      },
      [me, plan, next](const discord_answer& why) { me->on_part_refused(plan, why, next); });
}

void errand_courier::edit_first(std::shared_ptr<answer_plan> plan, then next) {
  discord_call call;
  call.what = kind::edit;
  call.channel = errand_.place;
  call.message = errand_.status;
  call.message_out = plan->parts.front();
  ask(std::move(call), call_rank::answer, [me = shared_from_this(), plan, next](const outcome<discord_answer>& x) {
    if (x && x->ok()) {
      me->errand_.parts.push_back(me->errand_.status);
      return me->commit([me, plan, next] { me->deliver_next(plan, next); });
    }
    if (!x) {
      const auto pause = backoff_with_jitter(++me->failures_, again_min, again_max, me->parts_->random());
      return do_later(me->self_, pause, [me, plan, next] { me->deliver_next(plan, next); });
    }
    plan->into_status = false;
    if (needs_new_message(*x))
      me->errand_.status = {};
    me->deliver_next(plan, next);
  });
}

/// The bot may not speak where it was asked, or in the job's thread; it can still tell the person who asked.
bool errand_courier::may_go_elsewhere(const discord_answer& why) const {
  const bool shut = why.code == discord_code::thread_archived || why.code == discord_code::thread_locked
                    || why.code == discord_code::unknown_channel;
  const bool in_server = errand_.place == errand_.channel || errand_.place == errand_.id;
  return is_set(errand_.guild) && in_server && (shut || why.status == 403);
}

/// From here on all is said in the channel instead of the thread, or in a direct message instead of the channel.
void errand_courier::go_elsewhere(std::function<void(bool moved)> next) {
  const auto move_to = [me = shared_from_this(), next](snowflake place) {
    me->errand_.place = place;
    me->errand_.status = {};
    me->commit([next] { next(true); });
  };
  if (errand_.place != errand_.channel)
    return move_to(errand_.channel);
  discord_call call;
  call.what = kind::direct;
  call.user = errand_.user;
  ask(std::move(call), call_rank::answer, [next, move_to](const outcome<discord_answer>& x) {
    if (!x || !x->ok() || !is_set(x->id))
      return next(false);
    move_to(x->id);
  });
}

/// An answer that Discord does not take as it is must not be lost without a word.
void errand_courier::on_part_refused(std::shared_ptr<answer_plan> plan, const discord_answer& why, then next) {
  auto& part = plan->parts[errand_.parts.size()];
  spdlog::warn("event=answer_refused message={} job_id={} status={} code={} why={}", to_string(errand_.id),
               log_value(errand_.job_id), why.status, why.code, log_value(why.trouble));
  if (may_go_elsewhere(why))
    return go_elsewhere([me = shared_from_this(), plan, next](bool moved) {
      if (!moved)
        return me->close(*plan, next); // nobody may hear us anywhere
      plan->parts[me->errand_.parts.size()].replies_to = {};
      me->deliver_next(plan, next);
    });
  const bool content_at_fault = why.status == 400 || why.status == 413;
  if (part.file) {
    part.file.reset();
    part.content = clipped(part.content, status_units_max) + "\n(The whole answer could not be attached: status "
                   + errand_.job_id + ")";
    return deliver_next(std::move(plan), std::move(next));
  }
  const std::string excuse = "(Discord did not take this part of the answer.)";
  if (!content_at_fault || part.content == excuse)
    return close(*plan, std::move(next)); // nobody may hear us there
  part.content = excuse;
  part.replies_to = {};
  deliver_next(std::move(plan), std::move(next));
}

void errand_courier::close(const answer_plan& plan, then next) {
  const bool is_answer = !errand_.parts.empty() && errand_.parts.front() == errand_.status;
  if (!is_set(errand_.status) || is_answer)
    return finish(std::move(next));
  discord_call call;
  call.what = kind::edit;
  call.channel = errand_.place;
  call.message = errand_.status;
  call.message_out.content = plan.closing_line;
  ask(std::move(call), call_rank::answer,
      [me = shared_from_this(), next](const outcome<discord_answer>&) { me->finish(next); });
}

void errand_courier::finish(then next) {
  errand_.now_in = errand::phase::finished;
  errand_.token.clear();
  errand_.text.clear();
  errand_.reply.clear();
  commit(std::move(next));
}

// -- small signs ----------------------------------------------------------------------------------------

void errand_courier::mark_seen() {
  if (errand_.from != errand::source::message)
    return;
  discord_call call;
  call.what = kind::react;
  call.channel = errand_.channel;
  call.message = errand_.id;
  call.emoji = "👀";
  ask(std::move(call), call_rank::progress, [](const outcome<discord_answer>&) {});
}

void errand_courier::tell_presser(const std::string& text, then next) {
  discord_call call;
  call.what = kind::follow_up;
  call.application = errand_.application;
  call.interaction = errand_.id;
  call.token = errand_.token;
  call.message_out.content = clipped(text, status_units_max);
  call.message_out.private_reply = true;
  ask(std::move(call), call_rank::answer, [next](const outcome<discord_answer>&) { next(); });
}

void errand_courier::show_typing() {
  discord_call call;
  call.what = kind::typing;
  call.channel = errand_.place;
  ask(std::move(call), call_rank::progress, [](const outcome<discord_answer>&) {});
}

} // namespace claw
