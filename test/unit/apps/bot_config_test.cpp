#include "apps/bot_config.hpp"
#include "test/support/catch.hpp"

#include <map>

using namespace claw;

namespace {

using settings = std::map<std::string, std::string>;

config_outcome read(settings x) {
  config_sources sources;
  sources.environment = [x](const char* env) -> std::optional<std::string> {
    const auto at = x.find(env);
    return at == x.end() ? std::nullopt : std::optional{at->second};
  };
  sources.read_file = [](const std::string&) { return std::nullopt; };
  return read_config(bot_table(), sources);
}

const settings enough{
    {"DISCORD_TOKEN", "discord-token-1"}, {"BOT_TOKEN", "broker-token-1"}, {"ALLOWED_USER_ID", "200"}};

settings with(settings more) {
  for (const auto& [key, value] : enough)
    more.emplace(key, value);
  return more;
}

std::string complaint(const settings& x) {
  const auto read_outcome = read(x);
  const auto* ended = std::get_if<config_exit>(&read_outcome);
  return ended == nullptr ? std::string{} : std::to_string(ended->code) + " " + ended->text;
}

} // namespace

TEST_CASE("a bot without people, tokens or sense does not start", "[bot_config]") {
  CHECK(complaint(enough).empty());
  auto nobody = enough;
  nobody.erase("ALLOWED_USER_ID");
  CHECK(complaint(nobody).find("78 openclaw-bot: set ALLOWED_USER_ID or ALLOWLIST_USER_ID") == 0);
  auto tokenless = enough;
  tokenless.erase("DISCORD_TOKEN");
  CHECK(complaint(tokenless).find("DISCORD_TOKEN is required") != std::string::npos);
  CHECK(complaint({{"DISCORD_TOKEN", "same-token"}, {"BOT_TOKEN", "same-token"}, {"ALLOWED_USER_ID", "1"}})
            .find("are the same")
        != std::string::npos);
  CHECK_FALSE(complaint(with({{"DISCORD_API_URL", "https://example.org/api"}})).empty());
  CHECK_FALSE(complaint(with({{"ALLOWLIST_USER_ID", "alice"}})).empty());
  CHECK_FALSE(complaint(with({{"WHOAMI_BROKER_URL_MODE", "loud"}})).empty());
  CHECK_FALSE(complaint(with({{"INSTANCE_NAME", "../x"}})).empty());
}

TEST_CASE("ids stand between commas or blanks, and the broker's address is masked", "[bot_config]") {
  const auto outcome = read(with({{"ALLOWLIST_USER_ID", "201, 202 203"},
                                  {"ALLOWED_CHANNEL_ID", "500"},
                                  {"BROKER_URL", "http://10.0.0.5:8000/broker"},
                                  {"INSTANCE_NAME", "blue"}}));
  const auto* values = std::get_if<config>(&outcome);
  REQUIRE(values);
  const auto x = bot_values_of(*values);
  REQUIRE(x);
  CHECK(x->settings.rules.people.size() == 4);
  CHECK(x->settings.rules.admins.size() == 1);
  CHECK(x->settings.shown_broker_url == "http://10.0.0.5");
  CHECK(x->state_dir == "/var/lib/openclaw-bot/state/blue");
}
