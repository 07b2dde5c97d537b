#include "actors/domain/log_value.hpp"
#include "apps/log.hpp"
#include "apps/log_fields.hpp"
#include "test/support/catch.hpp"
#include "test/support/temporary_folder.hpp"

#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

using namespace claw;

namespace {

constexpr const char* token = "worker-secret-1";

struct logged {
  logged() : before(spdlog::default_logger()) {}
  ~logged() { spdlog::set_default_logger(before); }

  outcome<done> start(const std::string& level = "info", const std::string& format = "text") {
    return start_log({"prog", level, path(), {token, "key-of-the-model"}, format});
  }

  std::string path() const { return (folder.path() / "log").string(); }

  std::string text() const {
    std::ifstream file{path()};
    return {std::istreambuf_iterator<char>{file}, {}};
  }

  temporary_folder folder;
  std::shared_ptr<spdlog::logger> before;
};

bool ends_with(const std::string& text, const std::string& tail) {
  return text.size() >= tail.size() && text.compare(text.size() - tail.size(), tail.size(), tail) == 0;
}

} // namespace

TEST_CASE_METHOD(logged, "a line has a time, a level, a program and an event", "[log]") {
  REQUIRE(start());
  spdlog::warn("event=tested job_id={}", 7);
  CHECK(ends_with(text(), "Z warning prog event=tested job_id=7\n"));
  CHECK(text()[10] == 'T');
}

TEST_CASE_METHOD(logged, "no line shows a secret, whoever wrote it", "[log]") {
  REQUIRE(start("debug"));
  spdlog::debug("event=a token={}", token);
  spdlog::info("event=b why=\"the url was http://x/?k={}&y\"", token);
  spdlog::error("event=c why=\"key-of-the-model\" encoded={}", "d29ya2VyLXNlY3JldC0x");
  spdlog::error("event=d why=\"Authorization: Bearer {}\"", "sk-abcdefghijklmnopqrstuvwxyz0123456789");
  const auto all = text();
  for (const auto* secret : {token, "key-of-the-model", "d29ya2VyLXNlY3JldC0x", "sk-abcdefgh"})
    CHECK(all.find(secret) == std::string::npos);
  CHECK(all.find("http://x/?k=***&y") != std::string::npos);
}

TEST_CASE_METHOD(logged, "ids are shown as they are", "[log]") {
  REQUIRE(start());
  const std::string line = "event=job_claimed job_id=01932f6e-6ad4-7c1e-9c9d-0f3b1a2c4d5e attempt=1 "
                           "worker_id=box-1 command=ping lease_id=3f2a9c1e5b7d8f60a1b2c3d4e5f60718";
  spdlog::info(line);
  CHECK(ends_with(text(), line + "\n"));
}

TEST_CASE_METHOD(logged, "no text forges a line", "[log]") {
  REQUIRE(start());
  spdlog::info("event=one why={}", "x\nevent=two\r\x1b[2J\xE2\x80\xAE");
  const auto all = text();
  CHECK(std::count(all.begin(), all.end(), '\n') == 1);
  CHECK(all.find("event=two\\r\\x1b[2J\\u202e") != std::string::npos);
}

TEST_CASE_METHOD(logged, "a log file is for its owner, and is gone on with", "[log]") {
  REQUIRE(start());
  spdlog::info("event=one");
  REQUIRE(start());
  spdlog::info("event=two");
  struct stat facts {};
  REQUIRE(::stat(path().c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777) == 0600);
  CHECK(text().find("event=one") < text().find("event=two"));
}

TEST_CASE_METHOD(logged, "a log that cannot be started says why", "[log]") {
  const auto level = start("loud");
  REQUIRE_FALSE(level);
  CHECK(level.error() == failure{ec::bad_config, "LOG_LEVEL: must be debug, info, warn or error"});
  const auto format = start("info", "xml");
  REQUIRE_FALSE(format);
  CHECK(format.error() == failure{ec::bad_config, "LOG_FORMAT: must be text or json"});
  const auto place = start_log({"prog", "info", folder.path() / "none" / "log", {}, "text"});
  REQUIRE_FALSE(place);
  CHECK(place.error().code == ec::io_failed);
  CHECK(place.error().why.find("No such file") != std::string::npos);
}

TEST_CASE("a line's fields are read as they were written", "[log]") {
  const auto fields = log_fields(R"(event=job_done job_id=7 why="a \"b\" c\\d\n" empty="" loose words cut="off)");
  const std::vector<std::pair<std::string, std::string>> expected
      = {{"event", "job_done"}, {"job_id", "7"}, {"why", R"(a "b" c\d\n)"}, {"empty", ""}, {"cut", "off"},
         {"message", "loose words"}};
  CHECK(fields == expected);
  CHECK(log_fields("").empty());
}

TEST_CASE("no value becomes a field of its own", "[log]") {
  const std::string forger = "x\" event=forged job_id=\"1";
  const auto fields = log_fields("event=one worker_id=" + log_value(forger) + " attempt=2");
  CHECK(fields.size() == 3);
  CHECK(fields[1].second == forger);
  CHECK(fields[2].second == "2");
  CHECK(log_fields("event=one event=two").size() == 1);
}

TEST_CASE_METHOD(logged, "a line may be JSON with the same fields", "[log]") {
  REQUIRE(start("info", "json"));
  spdlog::warn("event=tested job_id={} why={}", 7, log_value("a \"quoted\" word"));
  const auto line = nlohmann::json::parse(text());
  CHECK(line.at("event") == "tested");
  CHECK(line.at("job_id") == "7");
  CHECK(line.at("why") == "a \"quoted\" word");
  CHECK(line.at("level") == "warning");
  CHECK(line.at("program") == "prog");
  CHECK(line.at("ts").get<std::string>().size() == std::string{"2026-01-01T00:00:00.000Z"}.size());
}

TEST_CASE_METHOD(logged, "JSON shows no secret and forges no line either", "[log]") {
  REQUIRE(start("info", "json"));
  spdlog::info("event=a token={} why=\"http://x/?k={}&y\" encoded=d29ya2VyLXNlY3JldC0x", token, token);
  spdlog::info("event=one ts=forged why={}", "x\nevent=two\r\x1b[2J\xE2\x80\xAE\xff");
  const auto all = text();
  for (const auto* secret : {token, "d29ya2VyLXNlY3JldC0x"})
    CHECK(all.find(secret) == std::string::npos);
  CHECK(std::count(all.begin(), all.end(), '\n') == 2);
  CHECK(std::all_of(all.begin(), all.end(), [](char c) { return c == '\n' || (c >= 0x20 && c < 0x7f); }));
  const auto second = nlohmann::json::parse(all.substr(all.find('\n') + 1));
  CHECK(second.at("ts") != "forged");
  CHECK(second.at("event") == "one");
}
