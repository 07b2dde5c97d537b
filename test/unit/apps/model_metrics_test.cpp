#include "apps/model_metrics.hpp"
#include "test/support/catch.hpp"
#include "test/support/temporary_folder.hpp"

#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <iterator>

using namespace claw;
using namespace std::chrono_literals;

namespace {

bool has_line(const std::string& page, const std::string& line) {
  return page.find('\n' + line + '\n') != std::string::npos;
}

std::string text_of(const std::string& path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

} // namespace

TEST_CASE("what asking a model came to is counted by how it ended", "[apps][metrics]") {
  model_tally tally;
  chat_reply reply;
  reply.usage = chat_usage{700, 30};
  reply.calls.resize(2);
  tally.add({reply, {}}, 400ms);
  reply.usage.reset();
  tally.add({reply, {}}, 7s);
  tally.add({std::nullopt, {chat_error::timed_out, "no first word", {}, {}}}, 60s);
  const auto page = model_metrics_page(tally, "qwen \"3\"", true);
  const std::string model = "model=\"qwen \\\"3\\\"\"";
  CHECK(has_line(page, "openclaw_model_up{" + model + "} 1"));
  CHECK(has_line(page, "openclaw_model_requests_total{" + model + ",status=\"ok\"} 2"));
  CHECK(has_line(page, "openclaw_model_requests_total{" + model + ",status=\"timed_out\"} 1"));
  CHECK(has_line(page, "openclaw_model_requests_total{" + model + ",status=\"overloaded\"} 0"));
  CHECK(has_line(page, "openclaw_model_request_seconds_bucket{" + model + ",le=\"0.5\"} 1"));
  CHECK(has_line(page, "openclaw_model_request_seconds_bucket{" + model + ",le=\"10\"} 2"));
  CHECK(has_line(page, "openclaw_model_request_seconds_count{" + model + "} 3"));
  CHECK(has_line(page, "openclaw_model_prompt_tokens_total{" + model + "} 700"));
  CHECK(has_line(page, "openclaw_model_completion_tokens_total{" + model + "} 30"));
  CHECK(has_line(page, "openclaw_model_tool_calls_total{" + model + "} 4"));
}

TEST_CASE("the file of metrics has the last word of a program that ends", "[apps][metrics]") {
  const temporary_folder folder;
  const auto path = (folder.path() / "model.prom").string();
  std::atomic<int> written{0};
  {
    const metrics_file file{path, [&] { return "x " + std::to_string(++written) + '\n'; }, 1h};
  }
  CHECK(written == 2); // at the start and at the end
  CHECK(text_of(path) == "x 2\n");
  struct stat about {};
  REQUIRE(::stat(path.c_str(), &about) == 0);
  CHECK((about.st_mode & 0777) == 0644);
  CHECK(::stat((path + ".part").c_str(), &about) != 0);
}

TEST_CASE("a file of metrics that cannot be written is no trouble for the program", "[apps][metrics]") {
  int asked = 0;
  {
    const metrics_file file{"/nonexistent/model.prom", [&] { return std::to_string(++asked); }, 1h};
  }
  CHECK(asked == 2);
}
