// Large bodies and answers share a bounded room.

#include "test/support/served_application.hpp"

#include <optional>
#include <vector>

using namespace claw;
using namespace claw::test;

namespace {

constexpr std::size_t too_much_for_sockets = 32 << 20; ///< no kernel takes it off our hands
constexpr std::size_t large = 200'000;

http_server_options narrow() {
  http_server_options x;
  x.large_bytes_held_max = large;
  return x;
}

std::string get(const std::string& path) {
  return "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n";
}

std::string post_head(const std::string& path, std::size_t bytes) {
  return "POST " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n";
}

http_reply reply_of(std::size_t bytes) {
  http_reply x;
  x.body = std::string(bytes, 'x');
  return x;
}

/// Answers with as many bytes as the path says, large ones when there is room; what is posted is left to the test.
struct answering {
  explicit answering(const http_server_options& options = narrow())
      : app{[this](const taken_request& x) { take(x); }, options} {}

  void take(const taken_request& x) {
    if (x.line.starts_with("POST"))
      return;
    const auto bytes = std::stoul(x.line.substr(x.line.rfind('/') + 1));
    if (bytes <= limits::large_bytes || x.line.find("/unasked/") != std::string::npos)
      return x.from->answer(reply_of(bytes));
    x.from->when_room([this, bytes, to = x.from] {
      made.happened();
      to->answer(reply_of(bytes));
    });
  }

  happening made;
  served_application app;
};

/// The room for answers is taken by somebody who does not read his.
struct crowded : answering {
  explicit crowded(const http_server_options& options = narrow()) : answering(options) {
    idler->send(get('/' + std::to_string(too_much_for_sockets)));
    made.wait();
  }

  std::optional<http_peer> idler{app.port()};
};

struct impatient : crowded {
  static http_server_options options() {
    auto x = narrow();
    x.large_wait_max = std::chrono::milliseconds{1};
    return x;
  }
  impatient() : crowded(options()) {}
};

void expect_no_room(const http_answer& x) {
  CHECK(x.status == 503);
  CHECK(x.has("Retry-After: "));
  CHECK(x.body == R"({"detail":"too much that is large is under way; try again"})");
}

} // namespace

TEST_CASE_METHOD(crowded, "a large answer waits for room, a small one does not", "[net][http]") {
  http_peer patient{app.port()};
  patient.send(get('/' + std::to_string(large)));
  CHECK(http_peer{app.port()}.ask(get("/10")).body.size() == 10);
  CHECK(made.times() == 1);
  idler->answer();
  CHECK(patient.answer().body.size() == large);
  CHECK(made.times() == 2);
  CHECK(idler->ask(get('/' + std::to_string(large))).body.size() == large);
}

TEST_CASE_METHOD(crowded, "the room of a client that goes away is free again", "[net][http]") {
  http_peer patient{app.port()};
  patient.send(get('/' + std::to_string(large)));
  idler.reset();
  CHECK(patient.answer().body.size() == large);
}

TEST_CASE_METHOD(crowded, "nothing is made for a client that has gone while it waited", "[net][http]") {
  http_peer hasty{app.port()};
  hasty.send(get('/' + std::to_string(large)));
  app.request(1);
  app.catch_up();
  hasty.abort();
  http_peer patient{app.port()};
  patient.send(get('/' + std::to_string(large)));
  app.request(2);
  app.catch_up();
  idler->answer();
  CHECK(patient.answer().body.size() == large);
  CHECK(made.times() <= 3); // the server need not know of an abort at once
}

TEST_CASE_METHOD(impatient, "who has waited too long for room is told to try again", "[net][http]") {
  http_peer client{app.port()};
  expect_no_room(client.ask(get('/' + std::to_string(large))));
  CHECK(client.ask(get("/10")).body.size() == 10); // the connection serves on
}

TEST_CASE_METHOD(crowded, "a large answer that nobody asked room for is not delivered without room", "[net][http]") {
  http_peer client{app.port()};
  expect_no_room(client.ask(get("/unasked/" + std::to_string(large))));
  happening lost;
  http_peer worker{app.port()};
  worker.send(post_head("/claim", 0));
  auto answer = reply_of(large);
  answer.undelivered = lost.listener();
  app.request(2).answer(std::move(answer));
  expect_no_room(worker.answer());
  lost.wait();
}

TEST_CASE_METHOD(crowded, "the head of a large answer needs no room", "[net][http]") {
  http_peer client{app.port()};
  client.send("HEAD /unasked/" + std::to_string(large) + " HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(client.answer(true).has("Content-Length: " + std::to_string(large)));
}

TEST_CASE_METHOD(impatient, "a stream that finds no room for its next piece ends", "[net][http]") {
  http_peer client{app.port()};
  client.send(post_head("/stream", 0));
  const auto to = app.request(1).from;
  app.in_server(app.request(1), [&] {
    to->begin_stream("text/event-stream");
    to->when_room([] { FAIL("there is no room"); });
  });
  CHECK(client.until("\r\n\r\n").find("200") != std::string::npos);
  CHECK(client.until("0\r\n\r\n") == "0\r\n\r\n");
}

TEST_CASE_METHOD(answering, "a large body is read on when there is room for it", "[net][http]") {
  http_peer first{app.port()}, second{app.port()};
  first.send(post_head("/1", large) + std::string(large, '1'));
  CHECK(app.request(0).body == std::string(large, '1')); // it is worked on, and its room is taken
  second.send(post_head("/2", 2 * large) + std::string(large, '2'));
  app.catch_up();
  second.send(std::string(large, '2'));
  CHECK(http_peer{app.port()}.ask(get("/10")).body.size() == 10);
  CHECK(app.requests() == 2); // that small one
  app.request(0).answer("first");
  CHECK(first.answer().body == "first");
  CHECK(app.request(2).body == std::string(2 * large, '2'));
  app.request(2).answer("second");
  CHECK(second.answer().body == "second");
}

TEST_CASE("a body that found no room in its time is told to try again", "[net][http]") {
  auto options = narrow();
  options.slow_body_max = std::chrono::milliseconds{100};
  answering held{options};
  http_peer first{held.app.port()}, second{held.app.port()};
  first.send(post_head("/1", large) + std::string(large, '1'));
  held.app.request(0); // which is worked on
  second.send(post_head("/2", large) + std::string(large, '2'));
  const auto answer = second.answer();
  expect_no_room(answer);
  CHECK(answer.has("Connection: close"));
  held.app.request(0).answer("first");
  CHECK(first.answer().body == "first");
}
