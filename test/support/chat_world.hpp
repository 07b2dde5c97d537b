#pragma once
// A Discord, a broker and a disk in memory, as a bot meets them through its ports. They outlive the bot.

#include "actors/ports/bot_store.hpp"
#include "actors/ports/broker_api.hpp"
#include "actors/ports/discord_api.hpp"
#include "actors/ports/job_speech.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace claw {

inline constexpr snowflake bot_user{900}, alice{200}, bob{201}, alice_direct{400}, bob_direct{401}, town{500},
    guild{300};

/// One process of the bot: when it is over, nothing it asks takes effect any more.
struct bot_life {
  bool over = false;
  unsigned calls_left = 0; ///< 0: no end is planned
  bool before = false;

  void die_at(unsigned n, bool dies_before) {
    calls_left = n;
    before = dies_before;
  }

  /// @param work what the call does. @returns false when the process did not live to do it
  template <class Work>
  bool call(Work work) {
    if (over)
      return false;
    const bool last = calls_left == 1;
    if (calls_left > 0)
      --calls_left;
    over = last;
    if (last && before)
      return false;
    work();
    return true;
  }
};

struct shown_message {
  snowflake id{}, channel{}, author{}, replies_to{};
  std::string content, nonce;
  std::vector<message_button> buttons;
  std::optional<message_file> file;
  bool silent = false;
  unsigned edits = 0;
};

struct chat_world {
  int64_t wall_ms = 1'700'000'000'000;
  std::vector<shown_message> messages;
  std::vector<discord_call> calls;                                          ///< all that reached Discord
  std::function<std::optional<discord_answer>(const discord_call&)> refuse; ///< an answer instead of the effect
  std::function<bool(const discord_call&)> lose;                            ///< takes effect, but the answer is lost
  std::map<std::string, std::string> keys;                                  ///< idempotency keys to jobs
  std::map<std::string, remote_job> jobs;
  std::map<std::string, std::vector<remote_event>> events;
  std::vector<producer_api::request> created;
  std::vector<remote_worker> workers;
  std::map<snowflake, snowflake> acknowledged;   ///< interactions, with the message that answers each; none before it
  std::map<snowflake, discord_channel> channels; ///< that can be asked for
  bool broker_away = false, broker_old = false;
  bool fails_always = false; ///< a job that is retried fails again at once
  bot_memory memory;

  snowflake fresh_id() {
    const auto made = static_cast<uint64_t>(snowflake_at(wall_ms));
    last_id = std::max(last_id + 1, made);
    return snowflake{last_id};
  }

  discord_message post(const std::string& text, snowflake user, snowflake channel) {
    shown_message x;
    x.id = fresh_id();
    x.channel = channel;
    x.author = user;
    x.content = text;
    messages.push_back(x);
    return as_discord(x);
  }

  /// Its author deletes a message; the bot does not hear of it.
  void remove(snowflake id) {
    std::erase_if(messages, [=](const shown_message& x) { return x.id == id; });
  }

  static discord_message as_discord(const shown_message& x) {
    discord_message m;
    m.id = x.id;
    m.channel = x.channel;
    m.guild = x.channel == town ? guild : snowflake{};
    m.author = x.author;
    m.from_machine = x.author == bot_user;
    m.what = is_set(x.replies_to) ? discord_message::kind::reply : discord_message::kind::plain;
    m.content = x.content;
    m.replies_to = x.replies_to;
    return m;
  }

  /// What the bot has said in a channel, as it stands now.
  std::vector<std::string> said(snowflake channel = alice_direct) const {
    std::vector<std::string> all;
    for (const auto& x : messages)
      if (x.author == bot_user && x.channel == channel)
        all.push_back(x.content);
    return all;
  }

  unsigned count(discord_call::kind what) const {
    return static_cast<unsigned>(
        std::count_if(calls.begin(), calls.end(), [=](const discord_call& x) { return x.what == what; }));
  }

  // -- the broker's side -----------------------------------------------------------------------------

  remote_event& happen(const std::string& id, const std::string& type) {
    auto& all = events[id];
    remote_event x;
    x.sequence = all.size() + 1;
    x.type = type;
    x.at_ms = wall_ms;
    all.push_back(x);
    jobs[id].events = x.sequence;
    return all.back();
  }

  void claim(const std::string& id) {
    jobs[id].status = "running";
    jobs[id].worker_id = "box-1";
    happen(id, "claimed").worker_id = "box-1";
  }

  void finish(const std::string& id, const std::string& result) {
    jobs[id].status = jobs[id].outcome = "done";
    jobs[id].result = result;
    jobs[id].finished_s = wall_ms / 1'000;
    happen(id, "done");
  }

  void fail(const std::string& id, const std::string& error, const std::string& outcome = "failed") {
    jobs[id].status = "failed";
    jobs[id].outcome = outcome;
    jobs[id].error = error;
    jobs[id].finished_s = wall_ms / 1'000;
    happen(id, outcome);
  }

  uint64_t last_id = 0;
};

// -- Discord ----------------------------------------------------------------------------------------------

class chat_discord_link final : public discord_api {
public:
  chat_discord_link(chat_world& world, std::shared_ptr<bot_life> life) : world_(world), life_(std::move(life)) {}

  outcome<discord_answer> perform(const discord_call& x) override {
    outcome<discord_answer> answer = failure{ec::unreachable, "broken off"};
    life_->call([&] {
      world_.calls.push_back(x);
      const auto refused = world_.refuse ? world_.refuse(x) : std::nullopt;
      const auto done_so = refused ? *refused : carry_out(x);
      if (!world_.lose || !world_.lose(x))
        answer = done_so;
    });
    return answer;
  }

private:
  using kind = discord_call::kind;

  discord_answer carry_out(const discord_call& x) {
    discord_answer answer;
    answer.status = 200;
    if (x.what == kind::gateway)
      answer.gateway = {"ws://127.0.0.1:1/", 1'000, {}};
    else if (x.what == kind::send || x.what == kind::follow_up)
      answer.id = send(x);
    else if (x.what == kind::acknowledge || x.what == kind::acknowledge_button)
      acknowledge(x, answer);
    else if (x.what == kind::edit_reply)
      reply(x, answer);
    else if (x.what == kind::edit)
      edit(x, answer);
    else if (x.what == kind::history)
      history(x, answer);
    else if (x.what == kind::message && at(x.message) == nullptr)
      refuse_with(answer, 404, discord_code::unknown_message);
    else if (x.what == kind::channel && world_.channels.count(x.channel) != 0)
      answer.channel = world_.channels[x.channel];
    else if (x.what == kind::thread)
      answer.id = x.message;
    else if (x.what == kind::direct)
      answer.id = x.user == alice ? alice_direct : bob_direct;
    return answer;
  }

  snowflake send(const discord_call& x) {
    const auto& out = x.message_out;
    for (const auto& y : world_.messages)
      if (!out.nonce.empty() && y.nonce == out.nonce && y.author == bot_user
          && world_.wall_ms - made_at_ms(y.id) < nonce_window_ms)
        return y.id;
    const auto channel = is_set(x.channel) ? x.channel : alice_direct; // an interaction knows where it was used
    world_.messages.push_back({world_.fresh_id(), channel, bot_user, out.replies_to, out.content, out.nonce,
                               out.buttons, out.file, out.silent, 0});
    return world_.messages.back().id;
  }

  static void refuse_with(discord_answer& answer, unsigned status, int code) {
    answer.status = status;
    answer.code = code;
  }

  int64_t age_ms(const discord_call& x) const { return world_.wall_ms - made_at_ms(x.interaction); }

  void acknowledge(const discord_call& x, discord_answer& answer) {
    if (world_.acknowledged.count(x.interaction) != 0)
      refuse_with(answer, 400, discord_code::already_acknowledged);
    else if (age_ms(x) > callback_ms_max)
      refuse_with(answer, 404, discord_code::unknown_interaction);
    else
      world_.acknowledged[x.interaction] = {};
  }

  void reply(const discord_call& x, discord_answer& answer) {
    const auto known = world_.acknowledged.find(x.interaction);
    if (known == world_.acknowledged.end() || age_ms(x) > token_ms_max)
      return refuse_with(answer, 404, discord_code::unknown_webhook);
    auto& id = known->second;
    if (!is_set(id))
      id = send(x);
    else
      at(id)->content = x.message_out.content;
    answer.id = id;
  }

  void edit(const discord_call& x, discord_answer& answer) {
    auto* message = at(x.message);
    if (message == nullptr)
      return refuse_with(answer, 404, discord_code::unknown_message);
    message->content = x.message_out.content;
    message->buttons = x.message_out.buttons;
    ++message->edits;
    answer.id = x.message;
  }

  void history(const discord_call& x, discord_answer& answer) const {
    for (const auto& y : world_.messages)
      if (y.channel == x.channel && y.id > x.message)
        answer.messages.push_back(chat_world::as_discord(y));
    if (!is_set(x.message) && answer.messages.size() > x.limit)
      answer.messages.erase(answer.messages.begin(), answer.messages.end() - x.limit);
    if (answer.messages.size() > x.limit)
      answer.messages.resize(x.limit);
    std::reverse(answer.messages.begin(), answer.messages.end());
  }

  shown_message* at(snowflake id) {
    for (auto& y : world_.messages)
      if (y.id == id)
        return &y;
    return nullptr;
  }

  static constexpr int64_t nonce_window_ms = 180'000, callback_ms_max = 3'000, token_ms_max = 900'000;
  chat_world& world_;
  std::shared_ptr<bot_life> life_;
};

struct chat_socket final : gateway_socket {
  void listen(listener x) override { to = std::move(x); }
  void open(uint64_t connection, const std::string& url) override {
    opened = connection;
    urls.push_back(url);
    resumed.reset();
  }
  void close(uint16_t code) override { closed.push_back(code); }
  void beat(std::optional<uint64_t>) override { ++beats; }
  void identify(const bot_presence&) override { ++identified; }
  void resume(const gateway_session& x) override { resumed = x; }
  void show(const bot_presence& x) override { shown.push_back(x); }

  listener to;
  uint64_t opened = 0;
  std::vector<std::string> urls;
  std::vector<uint16_t> closed;
  unsigned beats = 0, identified = 0;
  std::optional<gateway_session> resumed;
  std::vector<bot_presence> shown;
};

// -- the disk -----------------------------------------------------------------------------------------------

class chat_store final : public bot_store {
public:
  chat_store(chat_world& world, std::shared_ptr<bot_life> life) : world_(world), life_(std::move(life)) {}

  outcome<done> commit(const std::vector<bot_change>& changes) override {
    if (changes.empty())
      return done{};
    const bool kept = life_->call([&] {
      for (const auto& x : changes)
        std::visit([this](const auto& change) { apply(change); }, x);
    });
    return kept ? outcome<done>{done{}} : outcome<done>{failure{ec::store_broken, "dead"}};
  }

  outcome<bot_memory> load() override { return world_.memory; }

private:
  bot_memory& memory() { return world_.memory; }
  void apply(const keep_errand& x) {
    apply(drop_errand{x.what.id});
    memory().errands.push_back(x.what);
  }
  void apply(const drop_errand& x) {
    std::erase_if(memory().errands, [&](const errand& y) { return y.id == x.id; });
  }
  void apply(const keep_watermark& x) { memory().watermarks[x.channel] = x.id; }
  void apply(const keep_direct_channel& x) { memory().direct_channels.insert(x.channel); }
  void apply(const keep_stranger& x) { memory().strangers.insert(x.user); }
  void apply(const keep_self& x) {
    memory().me = x.me;
    memory().application = x.application;
  }
  void apply(const keep_commands_digest& x) { memory().commands_digest = x.digest; }
  void apply(const keep_session& x) { memory().session = x.session; }
  void apply(const keep_identify_times& x) { memory().identify_times_ms = x.times_ms; }

  chat_world& world_;
  std::shared_ptr<bot_life> life_;
};

} // namespace claw
