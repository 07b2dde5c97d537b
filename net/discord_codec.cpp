#include "net/discord_codec.hpp"

#include "net/bounded_json.hpp"
#include "net/broker_reply.hpp"
#include "net/gateway_codec.hpp"
#include "net/http_url.hpp"
#include "net/slash_codec.hpp"

#include <charconv>
#include <cmath>
#include <cstdlib>

namespace claw {

namespace {

using nlohmann::json;
using kind = discord_call::kind;

constexpr int flag_suppress_embeds = 1 << 2, flag_ephemeral = 1 << 6, flag_silent = 1 << 12;
constexpr int type_row = 1, type_button = 2, style_secondary = 2, style_danger = 4;
constexpr int callback_reply = 4, callback_acknowledge = 5, callback_acknowledge_button = 6, callback_choices = 8;
constexpr unsigned bad_gateway = 502;
constexpr int thread_archive_minutes = 1'440;
constexpr double wait_s_max = 86'400;

// -- messages -----------------------------------------------------------------------------------

json mentions_json(const outgoing_message& x) {
  json allowed = {{"parse", json::array()}, {"replied_user", false}};
  if (is_set(x.mention_user))
    allowed["users"] = {to_string(x.mention_user)};
  return allowed;
}

json components_json(const outgoing_message& x) {
  if (x.buttons.empty())
    return json::array(); // an edit without the key would leave the old buttons
  auto row = json::array();
  for (const auto& button : x.buttons)
    row.push_back({{"type", type_button},
                   {"style", button.style == message_button::look::danger ? style_danger : style_secondary},
                   {"label", button.label},
                   {"custom_id", button.custom_id}});
  return json::array({json{{"type", type_row}, {"components", std::move(row)}}});
}

std::string content_of(const outgoing_message& x) {
  return is_set(x.mention_user) ? "<@" + to_string(x.mention_user) + "> " + x.content : x.content;
}

json message_json(const outgoing_message& x) {
  const int flags = flag_suppress_embeds | (x.silent ? flag_silent : 0);
  json body = {{"content", content_of(x)},
               {"allowed_mentions", mentions_json(x)},
               {"components", components_json(x)},
               {"flags", flags}};
  return body;
}

/// Where an interaction is answered, a message may be for the eyes of one person.
json reply_json(const outgoing_message& x) {
  auto body = message_json(x);
  if (x.private_reply)
    body["flags"] = flag_suppress_embeds | flag_ephemeral;
  return body;
}

json send_json(const outgoing_message& x) {
  auto body = message_json(x);
  if (!x.nonce.empty()) {
    body["nonce"] = x.nonce;
    body["enforce_nonce"] = true;
  }
  if (is_set(x.replies_to))
    body["message_reference"] = {{"message_id", to_string(x.replies_to)}, {"fail_if_not_exists", false}};
  if (x.buttons.empty())
    body.erase("components");
  return body;
}

/// Of the flags of a message that is there, only SUPPRESS_EMBEDS may be named.
json edit_json(const outgoing_message& x) {
  auto body = message_json(x);
  body["flags"] = flag_suppress_embeds;
  return body;
}

json callback_json(const discord_call& x) {
  if (x.what == kind::acknowledge)
    return x.message_out.private_reply ? json{{"type", callback_acknowledge}, {"data", {{"flags", flag_ephemeral}}}}
                                       : json{{"type", callback_acknowledge}};
  if (x.what == kind::acknowledge_button)
    return {{"type", callback_acknowledge_button}};
  if (x.what == kind::reply)
    return {{"type", callback_reply}, {"data", reply_json(x.message_out)}};
  auto choices = json::array();
  for (const auto& choice : x.choices)
    choices.push_back({{"name", choice.name}, {"value", choice.value}});
  return {{"type", callback_choices}, {"data", {{"choices", std::move(choices)}}}};
}

std::string multipart(const json& payload, const message_file& file, const std::string& boundary) {
  std::string body = "--" + boundary
                     + "\r\nContent-Disposition: form-data; name=\"payload_json\"\r\n"
                       "Content-Type: application/json\r\n\r\n"
                     + json_text(payload) + "\r\n";
  body += "--" + boundary + "\r\nContent-Disposition: form-data; name=\"files[0]\"; filename=\"" + file.name
          + "\"\r\nContent-Type: text/markdown; charset=utf-8\r\n\r\n" + file.bytes + "\r\n";
  return body + "--" + boundary + "--\r\n";
}

discord_request with_json(std::string method, std::string path, const json& body) {
  return {std::move(method), std::move(path), "application/json", json_text(body)};
}

discord_request with_message(std::string method, std::string path, const json& body, const discord_call& x,
                             const std::string& boundary) {
  if (!x.message_out.file)
    return with_json(std::move(method), std::move(path), body);
  return {std::move(method), std::move(path), "multipart/form-data; boundary=" + boundary,
          multipart(body, *x.message_out.file, boundary)};
}

discord_request history_request(const discord_call& x) {
  auto path = "/channels/" + to_string(x.channel) + "/messages?limit=" + std::to_string(x.limit);
  if (is_set(x.message))
    path += "&after=" + to_string(x.message);
  return {"GET", path, "", ""};
}

discord_request commands_request(const discord_call& x) {
  auto path = "/applications/" + to_string(x.application);
  if (is_set(x.guild))
    path += "/guilds/" + to_string(x.guild);
  return {"PUT", path + "/commands", "application/json", slash_commands_json(x.commands, !is_set(x.guild))};
}

// -- answers ------------------------------------------------------------------------------------

std::optional<double> number_of(const std::string& text) {
  if (text.empty())
    return std::nullopt;
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (end != text.c_str() + text.size() || !std::isfinite(value) || value < 0)
    return std::nullopt;
  return std::min(value, wait_s_max);
}

std::optional<std::chrono::milliseconds> seconds_of(const std::optional<double>& x) {
  if (!x)
    return std::nullopt;
  return std::chrono::milliseconds{static_cast<int64_t>(std::ceil(*x * 1'000))};
}

rate_facts read_rate(const curl_answer& answer, const json& body) {
  rate_facts rate;
  rate.bucket = answer.header("x-ratelimit-bucket");
  if (const auto left = number_of(answer.header("x-ratelimit-remaining")))
    rate.remaining = static_cast<int64_t>(*left);
  rate.reset_after = seconds_of(number_of(answer.header("x-ratelimit-reset-after")));
  if (answer.status != 429)
    return rate;
  const auto scope = answer.header("x-ratelimit-scope");
  rate.shared = scope == "shared";
  rate.global = scope == "global" || !answer.header("x-ratelimit-global").empty() || bool_member(body, "global");
  rate.retry_after = seconds_of(number_of(answer.header("retry-after")));
  const auto told = body.is_object() ? body.find("retry_after") : body.end();
  const bool has_told = body.is_object() && told != body.end() && told->is_number();
  if (has_told)
    rate.retry_after
        = std::max(rate.retry_after.value_or(std::chrono::milliseconds{0}),
                   seconds_of(std::clamp(told->get<double>(), 0.0, wait_s_max)).value_or(std::chrono::milliseconds{0}));
  // @source discord.py: the API's own 429 has a Via header and says how long to wait; a proxy's is HTML.
  rate.from_outside = !has_told && answer.header("via").empty();
  return rate;
}

gateway_address read_address(const json& body) {
  gateway_address x;
  x.url = string_member(body, "url");
  const auto limit = body.find("session_start_limit");
  if (limit == body.end() || !limit->is_object())
    return x;
  x.sessions_left = integer_member(*limit, "remaining", 1);
  x.reset_after = std::chrono::milliseconds{std::clamp<int64_t>(integer_member(*limit, "reset_after"), 0, 86'400'000)};
  return x;
}

/// Whatever stands between us and Discord may answer in its place, a proxy's page with status 200 too.
bool is_what_was_asked_for(const discord_call& x, const json& body) {
  if (x.what == kind::history)
    return body.is_array();
  if (x.what == kind::gateway)
    return !string_member(body, "url").empty();
  const bool names_something = x.what == kind::channel || x.what == kind::message || x.what == kind::send
                               || x.what == kind::edit || x.what == kind::direct || x.what == kind::edit_reply
                               || x.what == kind::myself;
  return !names_something || is_set(snowflake_member(body, "id"));
}

} // namespace

discord_request discord_request_of(const discord_call& x, const std::string& boundary) {
  const auto channel = "/channels/" + to_string(x.channel);
  const auto message = channel + "/messages/" + to_string(x.message);
  const auto webhook = "/webhooks/" + to_string(x.application) + "/" + percent_encoded(x.token);
  switch (x.what) {
  case kind::gateway:
    return {"GET", "/gateway/bot", "", ""};
  case kind::myself:
    return {"GET", "/users/@me", "", ""};
  case kind::channel:
    return {"GET", channel, "", ""};
  case kind::history:
    return history_request(x);
  case kind::message:
    return {"GET", message, "", ""};
  case kind::send:
    return with_message("POST", channel + "/messages", send_json(x.message_out), x, boundary);
  case kind::edit:
    return with_message("PATCH", message, edit_json(x.message_out), x, boundary);
  case kind::typing:
    return {"POST", channel + "/typing", "", ""};
  case kind::react:
    return {"PUT", message + "/reactions/" + percent_encoded(x.emoji) + "/@me", "", ""};
  case kind::thread:
    return with_json("POST", message + "/threads",
                     {{"name", x.name}, {"auto_archive_duration", thread_archive_minutes}});
  case kind::direct:
    return with_json("POST", "/users/@me/channels", {{"recipient_id", to_string(x.user)}});
  case kind::acknowledge:
  case kind::acknowledge_button:
  case kind::reply:
  case kind::choices:
    return with_json("POST", "/interactions/" + to_string(x.interaction) + "/" + percent_encoded(x.token) + "/callback",
                     callback_json(x));
  case kind::edit_reply:
    return with_message("PATCH", webhook + "/messages/@original", edit_json(x.message_out), x, boundary);
  case kind::follow_up:
    return with_message("POST", webhook, reply_json(x.message_out), x, boundary);
  case kind::register_commands:
    return commands_request(x);
  }
  return {};
}

discord_answer read_discord_answer(const discord_call& x, const curl_answer& answer) {
  discord_answer out;
  out.status = answer.status;
  const auto parsed = parse_bounded_json(answer.body);
  const json body = parsed ? *parsed : json();
  out.rate = read_rate(answer, body);
  const bool readable = parsed || answer.body.empty();
  if (out.ok() && (!readable || !is_what_was_asked_for(x, body))) {
    out.status = bad_gateway; // it may have been carried out or not
    out.trouble = "the answer is not Discord's";
    return out;
  }
  if (!out.ok()) {
    out.code = static_cast<int>(std::clamp<int64_t>(integer_member(body, "code"), 0, 1'000'000'000));
    out.trouble = string_member(body, "message");
    return out;
  }
  if (x.what == kind::gateway && body.is_object())
    out.gateway = read_address(body);
  if (x.what == kind::channel)
    out.channel = read_discord_channel(body);
  if (x.what == kind::history && body.is_array())
    for (const auto& message : body)
      if (auto m = read_discord_message(message); is_set(m.id))
        out.messages.push_back(std::move(m));
  out.id = snowflake_member(body, "id");
  return out;
}

} // namespace claw
