#include "test/support/served_application.hpp"

using namespace claw;
using namespace claw::test;

namespace {

std::string post(const std::string& path, const std::string& body) {
  return "POST " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size())
         + "\r\n\r\n" + body;
}

} // namespace

TEST_CASE("a request that is sent while another is worked on is read once", "[net][http]") {
  served_application app;
  http_peer client{app.port()};
  client.send(post("/1", "first."));
  const auto first = app.request(0);
  client.send(post("/2", "second"));
  app.catch_up(); // the second is in the server's buffer now
  first.answer("1");
  CHECK(client.answer().body == "1");
  const auto second = app.request(1);
  client.send(post("/3", "third."));
  app.catch_up();
  second.answer("2");
  CHECK(client.answer().body == "2");
  const auto third = app.request(2);
  CHECK(third.line == "POST /3");
  CHECK(third.body == "third.");
  third.answer("3");
  CHECK(client.answer().body == "3");
  CHECK(app.requests() == 3);
}

TEST_CASE("a buffer that grew is given up while the server waits for more", "[net][http]") {
  served_application app;
  http_peer client{app.port()};
  const std::string large(60'000, 'x');
  client.send(post("/1", ""));
  const auto first = app.request(0);
  client.send(post("/2", large)); // into the buffer, which grows
  for (int piece = 0; piece < 16; ++piece)
    app.catch_up();
  first.answer("1");
  CHECK(client.answer().body == "1");
  const auto second = app.request(1);
  CHECK((second.body == large));
  second.answer("2"); // and the buffer is empty
  CHECK(client.answer().body == "2");
  client.send(post("/3", "third"));
  const auto third = app.request(2);
  CHECK(third.body == "third");
  third.answer("3");
  CHECK(client.answer().body == "3");
}
