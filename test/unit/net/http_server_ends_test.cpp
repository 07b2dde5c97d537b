// How requests and connections end before their time: clients that leave, limits of time, a server that goes down.

#include "test/support/served_application.hpp"

using namespace claw;
using namespace claw::test;
using namespace std::chrono_literals;

namespace {

const std::string request = "GET /1 HTTP/1.1\r\nHost: x\r\n\r\n";

/// An answer that says when it could not be delivered.
http_reply precious(happening& lost) {
  http_reply x;
  x.body = "precious";
  x.undelivered = lost.listener();
  return x;
}

/// A client whose request the application works on.
struct held {
  explicit held(http_server_options options = {}) : app(nullptr, options) {
    client.send(request);
    taken = app.request(0);
    app.when_gone(taken, gone.listener());
  }

  happening gone, lost;
  served_application app;
  http_peer client{app.port()};
  taken_request taken;
};

http_server_options with(std::chrono::milliseconds http_server_options::*bound) {
  http_server_options x;
  x.*bound = 30ms;
  return x;
}

} // namespace

// -- clients that leave --------------------------------------------------------------------------------------------

TEST_CASE_METHOD(held, "the application hears of a client that leaves while it waits", "[net][http]") {
  SECTION("as programs end") { client.leave(); }
  SECTION("with a reset") { client.abort(); }
  SECTION("by saying that it will send no more") { client.half_close(); }
  gone.wait();
  taken.answer(precious(lost));
  lost.wait();
  app.stop();
  CHECK(gone.times() == 1);
  CHECK(lost.times() == 1);
}

TEST_CASE_METHOD(held, "an answer to a client that has just left is not delivered", "[net][http]") {
  app.in_server(taken, [&] {
    client.leave(); // its news is behind this work
    taken.from->answer(precious(lost));
  });
  CHECK(lost.times() == 1);
  CHECK(gone.times() == 0); // it has its answer
}

TEST_CASE_METHOD(held, "an answer that was written counts as delivered", "[net][http]") {
  taken.answer(precious(lost));
  CHECK(client.answer().body == "precious");
  client.leave();
  app.catch_up();
  CHECK(gone.times() == 0);
  CHECK(lost.times() == 0);
}

TEST_CASE("who listens for a client that has left is told at once", "[net][http]") {
  served_application app;
  http_peer client{app.port()};
  client.send(request + request);
  client.half_close();
  const auto first = app.request(0);
  app.catch_up();
  first.answer("1"); // somebody may still read
  CHECK(client.answer().body == "1");
  const auto second = app.request(1);
  happening gone, lost;
  app.when_gone(second, gone.listener());
  CHECK(gone.times() == 1);
  second.answer(precious(lost));
  lost.wait();
  CHECK(client.closed());
}

TEST_CASE("a request without a listener is worked on to its end", "[net][http]") {
  served_application app;
  http_peer client{app.port()};
  client.send(request);
  const auto taken = app.request(0);
  client.half_close();
  app.catch_up();
  taken.answer("done");
  const auto x = client.answer();
  CHECK(x.body == "done");
  CHECK(x.has("Connection: close"));
  CHECK(client.closed());
}

TEST_CASE("half a request is not worth a connection", "[net][http]") {
  served_application app;
  http_peer client{app.port()};
  client.send("POST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabc");
  client.half_close();
  CHECK(client.closed());
  CHECK(app.requests() == 0);
}

// -- one request must not hear what is said for another ------------------------------------------------------------

TEST_CASE_METHOD(held, "a second answer reaches nobody", "[net][http]") {
  taken.answer("1");
  CHECK(client.answer().body == "1");
  taken.answer(precious(lost));
  lost.wait();
  client.send(request);
  const auto next = app.request(1);
  taken.answer("for the first");
  app.in_server(taken, [&] {
    taken.from->begin_stream("text/plain");
    taken.from->send_piece("for the first", [] {});
    taken.from->end_stream();
    taken.from->when_gone(lost.listener());
  });
  next.answer("2");
  CHECK(client.answer().body == "2");
  client.leave();
  app.catch_up();
  CHECK(lost.times() == 1);
}

// -- streams -------------------------------------------------------------------------------------------------------

TEST_CASE_METHOD(held, "a stream comes in pieces and leaves the connection open", "[net][http]") {
  happening sent;
  app.in_server(taken, [&] { taken.from->begin_stream("text/plain"); });
  for (const std::string piece : {"first", "second"}) {
    app.in_server(taken, [&] { taken.from->send_piece(piece, sent.listener()); });
    client.until("\r\n" + piece + "\r\n");
  }
  sent.wait(2);
  app.in_server(taken, [&] { taken.from->end_stream(); });
  CHECK(client.until("0\r\n\r\n") == "0\r\n\r\n");
  client.send(request);
  app.request(1).answer("2");
  CHECK(client.answer().body == "2");
  CHECK(gone.times() == 0);
}

TEST_CASE("a stream to an old client ends with the connection", "[net][http]") {
  served_application app;
  http_peer client{app.port()};
  client.send("GET /1 HTTP/1.0\r\n\r\n");
  const auto taken = app.request(0);
  app.in_server(taken, [&] {
    taken.from->begin_stream("text/plain");
    taken.from->send_piece("all", [&] { taken.from->end_stream(); });
  });
  const auto all = client.rest();
  CHECK(all.find("Transfer-Encoding") == std::string::npos);
  CHECK(all.ends_with("\r\n\r\nall"));
}

TEST_CASE_METHOD(held, "a stream hears that its client has left", "[net][http]") {
  app.in_server(taken, [&] { taken.from->begin_stream("text/plain"); });
  SECTION("while nothing is sent") { client.leave(); }
  SECTION("while something is sent") {
    app.in_server(taken, [&] { taken.from->send_piece(std::string(20'000'000, 'x'), [] {}); });
    client.abort();
  }
  gone.wait();
  CHECK(gone.times() == 1);
}

TEST_CASE("a stream to a client that had left before is closed", "[net][http]") {
  served_application app;
  http_peer client{app.port()};
  client.send(request + request);
  client.half_close();
  const auto first = app.request(0);
  app.catch_up();
  first.answer("1");
  CHECK(client.answer().body == "1");
  const auto second = app.request(1);
  happening gone;
  app.in_server(second, [&] {
    second.from->begin_stream("text/event-stream");
    second.from->when_gone(gone.listener());
  });
  CHECK(gone.times() == 1);
  CHECK(client.closed());
}

TEST_CASE("an application that throws in a stream loses the connection", "[net][http]") {
  served_application app{[](const taken_request& x) {
    x.from->begin_stream("text/plain");
    throw std::runtime_error{"a bug"};
  }};
  http_peer client{app.port()};
  client.send(request);
  CHECK(client.closed());
}

// -- limits of time ------------------------------------------------------------------------------------------------

TEST_CASE("slow clients are told so", "[net][http]") {
  struct row {
    std::chrono::milliseconds http_server_options::*bound;
    const char* sent;
    const char* detail;
  };
  const auto x = GENERATE(
      row{&http_server_options::slow_head_max, "GET / HT", "request header took too long"},
      row{&http_server_options::slow_head_max, "GET / HTTP/1.1\r\nHost: x\r\n",
          "request header took too long"},
      row{&http_server_options::slow_body_max,
          "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabc",
          "request body took too long"});
  served_application app{nullptr, with(x.bound)};
  http_peer client{app.port()};
  const auto answer = client.ask(x.sent);
  CHECK(answer.status == 408);
  CHECK(answer.body == std::string{R"({"detail":")"} + x.detail + "\"}");
  CHECK(client.closed());
}

TEST_CASE("an idle connection is closed without a word", "[net][http]") {
  served_application app{[](const taken_request& x) { x.from->answer({}); },
                         with(&http_server_options::idle_max)};
  http_peer client{app.port()};
  SECTION("before its first request") {}
  SECTION("after a request") { CHECK(client.ask(request).status == 200); }
  CHECK(client.closed());
}

TEST_CASE("a request that is never answered ends with 503", "[net][http]") {
  happening gone, lost;
  served_application app{[&](const taken_request& x) { x.from->when_gone(gone.listener()); },
                         with(&http_server_options::handling_max)};
  http_peer client{app.port()};
  const auto x = client.ask(request);
  CHECK(x.status == 503);
  CHECK(x.body == R"({"detail":"the broker did not answer in time"})");
  CHECK(gone.times() == 1); // the application can stop
  app.request(0).answer(precious(lost));
  lost.wait();
  CHECK(client.closed());
}

TEST_CASE("a client that does not read its answer is left", "[net][http]") {
  happening lost;
  served_application app{[&](const taken_request& x) {
                           auto answer = precious(lost);
                           answer.body.assign(20'000'000, 'x');
                           x.from->answer(std::move(answer));
                         },
                         with(&http_server_options::write_stall_max)};
  http_peer client{app.port()};
  client.send(request);
  lost.wait();
  CHECK(client.rest().size() < 20'000'000);
}

TEST_CASE("a client that does not read its stream is left", "[net][http]") {
  happening gone;
  served_application app{[&](const taken_request& x) {
                           x.from->when_gone(gone.listener());
                           x.from->begin_stream("text/plain");
                           x.from->send_piece(std::string(20'000'000, 'x'), [] {});
                         },
                         with(&http_server_options::write_stall_max)};
  http_peer client{app.port()};
  client.send(request);
  gone.wait();
}

TEST_CASE("a stream may be silent for as long as it likes", "[net][http]") {
  http_server_options hasty;
  hasty.idle_max = hasty.handling_max = hasty.write_stall_max = 30ms;
  served_application app{[](const taken_request& x) { x.from->begin_stream("text/plain"); }, hasty};
  http_peer client{app.port()};
  client.send(request);
  const auto taken = app.request(0);
  CHECK(http_peer{app.port()}.closed()); // so all three bounds have passed
  app.in_server(taken, [&] { taken.from->send_piece("still here", [] {}); });
  client.until("still here");
}

// -- the end -----------------------------------------------------------------------------------------

TEST_CASE_METHOD(held, "a server that drains answers what is under way and takes no more", "[net][http]") {
  http_peer idle{app.port()};
  idle.send(request);
  app.request(1).answer("idle from now on");
  CHECK(idle.answer().status == 200);
  app.server().drain();
  CHECK(idle.closed());
  CHECK_FALSE(can_connect(app.port()));
  taken.answer("1");
  const auto x = client.answer();
  CHECK(x.body == "1");
  CHECK(x.has("Connection: close"));
  CHECK(client.closed());
}

TEST_CASE_METHOD(held, "a connection whose answer is on its way is closed after it", "[net][http]") {
  http_reply large;
  large.body.assign(20'000'000, 'x');
  app.in_server(taken, [&] { taken.from->answer(large); }); // promises to stay open
  app.server().drain();
  app.in_server(taken, [] {});
  CHECK(client.answer().body.size() == 20'000'000);
  CHECK(client.closed());
}

TEST_CASE_METHOD(held, "a server that stops waits for those under way", "[net][http]") {
  app.server().stop(1h);
  taken.answer("1");
  CHECK(client.answer().body == "1");
  client.leave();
  app.stop(1h); // returns when `run` has
}

TEST_CASE("a server that stops does not wait for ever", "[net][http]") {
  happening lost;
  auto app = std::make_unique<served_application>();
  http_peer client{app->port()};
  client.send(request);
  const auto taken = app->request(0);
  app->stop(1ms);
  app.reset();
  CHECK(client.closed());
  taken.answer(precious(lost)); // nobody hears it, and nobody keeps it
}

TEST_CASE("what is asked while a server ends is passed on", "[net][http]") {
  struct gatherer final : http_application {
    http_admission admit(const http_request&) override { return {}; }
    http_reply too_large(const http_request&) override { return {}; }
    void handle(http_request, std::shared_ptr<http_exchange> x) override {
      from = std::move(x);
      taken.happened();
    }
    void round_over() override { passed_on = std::exchange(asked, false) || passed_on; }

    std::shared_ptr<http_exchange> from;
    happening taken;
    bool asked = false, passed_on = false;
  } app;
  auto server = http_server::listen({}, app);
  REQUIRE(server);
  std::thread thread{[&] { (*server)->run(); }};
  http_peer client{(*server)->port()};
  client.send(request);
  app.taken.wait();
  (*server)->stop(0ms);
  thread.join();
  app.from->post([&] { // a grant that comes too late, and is given back
    http_reply late;
    late.undelivered = [&] { app.asked = true; };
    client.leave();
    app.from->answer(std::move(late));
  });
  server->reset();
  CHECK(app.passed_on);
  app.from = nullptr;
}
