// openclaw-stand-in-model: an OpenAI-compatible server on loopback that plays a model for people who have none.

#include "test/support/loopback_server.hpp"
#include "test/support/stand_in_answer.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <stdexcept>

namespace {

using namespace claw::test;
using nlohmann::json;
using namespace std::chrono_literals;

constexpr auto usage_text
    = "usage: openclaw-stand-in-model [--port PORT] [--port-file FILE]\n"
      "A scripted stand-in for a language model, on 127.0.0.1. PORT 0 (the default) takes any "
      "free port; the one taken is printed and written to FILE.\n";

bool ends_with(const std::string& s, const std::string& tail) {
  return s.size() >= tail.size() && s.compare(s.size() - tail.size(), tail.size(), tail) == 0;
}

void answer_chat(const loopback_request& x, loopback_connection& c) {
  const auto request = json::parse(x.body, nullptr, false);
  if (!request.is_object() || !request.contains("messages")) {
    c.write(http_reply(
        400,
        R"({"error":{"message":"'messages' is required","type":"invalid_request_error","code":400}})"));
    return;
  }
  auto reply = stand_in_answer(request);
  std::printf("event=chat_answered stream=%d calls=%zu bytes=%zu\n",
              request.value("stream", false) ? 1 : 0, reply.calls.size(), reply.text.size());
  std::fflush(stdout);
  if (!request.value("stream", false)) {
    c.write(http_reply(200, whole_body(reply, persona::vllm)));
    return;
  }
  const auto options = request.value("stream_options", json::object());
  if (!options.is_object() || !options.value("include_usage", false))
    reply.usage.reset();
  if (!c.write(event_stream_head))
    return;
  for (const auto& event : streamed_events(reply, persona::vllm))
    if (!c.pause(4ms) || !c.write("data: " + event + "\n\n"))
      return; // the client has what it wants, or was told to stop
}

void answer(const loopback_request& x, loopback_connection& c) try {
  if (x.method == "GET" && ends_with(x.target, "/models"))
    c.write(http_reply(
        200,
        R"({"object":"list","data":[{"id":"scripted-stand-in","object":"model","owned_by":"openclaw","max_model_len":16384}]})"));
  else if (x.method == "GET" && ends_with(x.target, "/health"))
    c.write(http_reply(200, R"({"status":"ok"})"));
  else if (x.method == "POST" && ends_with(x.target, "/chat/completions"))
    answer_chat(x, c);
  else
    c.write(http_reply(
        404, R"({"error":{"message":"no such path","type":"not_found_error","code":404}})"));
} catch (const std::exception& e) { // JSON of an odd shape
  c.write(http_reply(
      400, json{{"error", {{"message", e.what()}, {"type", "invalid_request_error"}}}}.dump()));
}

} // namespace

int main(int argc, char* argv[]) try {
  unsigned long port = 0;
  std::string port_file;
  for (int i = 1; i < argc; ++i) {
    const bool has_value = i + 1 < argc;
    if (std::strcmp(argv[i], "--port") == 0 && has_value) {
      char* end = nullptr;
      port = std::strtoul(argv[++i], &end, 10);
      if (*end != 0 || port > 65'535)
        throw std::runtime_error("--port wants a number from 0 to 65535");
    } else if (std::strcmp(argv[i], "--port-file") == 0 && has_value) {
      port_file = argv[++i];
    } else {
      const bool help = std::strcmp(argv[i], "--help") == 0;
      (help ? std::cout : std::cerr) << usage_text;
      return help ? 0 : 64;
    }
  }
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr); // before any thread is made
  const loopback_server server{answer, static_cast<uint16_t>(port)};
  std::printf("event=stand_in_model_started port=%u\n", server.port());
  std::fflush(stdout);
  if (!port_file.empty())
    std::ofstream{port_file} << server.port() << "\n";
  int signal = 0;
  sigwait(&ends, &signal);
  std::printf("event=stand_in_model_stopped signal=%d\n", signal);
  return 0;
} catch (const std::exception& e) {
  std::fprintf(stderr, "openclaw-stand-in-model: %s\n", e.what());
  return 1;
}
