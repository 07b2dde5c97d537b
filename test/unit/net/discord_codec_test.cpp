#include "net/discord_client.hpp"
#include "net/discord_codec.hpp"
#include "net/gateway_codec.hpp"
#include "test/support/catch.hpp"

using namespace claw;
using namespace std::chrono_literals;
using kind = discord_call::kind;
using nlohmann::json;

namespace {

discord_call message_call(kind what) {
  discord_call x;
  x.what = what;
  x.channel = snowflake{4};
  x.message = snowflake{5};
  x.application = snowflake{9};
  x.interaction = snowflake{7};
  x.token = "to/ken";
  x.message_out.content = "hello @everyone";
  x.message_out.nonce = "5-0";
  return x;
}

const char* created = R"({"op":0,"s":42,"t":"MESSAGE_CREATE","d":{"id":"1500000000000000001","type":0,"channel_id":"4",
  "guild_id":"3","content":"<@9> ask why?","edited_timestamp":null,"author":{"id":"2","username":"alice"},
  "message_reference":{"message_id":8},"webhook_id":null}})";

} // namespace

TEST_CASE("nothing that is sent, edited or answered mentions anybody", "[discord]") {
  for (const auto what : {kind::send, kind::edit, kind::reply, kind::edit_reply, kind::follow_up}) {
    auto body = json::parse(discord_request_of(message_call(what), "b").body);
    if (what == kind::reply)
      body = body["data"];
    CHECK(body["allowed_mentions"]["parse"] == json::array());
    CHECK(body["allowed_mentions"]["replied_user"] == false);
    CHECK(body["flags"].get<int>() % 8 >= 4); // no link previews
  }
}

TEST_CASE("a send carries its nonce, and an edit takes old buttons away", "[discord]") {
  const auto send = discord_request_of(message_call(kind::send), "b");
  CHECK(send.method == "POST");
  CHECK(send.path == "/channels/4/messages");
  CHECK(json::parse(send.body)["nonce"] == "5-0");
  CHECK(json::parse(send.body)["enforce_nonce"] == true);
  CHECK(discord_request_of(message_call(kind::message), "b").path == "/channels/4/messages/5");
  const auto edit = discord_request_of(message_call(kind::edit), "b");
  CHECK(edit.path == "/channels/4/messages/5");
  CHECK(json::parse(edit.body)["components"] == json::array());
}

TEST_CASE("an interaction's token cannot leave its place in the path", "[discord]") {
  CHECK(discord_request_of(message_call(kind::acknowledge), "b").path == "/interactions/7/to%2Fken/callback");
  CHECK(discord_request_of(message_call(kind::edit_reply), "b").path == "/webhooks/9/to%2Fken/messages/@original");
  CHECK(route_of(kind::acknowledge).find("to%2Fken") == std::string::npos);
}

TEST_CASE("a file goes as multipart with its payload", "[discord]") {
  auto x = message_call(kind::send);
  x.message_out.file = message_file{"job-1.md", "# all of it"};
  const auto request = discord_request_of(x, "bound");
  CHECK(request.content_type == "multipart/form-data; boundary=bound");
  CHECK(request.body.find("name=\"payload_json\"") != std::string::npos);
  CHECK(request.body.find("filename=\"job-1.md\"") != std::string::npos);
  CHECK(request.body.ends_with("--bound--\r\n"));
}

TEST_CASE("a message event is read, ids as texts or integers", "[discord]") {
  const auto frame = read_gateway_frame(created);
  REQUIRE(frame);
  CHECK(frame->sequence == 42);
  const auto* x = std::get_if<message_created>(&frame->event);
  REQUIRE(x);
  CHECK(to_string(x->message.id) == "1500000000000000001");
  CHECK(x->message.replies_to == snowflake{8});
  CHECK_FALSE(x->message.from_machine);
  CHECK(x->message.what == discord_message::kind::plain);
}

TEST_CASE("whatever else comes over the gateway is survived", "[discord]") {
  for (const char* text :
       {"", "[]", "{}", "null", R"({"op":"x"})", R"({"op":0,"t":"READY","d":null})",
        R"({"op":0,"t":"MESSAGE_CREATE","d":[]})", R"({"op":0,"t":"MESSAGE_CREATE","d":{"id":-1}})",
        R"({"op":0,"t":"INTERACTION_CREATE","d":{"data":7,"member":[]}})", R"({"op":10,"d":{"heartbeat_interval":-5}})",
        R"({"op":0,"t":"GUILD_CREATE","d":{"channels":{}}})"})
    (void)read_gateway_frame(text);
  const auto invalid = read_gateway_frame(R"({"op":9,"d":true})");
  REQUIRE(invalid);
  CHECK(invalid->resumable);
}

TEST_CASE("rate limits are read from headers and body, the longer wait counts", "[discord]") {
  curl_answer answer{429,
                     R"({"message":"x","retry_after":0.734,"global":false})",
                     {{"retry-after", "1"}, {"x-ratelimit-bucket", "abc"}, {"x-ratelimit-scope", "shared"}}};
  const auto limited = read_discord_answer(message_call(kind::send), answer);
  CHECK(limited.rate.retry_after == 1'000ms);
  CHECK(limited.rate.shared);
  CHECK_FALSE(limited.rate.from_outside);
  const auto blocked = read_discord_answer(message_call(kind::send), curl_answer{429, "<html>"});
  CHECK(blocked.rate.from_outside);
  const auto fine = read_discord_answer(
      message_call(kind::send),
      curl_answer{200, R"({"id":"77"})", {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset-after", "2.5"}}});
  CHECK(fine.id == snowflake{77});
  CHECK(fine.rate.remaining == 0);
  CHECK(fine.rate.reset_after == 2'500ms);
}

TEST_CASE("an answer that is not Discord's is none, whatever its status", "[discord]") {
  for (const char* body : {"<html>", "", "{}", "null"})
    for (const auto what : {kind::history, kind::message, kind::send, kind::edit, kind::gateway, kind::channel})
      CHECK(read_discord_answer(message_call(what), curl_answer{200, body}).status == 502);
  CHECK(read_discord_answer(message_call(kind::history), curl_answer{200, "[]"}).ok());
  CHECK(read_discord_answer(message_call(kind::typing), curl_answer{200, "<html>"}).status == 502);
  CHECK(read_discord_answer(message_call(kind::typing), curl_answer{204, ""}).ok());
}

TEST_CASE("another server than Discord's gets the token only where that is meant", "[discord]") {
  const auto trust = [](const std::string& url, bool allow) {
    discord_place where;
    where.url = url;
    return trust_of(where, allow);
  };
  CHECK(*trust("https://discord.com/api/v10", false) == gateway_trust::discord);
  CHECK(*trust("http://127.0.0.1:8080/api", false) == gateway_trust::loopback);
  CHECK_FALSE(trust("https://example.org/api", false));
  CHECK_FALSE(trust("http://example.org/api", true));
  CHECK(*trust("https://example.org/api", true) == gateway_trust::anywhere);
}
