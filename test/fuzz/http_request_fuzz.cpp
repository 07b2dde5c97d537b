// Any bytes on a connection, through the real session: what the application gets has passed every check of a head, each
// answer is whole, and the same bytes in pieces get the same answers as at once.
#include "actors/domain/limits.hpp"
#include "net/http_core.hpp"
#include "net/http_session.hpp"
#include "test/fuzz/seeded.hpp"

#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <algorithm>

namespace {

using namespace claw;

constexpr std::size_t body_bytes_max = 4'096;

/// Answers every request with what it was.
class mirror final : public http_application {
public:
  http_admission admit(const http_request& head) override {
    for (const auto& x : head.fields)
      CLAW_ASSERT(std::none_of(x.value.begin(), x.value.end(), [](char c) {
        return c != '\t' && (static_cast<unsigned char>(c) < 0x20 || c == 0x7f);
      }));
    for (auto name : {"Host", "X-Bot-Token", "X-Lease-Id", "Content-Length", "Transfer-Encoding"})
      CLAW_ASSERT(std::count_if(head.fields.begin(), head.fields.end(),
                                [&](const http_field& x) { return same_name(x.name, name); })
                  <= 1);
    CLAW_ASSERT(!head.field("Content-Length") || !head.field("Transfer-Encoding"));
    if (head.path == "/refused")
      return {error_reply(401, "no"), 0};
    return {std::nullopt, body_bytes_max};
  }
  http_reply too_large(const http_request&) override { return error_reply(413, "too large"); }
  void handle(http_request x, std::shared_ptr<http_exchange> from) override {
    CLAW_ASSERT(x.body.size() <= body_bytes_max);
    http_reply answer;
    answer.body = std::string{x.method} + ' ' + std::string{x.path} + '?' + std::string{x.query} + '|' + x.body;
    from->answer(std::move(answer));
  }
};

/// What comes back when the bytes are sent in pieces of that size and then no more.
std::string answers_to(std::string_view bytes, std::size_t piece_bytes) {
  mirror application;
  http_server_options bounds;
  auto core = std::make_shared<http_core>(bounds, application);
  int ends[2];
  CLAW_ASSERT(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
  std::string out;
  const auto drive = [&] {
    core->io.restart();
    while (core->io.poll() > 0)
      core->io.restart();
    char buffer[16'384];
    for (ssize_t n = 0; (n = ::recv(ends[1], buffer, sizeof buffer, 0)) > 0;)
      out.append(buffer, static_cast<std::size_t>(n));
  };
  {
    boost::asio::ip::tcp::socket socket{core->io};
    socket.assign(boost::asio::ip::tcp::v4(), ends[0]);
    std::make_shared<http_session>(std::move(socket), core)->start();
  }
  while (!bytes.empty()) {
    const auto sent = ::send(ends[1], bytes.data(), std::min(piece_bytes, bytes.size()), MSG_NOSIGNAL);
    drive();
    if (sent < 0)
      break; // closed, or it reads no more
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  ::shutdown(ends[1], SHUT_WR);
  drive();
  core->abandon();
  ::close(ends[1]);
  return out;
}

/// Takes the dates out, and checks that each answer is whole. Takes out, too, that a client may go on (100): it is told
/// so only where its body is not there yet (RFC 9110, 10.1.1).
std::size_t count_answers(std::string& out) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < out.size(); ++count) {
    CLAW_ASSERT(out.compare(at, 9, "HTTP/1.1 ") == 0);
    const auto end = out.find("\r\n\r\n", at);
    CLAW_ASSERT(end != std::string::npos);
    if (out.compare(at, 12, "HTTP/1.1 100") == 0) {
      out.erase(at, end + 4 - at);
      continue;
    }
    const auto date = out.find("\r\nDate: ", at);
    std::fill_n(out.begin() + static_cast<std::ptrdiff_t>(date + 8), 29, '-');
    const auto length = out.find("\r\nContent-Length: ", at);
    CLAW_ASSERT(length < end);
    at = end + 4 + std::stoul(out.substr(length + 18));
    if (at > out.size())
      return count + 1; // of HEAD, whose body does not come; what follows cannot be told apart
  }
  return count;
}

} // namespace

FUZZ_SEEDS({"\x05GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\nGET /d HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
            "\x01POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nabcdeHEAD /q HTTP/1.0\r\n\r\n",
            "\x10POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3;e=f\r\nabc\r\n0\r\n\r\n",
            "\x07POST /refused HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\nabcde",
            "\x02POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "\x03\r\n\r\nGET http://y/z#f HTTP/1.1\r\nhost: x\r\nX-Lease-Id: 1\r\n\r\n"})

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, std::size_t size) {
  spdlog::set_level(spdlog::level::off);
  if (size == 0)
    return 0;
  const std::string_view all{reinterpret_cast<const char*>(bytes) + 1, size - 1};
  auto whole = answers_to(all, all.size());
  count_answers(whole);
  if (all.size() > 2'048 && bytes[0] < 8)
    return 0; // thousands of tiny pieces: the same as fewer, and slow
  auto pieces = answers_to(all, bytes[0] + std::size_t{1});
  count_answers(pieces);
  CLAW_ASSERT(pieces == whole);
  return 0;
}
