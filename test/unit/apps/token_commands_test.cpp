#include "apps/cli/cli_exit.hpp"
#include "apps/cli/token_commands.hpp"
#include "test/support/catch.hpp"

#include <nlohmann/json.hpp>

#include <sstream>

using namespace claw;
using nlohmann::json;

namespace {

/// Tokens of a broker that is none: answers what the test put in.
class fake_tokens final : public token_api {
public:
  std::optional<failure> trouble;
  std::vector<remote_token> made_so_far;
  std::vector<std::string> revoked;

  outcome<made> create(const remote_token& wanted) override {
    if (trouble)
      return *trouble;
    made_so_far.push_back(wanted);
    made_so_far.back().kid = "oc1";
    made_so_far.back().state = "active";
    return made{made_so_far.back(), "oc1.secret"};
  }
  outcome<std::vector<remote_token>> list() override {
    if (trouble)
      return *trouble;
    return made_so_far;
  }
  outcome<remote_token> revoke(const std::string& kid) override {
    if (trouble)
      return *trouble;
    revoked.push_back(kid);
    remote_token x;
    x.kid = kid;
    x.name = "jetson";
    return x;
  }
};

struct token_fixture {
  fake_tokens broker;
  cli_options options;
  std::ostringstream out, err;

  int run(token_verb verb) {
    options.token.verb = verb;
    return run_token_command(options, broker, 1'000, out, err);
  }
};

} // namespace

TEST_CASE_METHOD(token_fixture, "a new token stands alone on standard output", "[cli]") {
  options.token.wanted.role = "worker";
  options.token.wanted.name = "jetson";
  options.token.life = std::chrono::seconds{60};
  CHECK(run(token_verb::create) == cli_exit::answered);
  CHECK(out.str() == "oc1.secret\n");
  CHECK(err.str().find("secret") == std::string::npos);
  CHECK(err.str().find("WORKER_TOKEN") != std::string::npos);
  CHECK(broker.made_so_far.at(0).expires_s == 1'060);
}

TEST_CASE_METHOD(token_fixture, "a script gets a new token as JSON", "[cli]") {
  options.json = true;
  options.token.wanted.role = "bot";
  CHECK(run(token_verb::create) == cli_exit::answered);
  const auto told = json::parse(out.str());
  CHECK(told.at("token") == "oc1.secret");
  CHECK(told.at("expires_at").is_null());
  CHECK(err.str().empty());
}

TEST_CASE_METHOD(token_fixture, "a list shows what each token is bound to and when it ends", "[cli]") {
  CHECK(run(token_verb::list) == cli_exit::answered);
  CHECK(out.str() == "No tokens but the shared ones.\n");
  out.str("");
  remote_token x;
  x.kid = "oc1";
  x.role = "worker";
  x.name = "jetson\x1b[2J";
  x.worker_id = "j1";
  x.caps = {"a", "b"};
  x.created_s = 900;
  x.expires_s = 1'060;
  x.state = "active";
  broker.made_so_far = {x, x};
  broker.made_so_far.back().expires_s = 940;
  broker.made_so_far.back().caps = std::vector<std::string>{};
  CHECK(run(token_verb::list) == cli_exit::answered);
  CHECK(out.str().find("in 60 s") != std::string::npos);
  CHECK(out.str().find("60 s ago") != std::string::npos);
  CHECK(out.str().find("j1 a,b") != std::string::npos);
  CHECK(out.str().find("j1 (no caps)") != std::string::npos);
  CHECK(out.str().find('\x1b') == std::string::npos);
}

TEST_CASE_METHOD(token_fixture, "a token is revoked by its kid", "[cli]") {
  options.token.wanted.kid = "oc1";
  CHECK(run(token_verb::revoke) == cli_exit::answered);
  CHECK(broker.revoked == std::vector<std::string>{"oc1"});
  CHECK(out.str() == "revoked oc1, a token of jetson\n");
}

TEST_CASE_METHOD(token_fixture, "trouble with tokens goes to standard error and into the exit code", "[cli]") {
  for (const auto& [code, exit] :
       {std::pair{ec::bad_token, cli_exit::bad_token}, std::pair{ec::unreachable, cli_exit::unreachable},
        std::pair{ec::no_such_token, cli_exit::refused}, std::pair{ec::refused, cli_exit::refused}}) {
    broker.trouble = failure{code, "no"};
    for (const auto verb : {token_verb::create, token_verb::list, token_verb::revoke})
      CHECK(run(verb) == exit);
  }
  CHECK(out.str().empty());
  CHECK(err.str().find("openclaw: no\n") != std::string::npos);
  CHECK(err.str().find("ADMIN_TOKEN") != std::string::npos);
}
