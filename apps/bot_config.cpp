#include "apps/bot_config.hpp"

#include "actors/domain/ascii.hpp"
#include "net/http_url.hpp"

#include <algorithm>

namespace claw {

namespace {

using unit = config_unit;

constexpr config_row rows[] = {
    {"DISCORD_TOKEN", nullptr, unit::text, true, "The bot's token from Discord's developer portal; required."},
    {"BOT_TOKEN", nullptr, unit::text, true, "The broker's token for producers; required."},
    {"BROKER_URL", "http://127.0.0.1:8000", unit::url, false, "Where the broker is."},
    {"ALLOWED_USER_ID", nullptr, unit::list, false,
     "Discord users who may use the bot; they may also end the jobs of others."},
    {"ALLOWLIST_USER_ID", nullptr, unit::list, false,
     "More users who may use the bot. At least one must stand in one of the two."},
    {"ALLOWED_CHANNEL_ID", nullptr, unit::list, false,
     "Server channels, threads included, where the bot listens to those users; unset: direct messages only."},
    {"ALLOWED_BOT_ID", nullptr, unit::list, false,
     "Bots that are heard in those channels as people are, such as the one of openclaw smoke; never one that answers."},
    {"BOT_COOLDOWN_SECONDS", "3", unit::seconds, false, "Between two jobs of one user.", 0, 86'400},
    {"BOT_MAX_CONCURRENT", "1", unit::count, false, "Jobs of one user at a time; more wait in line.", 1, 100},
    {"JOB_POLL_TIMEOUT_SEC", "120", unit::seconds, false,
     "After it the bot says that a job is still running; the answer still comes.", 1, 86'400},
    {"WHOAMI_BROKER_URL_MODE", "masked", unit::text, false,
     "What whoami tells of BROKER_URL: full, masked (scheme and host) or hidden."},
    {"INSTANCE_NAME", "openclaw-bot", unit::text, false,
     "The name of this bot where several run side by side: letters, digits, - and _."},
    {"BOT_STATE_DIR", "/var/lib/openclaw-bot/state", unit::path, false,
     "Folder for the session and the requests under way, one folder an instance in it; made with mode 0700."},
    {"BOT_JOB_THREADS", "0", unit::flag, false, "1: each job in a server channel gets a thread of its own."},
    {"BOT_SLASH_COMMANDS", "1", unit::flag, false, "1: the commands are offered as slash commands, too."},
    {"BOT_SLASH_GUILD_ID", nullptr, unit::text, false,
     "The server that alone has the slash commands, from the first second on; unset: all servers and direct messages."},
    {"BOT_PING_REQUESTER", "0", unit::flag, false, "1: an answer that took its time mentions the one who asked."},
    {"DISCORD_API_URL", "https://discord.com/api/v10", unit::url, false,
     "Another server that speaks Discord's interface; plain http on this machine only."},
    {"DISCORD_API_ALLOW_REMOTE", "0", unit::flag, false,
     "1 says that DISCORD_API_URL on another machine than Discord's is meant; it gets DISCORD_TOKEN."},
    {"DISCORD_CA_FILE", nullptr, unit::path, false, "Certificates (PEM) to trust for Discord instead of the system's."},
};

/// Collects one sentence a problem.
class problems {
public:
  void add(std::string sentence) { all_ += (all_.empty() ? "" : "\n") + std::move(sentence); }
  bool none() const { return all_.empty(); }
  failure as_failure() const { return {ec::bad_config, all_}; }

private:
  std::string all_;
};

/// Ids stand between commas or blanks.
std::set<snowflake> read_ids(const config& values, const char* key, problems& bad) {
  std::set<snowflake> ids;
  auto text = values.text(key);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c == ',' || c == ';'; }, ' ');
  std::string_view rest = text;
  while (!trimmed(rest).empty()) {
    rest = trimmed(rest);
    const auto word = rest.substr(0, rest.find_first_of(ascii::blanks));
    rest.remove_prefix(word.size());
    const auto id = parse_snowflake(word);
    if (is_set(id))
      ids.insert(id);
    else
      bad.add(std::string{key} + " holds something that is no Discord id: " + std::string{word});
  }
  return ids;
}

void read_tokens(const config& values, bot_config_values& x, problems& bad) {
  x.broker = {values.text("BROKER_URL"), values.text("BOT_TOKEN")};
  const auto url = parse_http_url("BROKER_URL", x.broker.url);
  if (!url)
    bad.add(url.error().why);
  const auto any_url = url ? url->base : "http://localhost"; // a bad one must not hide a bad token
  if (!values.has("BOT_TOKEN"))
    bad.add("BOT_TOKEN is required");
  else if (const auto client = make_producer_client({any_url, x.broker.token}); !client)
    bad.add(client.error().why);
  x.discord.token = values.text("DISCORD_TOKEN");
  const auto printable = [](char c) { return c > ' ' && c < '\x7f'; };
  if (x.discord.token.empty())
    bad.add("DISCORD_TOKEN is required");
  else if (!std::all_of(x.discord.token.begin(), x.discord.token.end(), printable))
    bad.add("DISCORD_TOKEN must be printable ASCII without blanks, and without the word Bot");
  else if (x.discord.token == x.broker.token)
    bad.add("BOT_TOKEN and DISCORD_TOKEN are the same; BOT_TOKEN is the broker's, DISCORD_TOKEN is Discord's");
}

void read_people(const config& values, bot_config_values& x, problems& bad) {
  auto& rules = x.settings.rules;
  rules.admins = read_ids(values, "ALLOWED_USER_ID", bad);
  rules.people = read_ids(values, "ALLOWLIST_USER_ID", bad);
  rules.people.insert(rules.admins.begin(), rules.admins.end());
  rules.machines = read_ids(values, "ALLOWED_BOT_ID", bad);
  rules.channels = read_ids(values, "ALLOWED_CHANNEL_ID", bad);
  if (rules.people.empty() && !values.has("ALLOWED_USER_ID") && !values.has("ALLOWLIST_USER_ID"))
    bad.add("set ALLOWED_USER_ID or ALLOWLIST_USER_ID: nobody could use this bot");
}

void read_discord(const config& values, bot_config_values& x, problems& bad) {
  x.discord.url = values.text("DISCORD_API_URL");
  x.discord.ca_file = values.text("DISCORD_CA_FILE");
  const auto trust = trust_of(x.discord, values.flag("DISCORD_API_ALLOW_REMOTE"));
  if (trust)
    x.trust = *trust;
  else
    bad.add(trust.error().why);
}

/// `http://10.0.0.5` of `http://10.0.0.5:8000/broker`
std::string without_port_and_path(const std::string& url) {
  const auto begin = url.find("://") + 3;
  const auto host = url.find('[', begin) == begin ? url.find(']', begin) : begin;
  return url.substr(0, url.find_first_of(":/", host));
}

void read_settings(const config& values, bot_config_values& x, problems& bad) {
  auto& settings = x.settings;
  settings.turns.cooldown = std::chrono::seconds{values.integer("BOT_COOLDOWN_SECONDS")};
  settings.turns.jobs_max = static_cast<std::size_t>(values.integer("BOT_MAX_CONCURRENT"));
  settings.patience = std::chrono::seconds{values.integer("JOB_POLL_TIMEOUT_SEC")};
  settings.threads = values.flag("BOT_JOB_THREADS");
  settings.ping = values.flag("BOT_PING_REQUESTER");
  settings.slash_commands = values.flag("BOT_SLASH_COMMANDS");
  settings.slash_guild = parse_snowflake(values.text("BOT_SLASH_GUILD_ID"));
  if (values.has("BOT_SLASH_GUILD_ID") && !is_set(settings.slash_guild))
    bad.add("BOT_SLASH_GUILD_ID is no Discord id");
  const auto mode = values.text("WHOAMI_BROKER_URL_MODE");
  if (mode == "full")
    settings.shown_broker_url = x.broker.url;
  else if (mode == "masked")
    settings.shown_broker_url = without_port_and_path(x.broker.url);
  else if (mode != "hidden")
    bad.add("WHOAMI_BROKER_URL_MODE must be full, masked or hidden");
  settings.instance_name = values.text("INSTANCE_NAME");
  const auto& name = settings.instance_name;
  if (name.size() > 64
      || !std::all_of(name.begin(), name.end(), [](char c) { return is_alnum(c) || c == '-' || c == '_'; }))
    bad.add("INSTANCE_NAME must be at most 64 letters, digits, - and _");
  x.state_dir = values.text("BOT_STATE_DIR");
  if (!x.state_dir.starts_with('/'))
    bad.add("BOT_STATE_DIR must be an absolute path");
  x.state_dir += "/" + name;
}

} // namespace

const config_table& bot_table() {
  static constexpr config_table table{"openclaw-bot", "Lets people use a broker's workers from Discord.", rows,
                                      [](const config& values) {
                                        const auto read = bot_values_of(values);
                                        return read ? std::string{} : read.error().why;
                                      }};
  return table;
}

outcome<bot_config_values> bot_values_of(const config& values) {
  bot_config_values x;
  problems bad;
  x.secrets = values.secrets();
  read_tokens(values, x, bad);
  read_people(values, x, bad);
  read_discord(values, x, bad);
  read_settings(values, x, bad);
  if (!bad.none())
    return bad.as_failure();
  return x;
}

} // namespace claw
