#include "net/gateway_codec.hpp"

#include "net/bounded_json.hpp"
#include "net/broker_reply.hpp"

#include <algorithm>

namespace claw {

namespace {

using nlohmann::json;

constexpr int64_t channel_direct = 1, channel_group = 3, thread_first = 10, thread_last = 12;
constexpr std::size_t options_max = 25;

const json& member(const json& object, const char* key) {
  static const json none;
  if (!object.is_object())
    return none;
  const auto at = object.find(key);
  return at == object.end() ? none : *at;
}

bool is_there(const json& object, const char* key) {
  return !member(object, key).is_null();
}

// -- events -------------------------------------------------------------------------------------

gateway_ready read_ready(const json& d) {
  return {snowflake_member(member(d, "user"), "id"), snowflake_member(member(d, "application"), "id"),
          string_member(d, "session_id"), string_member(d, "resume_gateway_url")};
}

channels_seen read_channels(const json& d) {
  channels_seen seen;
  const auto guild = snowflake_member(d, "id");
  for (const char* list : {"channels", "threads"})
    if (const auto& all = member(d, list); all.is_array())
      for (const auto& x : all) {
        auto channel = read_discord_channel(x);
        channel.guild = guild;
        seen.channels.push_back(channel);
      }
  return seen;
}

messages_deleted read_deleted(const json& d) {
  messages_deleted gone;
  gone.channel = snowflake_member(d, "channel_id");
  if (const auto id = snowflake_member(d, "id"); is_set(id))
    gone.ids.push_back(id);
  if (const auto& ids = member(d, "ids"); ids.is_array())
    for (const auto& id : ids)
      if (id.is_string())
        gone.ids.push_back(parse_snowflake(id.get<std::string>()));
  return gone;
}

std::string option_value(const json& x) {
  const auto& value = member(x, "value");
  return value.is_string() ? value.get<std::string>() : value.is_null() ? std::string{} : json_text(value);
}

discord_interaction::kind interaction_kind(int64_t type) {
  using kind = discord_interaction::kind;
  return type == 2 ? kind::command : type == 3 ? kind::button : type == 4 ? kind::choices : kind::other;
}

interaction_created read_interaction(const json& d) {
  discord_interaction x;
  x.id = snowflake_member(d, "id");
  x.application = snowflake_member(d, "application_id");
  x.guild = snowflake_member(d, "guild_id");
  x.channel = snowflake_member(d, "channel_id");
  const auto& member_user = member(member(d, "member"), "user");
  x.user = snowflake_member(member_user.is_object() ? member_user : member(d, "user"), "id");
  const auto where = read_discord_channel(member(d, "channel"));
  x.parent = where.thread ? where.parent : snowflake{};
  x.token = string_member(d, "token");
  x.what = interaction_kind(integer_member(d, "type"));
  const auto& data = member(d, "data");
  x.name = string_member(data, "name");
  if (const auto& options = member(data, "options"); options.is_array())
    for (const auto& o : options)
      if (x.options.size() < options_max)
        x.options.push_back({string_member(o, "name"), option_value(o), bool_member(o, "focused")});
  x.custom_id = string_member(data, "custom_id");
  x.message = snowflake_member(member(d, "message"), "id");
  return {x};
}

discord_event read_event(const std::string& name, const json& d) {
  if (name == "READY")
    return read_ready(d);
  if (name == "RESUMED")
    return gateway_resumed{};
  if (name == "GUILD_CREATE" || name == "THREAD_LIST_SYNC")
    return read_channels(d);
  if (name == "CHANNEL_CREATE" || name == "CHANNEL_UPDATE" || name == "THREAD_CREATE" || name == "THREAD_UPDATE")
    return channels_seen{{read_discord_channel(d)}};
  if (name == "CHANNEL_DELETE" || name == "THREAD_DELETE")
    return channel_gone{snowflake_member(d, "id")};
  if (name == "MESSAGE_CREATE")
    return message_created{read_discord_message(d)};
  if (name == "MESSAGE_UPDATE")
    return message_changed{snowflake_member(d, "id"), snowflake_member(d, "channel_id"),
                           is_there(d, "edited_timestamp")};
  if (name == "MESSAGE_DELETE" || name == "MESSAGE_DELETE_BULK")
    return read_deleted(d);
  if (name == "INTERACTION_CREATE")
    return read_interaction(d);
  return std::monostate{};
}

gateway_frame::op read_op(int64_t code) {
  using op = gateway_frame::op;
  switch (code) {
  case 0:
    return op::dispatch;
  case 1:
    return op::beat;
  case 7:
    return op::reconnect;
  case 9:
    return op::invalid_session;
  case 10:
    return op::hello;
  case 11:
    return op::beat_ack;
  default:
    return op::unknown;
  }
}

json presence_json(const bot_presence& x) {
  const char* light = x.shown == bot_presence::light::online ? "online"
                      : x.shown == bot_presence::light::idle ? "idle"
                                                             : "dnd";
  auto activities = json::array();
  if (!x.words.empty())
    activities.push_back({{"name", "status"}, {"type", 4}, {"state", x.words}});
  return {{"since", nullptr}, {"activities", std::move(activities)}, {"status", light}, {"afk", false}};
}

} // namespace

snowflake snowflake_member(const json& object, const char* key) {
  const auto& x = member(object, key);
  if (x.is_string())
    return parse_snowflake(x.get_ref<const std::string&>());
  return x.is_number_unsigned() ? snowflake{x.get<uint64_t>()} : snowflake{};
}

discord_channel read_discord_channel(const json& x) {
  const auto type = integer_member(x, "type", -1);
  discord_channel channel;
  channel.id = snowflake_member(x, "id");
  channel.guild = snowflake_member(x, "guild_id");
  channel.parent = snowflake_member(x, "parent_id");
  channel.direct = type == channel_direct || type == channel_group;
  channel.thread = type >= thread_first && type <= thread_last;
  return channel;
}

discord_message read_discord_message(const json& x) {
  discord_message message;
  const auto& author = member(x, "author");
  message.id = snowflake_member(x, "id");
  message.channel = snowflake_member(x, "channel_id");
  message.guild = snowflake_member(x, "guild_id");
  message.author = snowflake_member(author, "id");
  message.from_machine = bool_member(author, "bot") || is_there(x, "webhook_id") || is_there(x, "application_id");
  const auto type = integer_member(x, "type", 0);
  message.what = type == 0    ? discord_message::kind::plain
                 : type == 19 ? discord_message::kind::reply
                              : discord_message::kind::system;
  message.content = string_member(x, "content");
  const auto& nonce = member(x, "nonce");
  message.nonce = nonce.is_string() ? nonce.get<std::string>() : std::string{};
  message.replies_to = snowflake_member(member(x, "message_reference"), "message_id");
  return message;
}

outcome<gateway_frame> read_gateway_frame(std::string_view text) {
  const auto parsed = parse_bounded_json(text);
  if (!parsed)
    return parsed.error();
  gateway_frame frame;
  frame.what = read_op(integer_member(*parsed, "op", -1));
  const auto& d = member(*parsed, "d");
  if (frame.what == gateway_frame::op::hello)
    frame.beat_interval
        = std::chrono::milliseconds{std::clamp<int64_t>(integer_member(d, "heartbeat_interval"), 0, 3'600'000)};
  frame.resumable = d.is_boolean() && d.get<bool>();
  if (frame.what != gateway_frame::op::dispatch)
    return frame;
  if (const auto s = integer_member(*parsed, "s", -1); s >= 0)
    frame.sequence = static_cast<uint64_t>(s);
  frame.name = string_member(*parsed, "t");
  frame.event = read_event(frame.name, d);
  return frame;
}

std::string beat_text(std::optional<uint64_t> sequence) {
  return json_text({{"op", 1}, {"d", sequence ? json(*sequence) : json()}});
}

std::string identify_text(const std::string& token, const bot_presence& shown) {
  return json_text({{"op", 2},
                    {"d",
                     {{"token", token},
                      {"intents", gateway_intents},
                      {"properties", {{"os", "linux"}, {"browser", "openclaw-bot"}, {"device", "openclaw-bot"}}},
                      {"presence", presence_json(shown)}}}});
}

std::string resume_text(const std::string& token, const gateway_session& session) {
  return json_text({{"op", 6}, {"d", {{"token", token}, {"session_id", session.id}, {"seq", session.sequence}}}});
}

std::string presence_text(const bot_presence& shown) {
  return json_text({{"op", 3}, {"d", presence_json(shown)}});
}

} // namespace claw
