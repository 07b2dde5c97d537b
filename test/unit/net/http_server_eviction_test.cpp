// Requests that are held and ended by the application although their client stays: its token was revoked.

#include "test/support/served_application.hpp"

using namespace claw;
using namespace claw::test;

namespace {

const std::string request = "GET /1 HTTP/1.1\r\nHost: x\r\n\r\n";
const http_reply why{401, "revoked", "", nullptr};

/// A client whose request the application works on.
struct working {
  happening gone, sent;
  served_application app;
  http_peer client{app.port()};
  taken_request taken;

  working() {
    client.send(request);
    taken = app.request(0);
  }

  void evict() {
    app.in_server(taken, [&] { taken.from->evict(why); });
  }
};

} // namespace

TEST_CASE_METHOD(working, "a held request is answered, and its listener hears of it once", "[net][http]") {
  app.when_gone(taken, gone.listener());
  evict();
  const auto answer = client.answer();
  CHECK(answer.status == 401);
  CHECK(answer.body == "revoked");
  evict();
  client.leave();
  app.catch_up();
  CHECK(gone.times() == 1);
}

TEST_CASE_METHOD(working, "the connection of a held request serves the next one", "[net][http]") {
  app.when_gone(taken, gone.listener());
  evict();
  CHECK(client.answer().status == 401);
  client.send(request);
  app.request(1).answer("next");
  CHECK(client.answer().body == "next");
}

TEST_CASE_METHOD(working, "an answer that comes after the eviction is not delivered", "[net][http]") {
  happening lost;
  app.when_gone(taken, gone.listener());
  evict();
  http_reply late;
  late.body = "a job";
  late.undelivered = lost.listener();
  taken.answer(std::move(late));
  lost.wait();
  CHECK(client.answer().status == 401);
}

TEST_CASE_METHOD(working, "a request that is not held is worked on to its end", "[net][http]") {
  evict();
  taken.answer("done");
  CHECK(client.answer().body == "done");
}

TEST_CASE_METHOD(working, "a stream ends between two pieces, and its connection stays", "[net][http]") {
  app.in_server(taken, [&] {
    taken.from->begin_stream("text/plain");
    taken.from->send_piece("one", sent.listener());
  });
  sent.wait();
  app.when_gone(taken, gone.listener());
  evict();
  CHECK(gone.times() == 1);
  CHECK(client.until("0\r\n\r\n").ends_with("one\r\n0\r\n\r\n"));
  app.in_server(taken, [&] { taken.from->send_piece("two", sent.listener()); });
  client.send(request);
  app.request(1).answer("next");
  CHECK(client.answer().body == "next");
}

TEST_CASE_METHOD(working, "a stream whose client does not read ends at once, too", "[net][http]") {
  app.in_server(taken, [&] {
    taken.from->begin_stream("text/plain");
    taken.from->send_piece(std::string(20'000'000, 'x'), sent.listener());
  });
  app.when_gone(taken, gone.listener());
  evict();
  CHECK(gone.times() == 1);
  CHECK(client.rest().size() < 20'000'000); // it was closed in the middle of the piece
  CHECK(sent.times() == 0);
}
