#include "apps/config.hpp"
#include "apps/config_text.hpp"
#include "test/support/catch.hpp"

using namespace claw;

namespace {

constexpr config_row rows[] = {
    {"LEASE_SECONDS", "60", config_unit::seconds, false, "How long a lease lasts.", 1, 86'400},
    {"BROKER_PORT", "8000", config_unit::port, false, "The port."},
    {"BOT_TOKEN", nullptr, config_unit::text, true, "The bot's token."},
    {"MAX_QUEUED_JOBS", nullptr, config_unit::count, false, "The limit.", 1},
    {"BROKER_BIND_PUBLIC", nullptr, config_unit::flag, false, "Public."},
};
constexpr config_table table{"prog", "Does things.", rows};

config_outcome start(std::vector<std::string> arguments,
                     std::map<std::string, std::string> env = {},
                     std::optional<std::string> file = {}) {
  return read_config(table, {std::move(arguments),
                             [env](const char* key) -> std::optional<std::string> {
                               const auto i = env.find(key);
                               return i == env.end() ? std::nullopt : std::optional{i->second};
                             },
                             [file](const std::string&) { return file; }});
}

const config& good(const config_outcome& x) {
  REQUIRE(std::holds_alternative<config>(x));
  return std::get<config>(x);
}

const config_exit& ended(const config_outcome& x) {
  REQUIRE(std::holds_alternative<config_exit>(x));
  return std::get<config_exit>(x);
}

} // namespace

TEST_CASE("flag wins over environment, environment over file, file over fallback", "[config]") {
  const std::string file = "LEASE_SECONDS=20\n";
  auto x = start({"--env-file", "f", "--lease-seconds", "40"}, {{"LEASE_SECONDS", "30"}}, file);
  CHECK(good(x).integer("LEASE_SECONDS") == 40);
  CHECK(good(x).origin("LEASE_SECONDS") == "flag");
  x = start({"--env-file=f"}, {{"LEASE_SECONDS", "30"}}, file);
  CHECK(good(x).integer("LEASE_SECONDS") == 30);
  x = start({"--env-file=f"}, {}, file);
  CHECK(good(x).integer("LEASE_SECONDS") == 20);
  CHECK(good(x).origin("LEASE_SECONDS") == "env-file");
  x = start({});
  CHECK(good(x).integer("LEASE_SECONDS") == 60);
  CHECK(good(x).origin("MAX_QUEUED_JOBS") == "unset");
  CHECK_FALSE(good(x).maybe_integer("MAX_QUEUED_JOBS"));
}

TEST_CASE("secrets may come as credentials, and win over the env file", "[config]") {
  std::map<std::string, std::string> files{{"/run/c/tokens", "BOT_TOKEN=from-credentials\n"},
                                           {"f.env", "BOT_TOKEN=from-file\nLEASE_SECONDS=20\n"}};
  const auto start_here = [&](std::map<std::string, std::string> env) {
    return read_config(table, {{"--env-file", "f.env"},
                               [env](const char* key) -> std::optional<std::string> {
                                 const auto i = env.find(key);
                                 return i == env.end() ? std::nullopt : std::optional{i->second};
                               },
                               [&](const std::string& path) -> std::optional<std::string> {
                                 const auto i = files.find(path);
                                 return i == files.end() ? std::nullopt : std::optional{i->second};
                               }});
  };
  auto x = start_here({{"CREDENTIALS_DIRECTORY", "/run/c"}});
  CHECK(good(x).text("BOT_TOKEN") == "from-credentials");
  CHECK(good(x).origin("BOT_TOKEN") == "credentials");
  CHECK(good(x).integer("LEASE_SECONDS") == 20);
  x = start_here({{"CREDENTIALS_DIRECTORY", "/run/c"}, {"BOT_TOKEN", "from-environment"}});
  CHECK(good(x).text("BOT_TOKEN") == "from-environment");
  x = start_here({{"CREDENTIALS_DIRECTORY", "/run/other"}});
  CHECK(good(x).text("BOT_TOKEN") == "from-file");
  CHECK(good(start_here({})).text("BOT_TOKEN") == "from-file");
  files["f.tokens"] = "BOT_TOKEN=from-beside\n";
  CHECK(good(start_here({})).text("BOT_TOKEN") == "from-beside");
  CHECK(good(start_here({{"CREDENTIALS_DIRECTORY", "/run/other"}})).text("BOT_TOKEN") == "from-file");
  files["/run/c/tokens"] = "BOT_TOKEN=\n";
  CHECK(good(start_here({{"CREDENTIALS_DIRECTORY", "/run/c"}})).text("BOT_TOKEN") == "from-file");
  files["/run/c/tokens"] = "LEASE_SECONDS=5\nBOT_TOKEN\n";
  x = start_here({{"CREDENTIALS_DIRECTORY", "/run/c"}});
  CHECK(ended(x).code == 78);
  CHECK(ended(x).text.find("LEASE_SECONDS is no secret of prog") != std::string::npos);
  CHECK(ended(x).text.find("line 2 is not KEY=value") != std::string::npos);
}

TEST_CASE("the env example reads back as nothing set, and names no secret", "[config]") {
  const auto example = help_env(table);
  std::map<std::string, std::string> values;
  CHECK(parse_env_file(example, values).empty());
  CHECK(values.empty());
  CHECK(example.find("\n#LEASE_SECONDS=60\n") != std::string::npos);
  CHECK(example.find("\n#MAX_QUEUED_JOBS=\n") != std::string::npos);
  CHECK(example.find("BOT_TOKEN=") == std::string::npos);
  CHECK(ended(start({"--help-env"})).text == example);
}

TEST_CASE("a blank value counts as unset", "[config]") {
  const auto x = start({}, {{"LEASE_SECONDS", "  "}, {"BOT_TOKEN", ""}});
  CHECK(good(x).integer("LEASE_SECONDS") == 60);
  CHECK_FALSE(good(x).has("BOT_TOKEN"));
}

TEST_CASE("all problems are told at once, by name, with exit code 78", "[config]") {
  const auto x = start({"--env-file", "f"},
                       {{"LEASE_SECONDS", "0"}, {"BROKER_PORT", "99999"}, {"MAX_QUEUED_JOBS", "x"}},
                       "nonsense\n");
  CHECK(ended(x).code == 78);
  for (auto part : {"LEASE_SECONDS: must be at least 1", "BROKER_PORT: must be at most 65535",
                    "MAX_QUEUED_JOBS: 'x'", "f: line 1 is not KEY=value"})
    CHECK(ended(x).text.find(part) != std::string::npos);
}

TEST_CASE("a secret has no flag and is never shown", "[config]") {
  const auto refused = start({"--bot-token=geheim"});
  CHECK(ended(refused).code == 64);
  CHECK(ended(refused).text.find("geheim") == std::string::npos);
  const auto printed = start({"--print-config"}, {{"BOT_TOKEN", "geheim"}});
  CHECK(ended(printed).code == 0);
  CHECK(ended(printed).text.find("BOT_TOKEN=***  # environment") != std::string::npos);
  CHECK(ended(printed).text.find("geheim") == std::string::npos);
}

TEST_CASE("the secrets of a start are known together", "[config]") {
  CHECK(good(start({}, {{"BOT_TOKEN", " geheim "}, {"BROKER_PORT", "81"}})).secrets()
        == std::vector<std::string>{"geheim"});
  CHECK(good(start({})).secrets().empty());
}

TEST_CASE("wrong usage ends with 64", "[config]") {
  CHECK(ended(start({"--nope"})).code == 64);
  CHECK(ended(start({"--lease-seconds"})).code == 64);
  CHECK(ended(start({"word"})).code == 64);
}

TEST_CASE("help names every variable and its flag", "[config]") {
  const auto x = start({"--help"});
  CHECK(ended(x).code == 0);
  for (const auto& row : rows)
    CHECK(ended(x).text.find(row.env) != std::string::npos);
  CHECK(ended(x).text.find("--lease-seconds") != std::string::npos);
  CHECK(ended(x).text.find("--bot-token") == std::string::npos);
}

TEST_CASE("a flag of a yes-or-no variable needs no value", "[config]") {
  CHECK(good(start({"--broker-bind-public"})).flag("BROKER_BIND_PUBLIC"));
  CHECK_FALSE(good(start({"--broker-bind-public=0"})).flag("BROKER_BIND_PUBLIC"));
}

TEST_CASE("an env file is read as systemd reads it", "[config]") {
  std::map<std::string, std::string> values;
  const auto problems
      = parse_env_file("# comment\n; too\n\nA=1\r\nexport B='x y'\nC = \"z\"\nD=\n9=1\n", values);
  CHECK(values
        == std::map<std::string, std::string>{{"A", "1"}, {"B", "x y"}, {"C", "z"}, {"D", ""}});
  CHECK(problems == std::vector<std::string>{"line 8 is not KEY=value"});
}
