#include "llm/base_url.hpp"
#include "llm/endpoint_probe.hpp"
#include "test/support/catch.hpp"
#include "test/support/scripted_model.hpp"

using namespace claw;
using namespace claw::test;
using namespace std::chrono_literals;

TEST_CASE("an address is made into the base of requests", "[llm][probe]") {
  for (const char* x :
       {"http://h:1", "http://h:1/", " http://h:1/v1 ", "http://h:1/v1/",
        "http://h:1/v1/chat/completions", "http://h:1/v1/models", "http://h:1/v1?x=y#z"}) {
    INFO(x);
    CHECK(*normalised_base_url(x) == "http://h:1/v1");
  }
  CHECK(*normalised_base_url("https://h/api/v3") == "https://h/api/v3");
  CHECK(*normalised_base_url("https://h/proxy/openai") == "https://h/proxy/openai/v1");
  for (const char* x : {"", "h:1", "ftp://h", "file:///etc/passwd", "http://"})
    CHECK(normalised_base_url(x).error().code == ec::bad_config);
  CHECK(endpoint_name("http://user:secret@h:8000/v1?key=secret") == "h:8000");
  CHECK(is_loopback("http://127.0.0.1:1/v1"));
  CHECK(is_loopback("http://localhost/v1"));
  CHECK(is_loopback("http://[::1]:8000/v1"));
  CHECK_FALSE(is_loopback("http://example.org/v1"));
}

TEST_CASE("the list of models is read from every server", "[llm][probe][golden]") {
  const auto llamacpp = *parse_models(recorded_body("01-models.response.http"));
  REQUIRE(llamacpp.size() == 1);
  CHECK(llamacpp[0].id == "scripted");
  CHECK(llamacpp[0].context_tokens == 4096u); // a slot's, not the 8192 of the training
  CHECK((*parse_models(R"({"data":[{"id":"a","max_model_len":8192}]})"))[0].context_tokens
        == 8192u);
  CHECK((*parse_models(R"({"data":[{"id":"a"}]})"))[0].context_tokens == std::nullopt);
  CHECK(parse_models(R"({"data":[]})")->empty());
  CHECK(parse_models(R"({"data":[{"id":7},null]})")->empty());
  for (const char* x : {"", "{}", "<html>", R"({"data":{}})", "[]"})
    CHECK(parse_models(x).error().code == ec::bad_reply);
}

TEST_CASE("an endpoint is asked what it serves", "[llm][probe]") {
  scripted_model model;
  CHECK(probe_endpoint(model.base_url(), "", 2s).error().code == ec::bad_reply);
  model.models(R"({"data":[{"id":"a","max_model_len":1000},{"id":"b"}]})");
  const auto found = probe_endpoint(model.base_url(), "", 2s);
  REQUIRE(found);
  CHECK(found->models.size() == 2);
  CHECK(found->context_tokens("a") == 1000u);
  CHECK(found->context_tokens("b") == std::nullopt);
  CHECK(found->context_tokens("c") == std::nullopt);
  CHECK(found->base_url == model.base_url());
}

TEST_CASE("trouble with an endpoint has its code and no key", "[llm][probe]") {
  int status = 401;
  loopback_server server{[&](const loopback_request&, loopback_connection& c) {
    if (status == 0)
      c.pause(1h);
    else
      c.write(http_reply(status, R"({"error":{"message":"Loading model; your key canary-key"}})"));
  }};
  const auto url = "http://127.0.0.1:" + std::to_string(server.port());
  const auto refused = probe_endpoint(url, "canary-key", 2s).error();
  CHECK(refused.code == ec::bad_token);
  CHECK(refused.why.find("canary") == std::string::npos);
  status = 503;
  CHECK(probe_endpoint(url, "", 2s).error().code == ec::unavailable);
  status = 0;
  CHECK(probe_endpoint(url, "", 100ms).error().code == ec::timed_out);
  const stop_source stop;
  stop.stop();
  CHECK(probe_endpoint(url, "", 2s, stop.token()).error().code == ec::cancelled);
  CHECK(probe_endpoint("nonsense", "", 2s).error().code == ec::bad_config);
}
