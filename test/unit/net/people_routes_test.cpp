#include "test/support/own_tokens.hpp"

using namespace claw;
using nlohmann::json;

namespace {

const std::string job_path = "/jobs/" + to_string(sample_id(1));

worker_snapshot worker_with(const std::string& cap) {
  worker_snapshot x;
  x.facts = {"w-" + cap, "boot", "1", caps{{cap}}};
  return x;
}

/// What the line means to a broker whose workers have advertised `llm:orin`.
json meaning_of(const std::string& line) {
  asked_api door;
  const auto x = door.bot("POST", "/command", json{{"text", line}}.dump());
  REQUIRE(door.broker.workers_questions.size() == 1);
  door.broker.workers_questions.at(0).answer.answer(std::vector{worker_with("repo_tools"), worker_with("llm:orin")});
  CHECK(x->status() == 200);
  return x->body();
}

/// What people are told of a job that ended like this.
json told_of(const std::string& command, job_status status, job_text kind, const std::string& text) {
  asked_api door;
  auto x = completion(1);
  x.after.command = command;
  x.after.status = status;
  x.texts = {{kind, text}};
  door.broker.commit(x);
  return door.bot("GET", job_path + "/answer")->body();
}

} // namespace

TEST_CASE("everybody is told who he is to the broker, and what he may", "[net][api]") {
  struct row {
    std::string token;
    const char* role;
    const char* name;
    bool acts, drains;
  };
  const auto x = GENERATE(values<row>({{"bot-secret", "shared", "legacy", true, true},
                                       {"admin-secret", "admin", "legacy", true, true},
                                       {token_text(bot_kid), "bot", "discord", true, false},
                                       {token_text(reader_kid), "read-only", "board", false, false},
                                       {token_text(admin_kid), "admin", "me", true, true}}));
  asked_api door{with_own_tokens()};
  const auto told = door.ask("GET", "/whoami", {{"X-Bot-Token", x.token}})->body();
  CHECK(told.at("role") == x.role);
  CHECK(told.at("name") == x.name);
  CHECK(told.at("expires_at").is_null());
  CHECK(told.at("may") == json{{"create", x.acts}, {"cancel", x.acts}, {"retry", x.acts}, {"drain", x.drains}});
}

TEST_CASE("what a token says that it may is what its routes let it do", "[net][api]") {
  for (const auto& token :
       {std::string{"bot-secret"}, token_text(bot_kid), token_text(reader_kid), token_text(admin_kid)}) {
    asked_api door{with_own_tokens()};
    job_owned_by(door, "discord");
    const header_list headers{{"X-Bot-Token", token}};
    const auto may = door.ask("GET", "/whoami", headers)->body().at("may");
    const auto allowed = [&](const std::string& path, const char* body) {
      return door.ask("POST", path, headers, body)->status() != 403;
    };
    CHECK(may.at("create") == allowed("/jobs", R"({"command":"ping"})"));
    CHECK(may.at("cancel") == allowed(job_path + "/cancel", ""));
    CHECK(may.at("retry") == allowed(job_path + "/retry", ""));
    CHECK(may.at("drain") == allowed("/workers/w1/drain", ""));
  }
}

TEST_CASE("a line that becomes a job is read as the command line reads it", "[net][api]") {
  const auto ask = meaning_of("ask vllm: why?");
  CHECK(ask.at("is") == "job");
  CHECK(ask.at("command") == "llm_task");
  CHECK(json::parse(ask.at("payload").get<std::string>()) == json{{"prompt", "why?"}, {"preferred", "llm:vllm"}});
  CHECK(ask.at("requires") == R"({"caps":["llm:vllm"]})");
  CHECK(meaning_of("ask orin: why?").at("requires") == R"({"caps":["llm:orin"]})"); // a worker has advertised it
  CHECK(meaning_of("ask other: why?").at("requires").is_null());
  CHECK(meaning_of("ping <b>").at("payload") == "<b>");
}

TEST_CASE("a line that asks the broker itself says what it asks", "[net][api]") {
  CHECK(meaning_of("status 42") == json{{"is", "question"}, {"what", "status"}, {"job_id", "42"}});
  CHECK(meaning_of("cancel 42").at("what") == "cancel");
  CHECK(meaning_of("retry 42").at("what") == "retry");
  for (const std::string what : {"jobs", "workers", "queue", "whoami"})
    CHECK(meaning_of(what) == json{{"is", "question"}, {"what", what}});
  const auto help = meaning_of("help");
  CHECK(help.at("what") == "help");
  CHECK(help.at("text").get<std::string>().find("repostat <repo>") != std::string::npos);
}

TEST_CASE("a line that is no command is answered with advice", "[net][api]") {
  CHECK(meaning_of("cat") == json{{"is", "advice"}, {"text", "Usage: cat <repo> <path> [start] [end]"}});
  CHECK(meaning_of("").at("is") == "advice");
}

TEST_CASE("the end of a job is told in words, without what looks like a secret", "[net][api]") {
  const auto task = told_of("llm_task", job_status::done, job_text::result,
                            R"({"final":"the key is AKIAIOSFODNN7EXAMPLQ","model":"m","worker_id":"w","steps":2})");
  CHECK(task.at("answer") == "the key is ***");
  CHECK(task.at("footer") == "m · w · 2 steps");
  CHECK(task.at("failed") == false);
  CHECK(task.at("status") == "done");
  const auto list = told_of("repo_list", job_status::done, job_text::result,
                            R"({"ok":true,"data":{"repos":[{"name":"demo"}]}})");
  CHECK(list.at("answer") == "- demo");
  const auto failure = told_of("ping", job_status::failed, job_text::error, "no room");
  CHECK(failure.at("answer") == "Job failed: no room");
  CHECK(failure.at("failed") == true);
}

TEST_CASE("of an answer of megabytes the beginning is told, and no half secret", "[net][api]") {
  const std::string secret = "AKIAIOSFODNN7EXAMPLQ";
  for (std::size_t before = 131'040; before <= 131'072; ++before) {
    const auto told = told_of("ping", job_status::done, job_text::result,
                              std::string(before, '.') + secret + std::string(100'000, '.'));
    const auto answer = told.at("answer").get<std::string>();
    CHECK(answer.size() < 131'072);
    CHECK(answer.find("AKI") == std::string::npos);
    CHECK(answer.find("bytes more)") != std::string::npos);
  }
}

TEST_CASE("a result of megabytes is told as the text that it is, without a look into it", "[net][api]") {
  const auto result = R"({"final":")" + std::string(2'000'000, 'y') + "\"}";
  const auto told = told_of("llm_task", job_status::done, job_text::result, result);
  CHECK(told.at("answer").get<std::string>().starts_with(R"({"final":"yyy)"));
  CHECK(told.at("footer") == "");
}

TEST_CASE("of a job that has not ended there is no answer yet", "[net][api]") {
  asked_api door;
  door.broker.commit(creation(1));
  const auto x = door.bot("GET", job_path + "/answer")->body();
  CHECK(x == json{{"status", "queued"}, {"answer", nullptr}, {"footer", nullptr}, {"failed", false}});
}

TEST_CASE("a list with short texts ends early where the whole ones are large", "[net][api]") {
  asked_api door;
  const std::string large(4'000'000, 'x');
  for (uint64_t n = 1; n <= 9; ++n) {
    auto done = completion(n);
    done.texts = {{job_text::error, large}};
    door.broker.commit(done);
  }
  const auto first = door.bot("GET", "/jobs?texts=5")->body();
  CHECK(first.at("jobs").size() == 5); // with the fifth it has looked at 16 MiB
  CHECK(first.at("jobs").at(4).at("error") == "xxxxx");
  const auto rest = door.bot("GET", "/jobs?texts=5&cursor=" + first.at("next_cursor").get<std::string>())->body();
  CHECK(rest.at("jobs").size() == 4);
  CHECK(rest.at("next_cursor").is_null());
}

TEST_CASE("a list with short texts ends early where many of them are not so short", "[net][api]") {
  asked_api door;
  for (uint64_t n = 1; n <= 300; ++n)
    door.broker.commit(creation(n, std::string(5'000, 'x')));
  const auto first = door.bot("GET", "/jobs?texts=4096&limit=500")->body();
  CHECK(first.at("jobs").size() == 257); // the one that passes a mebibyte is the last
  CHECK(first.at("next_cursor") == to_string(sample_id(44)));
}

TEST_CASE("a list with short texts has no results and no half characters", "[net][api]") {
  asked_api door;
  auto done = completion(1);
  done.texts = {{job_text::payload, "ab\xc3\xa4zz"}, {job_text::result, std::string(100'000, 'x')}};
  door.broker.commit(done);
  const auto payload = [&](const std::string& bytes) {
    return door.bot("GET", "/jobs?texts=" + bytes)->body().at("jobs").at(0).at("payload");
  };
  CHECK(payload("0") == "");
  CHECK(payload("3") == "ab"); // the third byte begins a character of two
  CHECK(payload("4") == "ab\xc3\xa4");
  CHECK(payload("4096") == "ab\xc3\xa4zz");
  const auto page = door.bot("GET", "/jobs?texts=9&limit=1")->body();
  CHECK_FALSE(page.at("jobs").at(0).contains("result"));
  CHECK(page.at("jobs").at(0).at("error").is_null());
  CHECK(page.contains("next_cursor"));
}
