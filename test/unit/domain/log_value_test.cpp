#include "actors/domain/log_value.hpp"
#include "test/support/catch.hpp"

using namespace claw;

TEST_CASE("plain values are logged as they are, others in quotes", "[log_value]") {
  CHECK(log_value("llm:vllm,repo_tools") == "llm:vllm,repo_tools");
  CHECK(log_value("") == "\"\"");
  CHECK(log_value("two words") == "\"two words\"");
  CHECK(log_value("a=b") == "\"a=b\"");
  CHECK(log_value("say \"x\\\"") == R"("say \"x\\\"")");
}

TEST_CASE("no value can forge a line, a field or a direction", "[log_value]") {
  CHECK(log_value("x\r\nevent=job_done") == R"("x\r\nevent=job_done")");
  CHECK(log_value("\x1b[31m") == R"("\x1b[31m")");
  CHECK(log_value("a\xe2\x80\xae"
                  "b")
        == R"("a\u202eb")");
  CHECK(log_value("\xe2\x80\x8b") == R"("\u200b")");
  CHECK(log_value(std::string_view{"\0", 1}) == R"("\x00")");
  CHECK(log_value("\xff\xc3") == R"("\xff\xc3")");
  CHECK(log_value("gr\xc3\xbc\xc3\x9f") == "\"gr\xc3\xbc\xc3\x9f\"");
}

TEST_CASE("a long value is cut", "[log_value]") {
  const auto text = log_value(std::string(10'000, 'x'));
  CHECK(text.size() < 600);
  CHECK(text.ends_with("...\""));
}

TEST_CASE("a whole line keeps its quotes but loses its control characters", "[log_value]") {
  CHECK(log_line("event=x why=\"a\"\n\x1b") == "event=x why=\"a\"\\n\\x1b");
}
