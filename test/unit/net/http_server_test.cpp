#include "test/support/served_application.hpp"

using namespace claw;
using namespace claw::test;

namespace {

/// Tells what the application got.
void echo(const taken_request& x) {
  http_reply answer;
  answer.body = x.line + '|' + x.body;
  x.from->answer(std::move(answer));
}

struct echoing {
  served_application app{echo};
  http_peer client{app.port()};
};

const std::string host = "Host: x\r\n";

std::string get(const std::string& path) {
  return "GET " + path + " HTTP/1.1\r\n" + host + "\r\n";
}

std::string post(const std::string& fields, const std::string& body) {
  return "POST /p HTTP/1.1\r\n" + host + fields + "\r\n" + body;
}

std::string length(std::size_t n) {
  return "Content-Length: " + std::to_string(n) + "\r\n";
}

const std::string chunked = "Transfer-Encoding: chunked\r\n";
const std::string expecting = "Expect: 100-continue\r\n";

} // namespace

TEST_CASE_METHOD(echoing, "a connection serves one request after the other", "[net][http]") {
  for (const std::string path : {"/1", "/2", "/3"}) {
    const auto x = client.ask(get(path));
    CHECK(x.status == 200);
    CHECK(x.body == "GET " + path + '|');
    CHECK_FALSE(x.has("Connection: close"));
  }
}

TEST_CASE_METHOD(echoing, "a connection lives as long as both sides wish", "[net][http]") {
  struct row {
    const char* version;
    const char* wish;
    bool stays;
  };
  const auto x = GENERATE(row{"1.1", "", true}, row{"1.1", "Connection: close\r\n", false},
                          row{"1.0", "", false}, row{"1.0", "Connection: keep-alive\r\n", true});
  INFO("HTTP/" << x.version << ' ' << x.wish);
  const auto request = std::string{"GET /1 HTTP/"} + x.version + "\r\n" + host + x.wish + "\r\n";
  const auto first = client.ask(request);
  CHECK(first.status == 200);
  CHECK(first.has("Connection: close") == !x.stays);
  if (x.stays)
    CHECK(client.ask(request).status == 200);
  else
    CHECK(client.closed());
}

TEST_CASE_METHOD(echoing, "requests that come at once are answered in their order", "[net][http]") {
  std::string all;
  for (int i = 0; i < 100; ++i)
    all += get('/' + std::to_string(i));
  client.send(all);
  for (int i = 0; i < 100; ++i)
    CHECK(client.answer().body == "GET /" + std::to_string(i) + '|');
}

TEST_CASE_METHOD(echoing, "a request may come in any pieces", "[net][http]") {
  const auto request = "\r\n" + post(chunked, "3;note=x\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  for (const char byte : request)
    client.send({&byte, 1});
  CHECK(client.answer().body == "POST /p|abcde");
}

TEST_CASE_METHOD(echoing, "a few empty lines before a request are passed over, no endless drip", "[net][http]") {
  CHECK(client.ask("\r\n\r\n\r\n\r\n" + get("/a")).status == 200);
  CHECK(client.ask("\r\n\r\n\r\n\r\n" + get("/b")).status == 200); // counted anew
  CHECK(client.ask("\r\n\r\n\r\n\r\n\r\n").status == 400);
  CHECK(client.closed());
}

TEST_CASE_METHOD(echoing, "a body is taken as its head measures it", "[net][http]") {
  const std::string large(served_application::body_bytes_max, 'x');
  CHECK(client.ask(post(length(5), "abcde")).body == "POST /p|abcde");
  CHECK(client.ask(post(length(0), "")).body == "POST /p|");
  CHECK(client.ask(post("", "")).body == "POST /p|");
  CHECK(client.ask(post(chunked, "0\r\n\r\n")).body == "POST /p|");
  CHECK(client.ask(post(length(large.size()), large)).body.size() == 8 + large.size());
}

TEST_CASE_METHOD(echoing, "a body over its limit is refused without being read", "[net][http]") {
  const auto over = served_application::body_bytes_max + 1;
  const auto x = client.ask(post(length(over), ""));
  CHECK(x.status == 413);
  CHECK(x.has("Connection: close"));
  CHECK(client.closed());
  CHECK(app.requests() == 0);
}

TEST_CASE_METHOD(echoing, "a chunked body over its limit is refused where it passes it", "[net][http]") {
  client.send(post(chunked, ""));
  const std::string piece = "10000\r\n" + std::string(65'536, 'x') + "\r\n";
  for (std::size_t sent = 0; sent <= served_application::body_bytes_max; sent += 65'536)
    client.send(piece);
  CHECK(client.answer().status == 413);
  CHECK(app.requests() == 0);
}

TEST_CASE_METHOD(echoing, "a client that asks first is told to go on", "[net][http]") {
  client.send(post(length(5) + expecting, ""));
  CHECK(client.until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  CHECK(client.ask("abcde").body == "POST /p|abcde");
  CHECK(client.ask(post(length(5) + expecting, "abcde")).body == "POST /p|abcde"); // it did not wait
}

TEST_CASE_METHOD(echoing, "a client that asks first is told when it need not go on", "[net][http]") {
  const auto over = served_application::body_bytes_max + 1;
  const auto refused = "POST /refused HTTP/1.1\r\n" + host + length(5) + expecting + "\r\n";
  CHECK(http_peer{app.port()}.ask(refused).status == 401);
  CHECK(http_peer{app.port()}.ask(post(length(over) + expecting, "")).status == 413);
  CHECK(http_peer{app.port()}.ask(post(length(5) + "Expect: magic\r\n", "")).status == 417);
  const auto old = "POST /p HTTP/1.0\r\n" + length(5) + expecting + "\r\n";
  client.send(old);
  app.catch_up();
  CHECK(client.ask("abcde").body == "POST /p|abcde"); // HTTP/1.0 knows no 100
}

TEST_CASE_METHOD(echoing, "a refusal costs the connection only where much would have to be read", "[net][http]") {
  const auto refused = [](std::size_t n) {
    return "POST /refused HTTP/1.1\r\n" + host + length(n) + "\r\n";
  };
  CHECK_FALSE(client.ask(refused(65'536) + std::string(65'536, 'x')).has("Connection: close"));
  const auto last = client.ask(refused(65'537));
  CHECK(last.status == 401);
  CHECK(last.has("Connection: close"));
}

TEST_CASE_METHOD(echoing, "HEAD is answered without a body", "[net][http]") {
  client.send("HEAD /h HTTP/1.1\r\n" + host + "\r\n");
  const auto x = client.answer(true);
  CHECK(x.status == 200);
  CHECK(x.has("Content-Length: 8\r\n"));
  CHECK(client.ask(get("/next")).body == "GET /next|");
  client.send("HEAD /h HTTP/1.1\r\n" + host + "Expect: magic\r\n\r\n");
  CHECK(client.answer(true).status == 417);
  CHECK(client.closed());
}

TEST_CASE("a head that two readers could read differently is refused", "[net][http]") {
  struct row {
    unsigned status;
    std::string request;
  };
  const std::string line = "POST /p HTTP/1.1\r\n";
  const auto x = GENERATE_COPY(
      row{400, "nonsense\r\n\r\n"}, row{400, "GET /\r\n\r\n"}, row{505, "GET / HTTP/2.0\r\n\r\n"},
      row{400, line + "\r\n"},                    // no Host
      row{400, line + host + host + "\r\n"},      //
      row{400, line + host + "A: b\nC: d\r\n\r\n"}, // a line that ends in LF alone
      row{400, line + host + "A: b\r\n c\r\n\r\n"}, // a folded line
      row{400, line + host + std::string{"A: \0\r\n\r\n", 8}},
      row{400, line + host + "A : b\r\n\r\n"}, //
      row{400, line + host + length(3) + chunked + "\r\n0\r\n\r\n"},
      row{400, line + host + length(3) + length(3) + "\r\nabc"},
      row{400, line + host + "Content-Length: +3\r\n\r\nabc"},
      row{400, line + host + "Content-Length: 99999999999999999999\r\n\r\n"},
      row{400, line + host + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"},
      row{400, "POST /p HTTP/1.0\r\n" + host + chunked + "\r\n0\r\n\r\n"},
      row{400, line + host + "X-Bot-Token: a\r\nX-Bot-Token: b\r\n\r\n"},
      row{400, line + host + "X-Lease-Id: a\r\nx-lease-id: a\r\n\r\n"},
      row{400, line + host + chunked + "\r\nzz\r\n"},                        // no size of a chunk
      row{400, line + host + chunked + "\r\n0\r\nX-Bot-Token: a\r\n\r\n"}, // a trailer
      row{431, line + host + "A: " + std::string(16'384, 'x')},
      row{431, line + host + "A: " + std::string(16'384, 'x') + "\r\n\r\n"});
  served_application app{echo};
  http_peer client{app.port()};
  INFO(x.request.substr(0, 120));
  const auto answer = client.ask(x.request);
  CHECK(answer.status == x.status);
  CHECK(answer.has("Connection: close"));
  CHECK(client.closed());
  CHECK(app.requests() == 0);
}

TEST_CASE_METHOD(echoing, "a target may be absolute and carry a query", "[net][http]") {
  CHECK(client.ask(get("http://x/a?b=c#d")).body == "GET /a?b=c|");
  CHECK(client.ask(get("/a%20b?c")).body == "GET /a%20b?c|");
}

TEST_CASE_METHOD(echoing, "a head may be as long as the limit", "[net][http]") {
  const auto frame = get("/").size() + 5; // "A: " and the end of its line
  const auto pad = "A: " + std::string(limits::header_bytes_max - frame, 'x') + "\r\n";
  CHECK(client.ask("GET / HTTP/1.1\r\n" + host + pad + "\r\n").status == 200);
}

TEST_CASE("an application that throws is answered for", "[net][http]") {
  served_application app{[](const taken_request&) { throw std::runtime_error{"a bug"}; }};
  http_peer client{app.port()};
  const auto x = client.ask(get("/"));
  CHECK(x.status == 500);
  CHECK(x.body == R"({"detail":"internal error"})");
  CHECK(client.closed());
}

TEST_CASE("an application that throws after its answer changes nothing", "[net][http]") {
  served_application app{[](const taken_request& x) {
    echo(x);
    throw std::runtime_error{"a bug"};
  }};
  http_peer client{app.port()};
  CHECK(client.ask(get("/1")).body == "GET /1|");
  app.catch_up();
  client.half_close();
  CHECK(client.closed()); // no second answer
}
