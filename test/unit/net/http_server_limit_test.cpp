// More connections than the server may hold.

#include "test/support/served_application.hpp"

#include <memory>
#include <vector>

using namespace claw;
using namespace claw::test;

namespace {

const std::string request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

} // namespace

TEST_CASE("connections over the limit are told so", "[net][http]") {
  http_server_options narrow;
  narrow.connections_max = 2;
  served_application app{[](const taken_request& x) { x.from->answer({}); }, narrow};
  http_peer first{app.port()};
  auto second = std::make_unique<http_peer>(app.port());
  CHECK(first.ask(request).status == 200);
  CHECK(second->ask(request).status == 200);
  {
    http_peer third{app.port()};
    const auto x = third.answer(); // without having asked
    CHECK(x.status == 503);
    CHECK(x.body == R"({"detail":"too many connections"})");
    CHECK(x.has("Connection: close"));
    third.half_close();
    CHECK(third.closed());
  }
  CHECK(first.ask(request).status == 200);
  second.reset();
  CHECK(first.ask(request).status == 200); // the server has seen it leave
  CHECK(http_peer{app.port()}.ask(request).status == 200);
}

TEST_CASE("all who come over the limit are told so, and none of them is in the way of the next", "[net][http]") {
  constexpr std::size_t limit = 50;
  http_server_options narrow;
  narrow.connections_max = limit;
  served_application app{[](const taken_request& x) { x.from->answer({}); }, narrow};
  std::vector<std::unique_ptr<http_peer>> peers;
  for (std::size_t i = 0; i < 4 * limit; ++i) {
    peers.push_back(std::make_unique<http_peer>(app.port()));
    if (i % 2 == 0)
      peers.back()->send(request); // some have asked already
  }
  for (std::size_t i = limit; i < peers.size(); ++i)
    REQUIRE(peers[i]->answer().status == 503);
  CHECK(peers[0]->answer().status == 200);
  CHECK(peers[1]->ask(request).status == 200);
  peers.erase(peers.begin());
  CHECK(peers.front()->ask(request).status == 200); // the server has seen the other leave
  CHECK(http_peer{app.port()}.ask(request).status == 200);
}

TEST_CASE("what is asked does not wait for work that is ready again and again", "[net][http]") {
  struct busy final : http_application {
    http_admission admit(const http_request&) override { return {}; }
    http_reply too_large(const http_request&) override { return {}; }
    void handle(http_request, std::shared_ptr<http_exchange> x) override { work(x); }
    void round_over() override { asked = false; }

    void work(const std::shared_ptr<http_exchange>& x) {
      const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds{3};
      while (std::chrono::steady_clock::now() < end) {
      }
      waited = asked ? waited + 1 : 0;
      longest = std::max(longest, waited);
      asked = true;
      if (++done < 100)
        return x->post([this, x] { work(x); });
      x->answer({});
    }

    int done = 0, waited = 0, longest = 0;
    bool asked = false;
  } app;
  auto server = http_server::listen({}, app);
  REQUIRE(server);
  std::thread thread{[&] { (*server)->run(); }};
  http_peer client{(*server)->port()};
  CHECK(client.ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n").status == 200);
  (*server)->stop(std::chrono::milliseconds{0});
  thread.join();
  CHECK(app.longest < 5);
}
