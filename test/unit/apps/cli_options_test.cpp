#include "apps/cli/cli_exit.hpp"
#include "apps/cli/cli_options.hpp"
#include "test/support/catch.hpp"

#include <map>

using namespace claw;

namespace {

struct surroundings {
  std::map<std::string, std::string> environment;
  std::map<std::string, std::string> files;

  std::variant<cli_options, config_exit> read(std::vector<std::string> arguments) const {
    return read_cli_options(
        {std::move(arguments),
         [this](const char* key) -> std::optional<std::string> {
           const auto found = environment.find(key);
           return found == environment.end() ? std::nullopt : std::optional{found->second};
         },
         [this](const std::string& path) -> std::optional<std::string> {
           const auto found = files.find(path);
           return found == files.end() ? std::nullopt : std::optional{found->second};
         }});
  }
  cli_options options(std::vector<std::string> arguments) const {
    return std::get<cli_options>(read(std::move(arguments)));
  }
};

int exit_code(std::vector<std::string> arguments) {
  return std::get<config_exit>(surroundings{}.read(std::move(arguments))).code;
}

} // namespace

TEST_CASE("the verbs become lines of the command language", "[cli]") {
  const surroundings world;
  CHECK(world.options({"ask", "what is it"}).line == "ask what is it");
  CHECK(world.options({"ask", "what", "is", "it"}).line == "ask what is it");
  CHECK(world.options({"ask", "vllm: hi"}).line == "ask vllm: hi");
  CHECK(world.options({"run", "grep r \"a b\""}).line == "grep r \"a b\"");
  CHECK(world.options({"status", "id"}).line == "status id");
  CHECK(world.options({"cancel", "id"}).line == "cancel id");
  CHECK(world.options({"retry", "id"}).line == "retry id");
  for (const std::string name : {"jobs", "workers", "queue", "whoami"})
    CHECK(world.options({name}).line == name);
  CHECK(world.options({"status"}).action == cli_action::status);
  CHECK(world.options({"chat"}).action == cli_action::chat);
  CHECK(world.options({"events", "id"}).action == cli_action::events);
  CHECK(world.options({"events", "id"}).job_id == "id");
}

TEST_CASE("smoke takes both commands for the Jetson, or none", "[cli]") {
  const surroundings world;
  const auto x = world.options({"smoke", "--stop-jetson", "ssh jetson stop", "--start-jetson", "ssh jetson start"});
  CHECK(x.action == cli_action::smoke);
  CHECK(x.smoke.stop_jetson == "ssh jetson stop");
  CHECK(x.smoke.start_jetson == "ssh jetson start");
  CHECK(x.smoke.repo == "openclaw-broker");
  CHECK(exit_code({"smoke", "--start-jetson", "true"}) == cli_exit::usage);
  CHECK(exit_code({"smoke", "--repo", "a \"b"}) == cli_exit::usage);
}

TEST_CASE("options may stand before and behind the verb", "[cli]") {
  const surroundings world;
  for (const auto& x : {world.options({"--json", "--timeout", "5", "ask", "hi"}),
                        world.options({"ask", "hi", "--json", "--timeout=5"})}) {
    CHECK(x.json);
    CHECK(x.wait);
    CHECK(x.timeout == std::chrono::seconds{5});
    CHECK(x.line == "ask hi");
  }
  CHECK_FALSE(world.options({"ask", "hi", "--no-wait"}).wait);
  CHECK(world.options({"jobs", "-q"}).quiet);
}

TEST_CASE("wrong usage is an exit code of its own", "[cli]") {
  CHECK(exit_code({}) == cli_exit::usage);
  CHECK(exit_code({"dance"}) == cli_exit::usage);
  CHECK(exit_code({"ask"}) == cli_exit::usage);
  CHECK(exit_code({"cancel"}) == cli_exit::usage);
  CHECK(exit_code({"jobs", "--timeout", "x"}) == cli_exit::usage);
  CHECK(exit_code({"jobs", "--timeout", "0"}) == cli_exit::usage);
  CHECK(exit_code({"jobs", "--bot-token", "x"}) == cli_exit::usage);
  CHECK(exit_code({"--help"}) == 0);
  CHECK(exit_code({"ask", "--help"}) == 0);
  CHECK(exit_code({"--version"}) == 0);
  CHECK(exit_code({"jobs", "--env-file", "/nowhere"}) == cli_exit::config);
}

TEST_CASE("work on the store names its folder, else BROKER_DB, else the broker's own place", "[cli]") {
  surroundings world;
  CHECK(world.options({"verify"}).store.folder == "/var/lib/openclaw-broker/broker.db");
  world.environment["BROKER_DB"] = "/db";
  const auto exported = world.options({"export", "-"});
  CHECK(exported.action == cli_action::store);
  CHECK(exported.store.verb == store_verb::export_jobs);
  CHECK(exported.store.folder == "/db");
  CHECK(exported.store.other == "-");
  const auto imported = world.options({"import", "jobs", "--db", "/other", "--merge"});
  CHECK(imported.store.verb == store_verb::import_jobs);
  CHECK(imported.store.folder == "/other");
  CHECK(imported.store.merge);
  const auto old = world.options({"import-old", "broker.db"});
  CHECK(old.store.verb == store_verb::import_old);
  CHECK(old.store.other == "broker.db");
  CHECK_FALSE(old.store.merge);
  for (const std::string verb : {"export", "import", "import-old"})
    CHECK(exit_code({verb}) == cli_exit::usage);
}

TEST_CASE("help shows examples and the exit codes", "[cli]") {
  const auto help = std::get<config_exit>(surroundings{}.read({"--help"})).text;
  for (const std::string part : {"openclaw ask \"", "BOT_TOKEN", "Exit codes", "chat", "workers"})
    CHECK(help.find(part) != std::string::npos);
}

TEST_CASE("settings come from the environment, then from the first env file", "[cli]") {
  surroundings world;
  CHECK(world.options({"jobs"}).broker_url == "http://127.0.0.1:8000");
  CHECK(world.options({"jobs"}).bot_token.empty());
  world.environment["HOME"] = "/h";
  world.files["/h/.config/openclaw/env"] = "BOT_TOKEN=from-home-file\nBROKER_URL=http://home:1\n";
  CHECK(world.options({"jobs"}).broker_url == "http://home:1");
  world.files[".openclaw/cli.env"] = "BOT_TOKEN='from-local-file'\n";
  CHECK(world.options({"jobs"}).bot_token == "from-local-file");
  CHECK(world.options({"jobs"}).broker_url == "http://127.0.0.1:8000");
  world.environment["OPENCLAW_ENV"] = "/o";
  world.files["/o"] = "BOT_TOKEN=from-named-file\n";
  CHECK(world.options({"jobs"}).bot_token == "from-named-file");
  world.files["/f"] = "BOT_TOKEN=from-flag-file\nLLM_API_KEY=another-secret\n";
  CHECK(world.options({"jobs", "--env-file", "/f"}).bot_token == "from-flag-file");
  CHECK(world.options({"jobs", "--env-file", "/f"}).secrets
        == std::vector<std::string>{"from-flag-file", "another-secret"});
  world.environment["BOT_TOKEN"] = "from-environment";
  CHECK(world.options({"jobs"}).bot_token == "from-environment");
  CHECK(world.options({"jobs", "--broker", "http://b:2"}).broker_url == "http://b:2");
}

TEST_CASE("a token is described by the options of its verb", "[cli]") {
  const surroundings world;
  const auto x = world.options({"token", "create", "--role", "worker", "--name", "jetson",
                                "--worker-id", "j1", "--caps", " b, a", "--expires", "90d", "--json"});
  CHECK(x.action == cli_action::token);
  CHECK(x.token.verb == token_verb::create);
  CHECK(x.token.wanted.role == "worker");
  CHECK(x.token.wanted.name == "jetson");
  CHECK(x.token.wanted.worker_id == "j1");
  CHECK(x.token.wanted.caps == std::vector<std::string>{"a", "b"});
  CHECK(x.token.life == std::chrono::hours{90 * 24});
  CHECK(x.json);
  const auto plain = world.options({"token", "create", "--role", "read-only", "--name", "x"});
  CHECK_FALSE(plain.token.wanted.caps);
  CHECK_FALSE(plain.token.life);
  CHECK(world.options({"token", "list"}).token.verb == token_verb::list);
  const auto gone = world.options({"token", "revoke", "oc1"});
  CHECK(gone.token.verb == token_verb::revoke);
  CHECK(gone.token.wanted.kid == "oc1");
}

TEST_CASE("what a token cannot be is wrong usage", "[cli]") {
  const std::vector<std::string> good{"token", "create", "--role", "bot", "--name", "x", "--expires"};
  for (const auto* life : {"", "d", "90", "90w", "-1d", "0d", "1.5d", "90 d", "99999999999999999999d",
                           "9999999d", "d90"}) {
    auto arguments = good;
    arguments.emplace_back(life);
    INFO(life);
    CHECK(exit_code(arguments) == cli_exit::usage);
  }
  CHECK(exit_code({"token"}) == cli_exit::usage);
  CHECK(exit_code({"token", "revoke"}) == cli_exit::usage);
  CHECK(exit_code({"token", "create", "--role", "bot"}) == cli_exit::usage);
  CHECK(exit_code({"token", "create", "--role", "root", "--name", "x"}) == cli_exit::usage);
}

TEST_CASE("an admin's token is ADMIN_TOKEN, else BOT_TOKEN", "[cli]") {
  surroundings world;
  world.environment["BOT_TOKEN"] = "the-bots";
  CHECK(world.options({"token", "list"}).admin_token == "the-bots");
  world.environment["ADMIN_TOKEN"] = "the-admins";
  CHECK(world.options({"token", "list"}).admin_token == "the-admins");
  CHECK(world.options({"jobs"}).bot_token == "the-bots");
}

TEST_CASE("a word that is no verb is named", "[cli]") {
  const auto said = [](std::vector<std::string> arguments) {
    return std::get<config_exit>(surroundings{}.read(std::move(arguments))).text;
  };
  CHECK(said({"frobnicate"}).find("no verb 'frobnicate'") != std::string::npos);
  CHECK(said({"--json", "--timeout", "5", "ping", "hello"}).find("openclaw run \"ping ...\"") != std::string::npos);
  CHECK(said({"--frobnicate"}).find("no option --frobnicate") != std::string::npos);
  CHECK(exit_code({"frobnicate"}) == cli_exit::usage);
  CHECK(exit_code({"help"}) == 0);
  CHECK(said({"help"}) == said({"--help"}));
  CHECK(said({}).find("subcommand is required") != std::string::npos);
}

TEST_CASE("inspect looks at the place and with the certificates that are named, else those of the settings", "[cli]") {
  surroundings world;
  world.environment["HOME"] = "/home/ann";
  auto told = world.options({"inspect"});
  CHECK(told.action == cli_action::inspect);
  CHECK(told.inspect.verb == inspect_verb::tree);
  CHECK(told.inspect.at == "127.0.0.1:8010");
  CHECK(told.inspect.certificates == "/home/ann/.config/openclaw/inspect");
  CHECK(told.inspect.wait == std::chrono::seconds{5});
  world.environment["INSPECT_AT"] = "127.0.0.1:1";
  world.environment["INSPECT_CERTS"] = "/certs";
  told = world.options({"inspect", "watch", "--json"});
  CHECK(told.inspect.verb == inspect_verb::watch);
  CHECK(told.json);
  CHECK(told.inspect.at == "127.0.0.1:1");
  CHECK(told.inspect.certificates == "/certs");
  told = world.options({"inspect", "actor", "12", "--at", "box:2", "--certs", "/mine", "--timeout", "9"});
  CHECK(told.inspect.verb == inspect_verb::actor);
  CHECK(told.inspect.actor == 12);
  CHECK(told.inspect.at == "box:2");
  CHECK(told.inspect.certificates == "/mine");
  CHECK(told.inspect.wait == std::chrono::seconds{9});
  CHECK(world.options({"inspect", "events", "-f"}).inspect.follow);
  CHECK(exit_code({"inspect", "actor"}) == cli_exit::usage);
  CHECK(exit_code({"inspect", "actor", "x"}) == cli_exit::usage);
  CHECK(exit_code({"inspect", "nobody"}) == cli_exit::usage);
}

TEST_CASE("an empty id is not the broker's state", "[cli]") {
  CHECK(exit_code({"status", ""}) == cli_exit::usage);
}
