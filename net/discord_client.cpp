#include "net/discord_client.hpp"

#include "net/curl_session.hpp"
#include "net/discord_codec.hpp"
#include "net/http_url.hpp"

#include <algorithm>
#include <utility>

namespace claw {

namespace {

using namespace std::chrono_literals;

constexpr auto call_time_max = 15s;
constexpr auto interaction_time_max = 2'500ms; ///< later Discord does not listen any more
constexpr auto file_time_max = 60s;
constexpr std::size_t reply_bytes_max = 16'777'216;
constexpr const char* user_agent = "DiscordBot (https://openclaw.invalid/openclaw-bot, " CLAW_VERSION ")";

/// One that the file does not hold.
std::string boundary_for(const discord_call& x) {
  std::string boundary = "openclaw-part";
  while (x.message_out.file && x.message_out.file->bytes.find(boundary) != std::string::npos)
    boundary += "-x";
  return boundary;
}

class discord_client final : public discord_api {
public:
  discord_client(http_url where, const discord_place& place)
      : where_(std::move(where)), token_(place.token), ca_file_(place.ca_file) {}

  outcome<discord_answer> perform(const discord_call& x) override {
    auto request = discord_request_of(x, boundary_for(x));
    curl_request http;
    http.method = std::move(request.method);
    http.url = where_.base + request.path;
    http.body = std::move(request.body);
    http.time_max = x.message_out.file ? std::chrono::milliseconds{file_time_max}
                    : is_callback(x)   ? std::chrono::milliseconds{interaction_time_max}
                                       : std::chrono::milliseconds{call_time_max};
    http.reply_bytes_max = reply_bytes_max;
    http.proxy_allowed = !where_.loopback;
    http.ca_file = ca_file_;
    http.headers = {{"User-Agent", user_agent}, {"Accept", "application/json"}};
    if (!request.content_type.empty())
      http.headers.emplace_back("Content-Type", request.content_type);
    if (!is_interaction_call(x.what))
      http.headers.emplace_back("Authorization", "Bot " + token_);
    const auto answer = session_.perform(http, stop_token{});
    if (!answer)
      return answer.error();
    return read_discord_answer(x, *answer);
  }

private:
  static bool is_callback(const discord_call& x) {
    return is_interaction_call(x.what) && x.what != discord_call::kind::edit_reply
           && x.what != discord_call::kind::follow_up;
  }

  http_url where_;
  std::string token_;
  std::string ca_file_;
  curl_session session_;
};

/// `https://host/api` as some libraries write it, too.
outcome<http_url> place_url(const discord_place& where) {
  auto url = parse_http_url("DISCORD_API_URL", where.url);
  if (url && url->base.ends_with("/api"))
    url->base += "/v10";
  return url;
}

} // namespace

outcome<gateway_trust> trust_of(const discord_place& where, bool allow_remote) {
  const auto url = place_url(where);
  if (!url)
    return url.error();
  const bool tls = url->base.starts_with("https://");
  if (url->loopback)
    return gateway_trust::loopback;
  if (!tls)
    return failure{ec::bad_config, "DISCORD_API_URL must begin with https:// where it names another machine"};
  if (url->host == "discord.com")
    return gateway_trust::discord;
  if (!allow_remote)
    return failure{ec::bad_config, "DISCORD_API_URL names a machine that is neither Discord's nor this one, and would "
                                   "get DISCORD_TOKEN; set DISCORD_API_ALLOW_REMOTE=1 if that is meant"};
  return gateway_trust::anywhere;
}

std::unique_ptr<discord_api> make_discord_client(const discord_place& where) {
  auto url = place_url(where);
  CLAW_ASSERT(url.ok());
  return std::make_unique<discord_client>(std::move(*url), where);
}

} // namespace claw
