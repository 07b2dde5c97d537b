#include "net/command_codec.hpp"
#include "test/support/catch.hpp"

#include <nlohmann/json.hpp>

using namespace claw;
using nlohmann::json;

namespace {

producer_api::request request_for(const std::string& text) {
  return request_of(std::get<chat_job>(parse_chat_command(text, caps::from_list("llm:big"))), "me");
}

} // namespace

TEST_CASE("a text job has its text as payload", "[command_codec]") {
  const auto x = request_for("ping hello \"you\"");
  CHECK(x.command == "ping");
  CHECK(x.payload == "hello \"you\"");
  CHECK_FALSE(x.requires_json);
  CHECK(x.requester == "me");
  CHECK(request_for("repos").payload.empty());
  CHECK(request_for("approve 12").payload == "12");
}

TEST_CASE("a job with arguments has an object as payload", "[command_codec]") {
  struct row {
    const char* text;
    const char* command;
    const char* payload;
  };
  for (const row& x : {
           row{"repostat r", "repo_status", R"({"repo":"r"})"},
           row{"last r", "repo_last_commit", R"({"repo":"r"})"},
           row{"grep r \"a \\ b\"", "repo_grep", R"({"repo":"r","query":"a \\ b"})"},
           row{"grep r a p", "repo_grep", R"({"repo":"r","query":"a","path":"p"})"},
           row{"log r src 3", "repo_log", R"({"count":3,"path":"src","repo":"r"})"},
           row{"cat r p 3", "repo_readfile", R"({"repo":"r","path":"p","start":3,"end":202})"},
           row{"ask hi", "llm_task", R"({"prompt":"hi"})"},
           row{"ask vllm: hi", "llm_task", R"({"prompt":"hi","preferred":"llm:vllm"})"},
       }) {
    CAPTURE(x.text);
    const auto request = request_for(x.text);
    CHECK(request.command == x.command);
    CHECK(json::parse(request.payload) == json::parse(x.payload));
  }
}

TEST_CASE("a routed prompt requires the cap of its model", "[command_codec]") {
  CHECK(request_for("ask jetson: hi").requires_json == R"({"caps":["llm:jetson"]})");
  CHECK(request_for("ask big: hi").requires_json == R"({"caps":["llm:big"]})");
  CHECK_FALSE(request_for("ask hi").requires_json);
}

TEST_CASE("bytes that are no text do not break the payload", "[command_codec]") {
  const auto payload = json::parse(request_for("ask a\xff z").payload, nullptr, false);
  CHECK(payload.is_object());
}
