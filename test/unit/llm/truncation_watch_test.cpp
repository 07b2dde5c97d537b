#include "llm/context_budget.hpp"
#include "test/support/catch.hpp"
#include "test/unit/llm/chat_client_fixture.hpp"

using namespace claw;
using namespace claw::test;

TEST_CASE("a prompt that stops growing was cut without a word", "[llm][budget]") {
  truncation_watch x;
  CHECK_FALSE(x.learn("a", 3'000, 3'100));
  CHECK(x.learn("a", 5'000, 3'200) == 3'200u);
}

TEST_CASE("a prompt that grows as it should was not cut", "[llm][budget]") {
  truncation_watch x;
  CHECK_FALSE(x.learn("a", 3'000, 2'600));
  CHECK_FALSE(x.learn("a", 5'000, 4'300));
  CHECK_FALSE(x.learn("a", 5'050, 4'300)); // so little more may be nothing more
  CHECK_FALSE(x.learn("a", 2'000, 1'700)); // it was condensed
}

TEST_CASE("two conversations are not taken for one", "[llm][budget]") {
  truncation_watch x;
  CHECK_FALSE(x.learn("a", 3'000, 3'000));
  CHECK_FALSE(x.learn("b", 5'000, 3'000)); // a denser language, perhaps
}

TEST_CASE("a prompt counted far too small was cut at its first request", "[llm][budget]") {
  truncation_watch x;
  CHECK(x.learn("a", 12'000, 4'000) == 4'000u);
  CHECK_FALSE(x.learn("b", 900, 46)); // too little to say anything
}

TEST_CASE_METHOD(chat_client_fixture, "an endpoint that drops messages is found out, and sent less from then on",
                 "[llm][client][budget]") {
  config.context_tokens = 0;
  model.models(R"({"data":[{"id":"scripted","max_model_len":32768}]})"); // which is not what it does
  chat_client client{config};
  const std::string words(12'000, 'x');
  request.messages[1].content = words;
  spoken_reply reply{"ok"};
  reply.usage = {3'200, 5};
  model.say(reply);
  CHECK_FALSE(ask(client).reply->seen_tokens.has_value());
  request.messages.push_back({message_role::assistant, "", {{"abcdefghi", "repo_list", "{}", false}}, ""});
  request.messages.push_back({message_role::tool, words, {}, "abcdefghi"});
  reply.usage = {3'210, 5};
  model.say(reply);
  CHECK(ask(client).reply->seen_tokens == 3'210u);
  model.say(reply);
  ask(client);
  CHECK(sent(2).dump().size() < sent(1).dump().size());
}
