#include "actors/domain/caps.hpp"
#include "test/support/catch.hpp"

using namespace claw;

using names = std::vector<std::string>;

TEST_CASE("caps are trimmed, sorted and without repeats or empty names", "[caps]") {
  CHECK(caps{{" b ", "a", "", "b", "\t", "a\n"}}.names() == names{"a", "b"});
  CHECK(caps{}.empty());
  CHECK(caps{{"", "  "}}.empty());
}

TEST_CASE("caps are read from a comma-separated list", "[caps]") {
  CHECK(caps::from_list("llm:vllm, repo_tools").names() == names{"llm:vllm", "repo_tools"});
  CHECK(caps::from_list("b,a,,b,").names() == names{"a", "b"});
  CHECK(caps::from_list("one").names() == names{"one"});
  CHECK(caps::from_list("two words").names() == names{"two words"});
  for (auto nothing : {"", ",", " , ,\t"})
    CHECK(caps::from_list(nothing).empty());
}

TEST_CASE("a worker's caps include what a job requires, or they do not", "[caps]") {
  const struct {
    const char* worker;
    const char* required;
    bool matches;
    const char* missing;
  } cases[] = {
      {"", "", true, ""},
      {"a", "", true, ""},
      {"", "a", false, "a"},
      {"a,b,c", "a,c", true, ""},
      {"a,c", "a,b,c", false, "b"},
      {"a", "b,c", false, "b,c"},
      {"llm:vllm", "llm", false, "llm"},           // names are whole
      {"LLM:vllm", "llm:vllm", false, "llm:vllm"}, // and case counts
  };
  for (const auto& x : cases) {
    const auto worker = caps::from_list(x.worker);
    const auto required = caps::from_list(x.required);
    INFO(x.worker << " against " << x.required);
    CHECK(worker.includes(required) == x.matches);
    CHECK(to_string(worker.missing_from(required)) == x.missing);
  }
}

TEST_CASE("a part of a name is another name", "[caps]") {
  const auto x = caps::from_list("llm:jetson,repo_tools");
  CHECK(x.includes(caps{{"repo_tools"}}));
  CHECK_FALSE(x.includes(caps{{"repo"}}));
  CHECK_FALSE(x.includes(caps{{"llm"}}));
}

TEST_CASE("caps are written as a list that reads back the same", "[caps]") {
  const caps x{{"repo_tools", "llm:vllm"}};
  CHECK(to_string(x) == "llm:vllm,repo_tools");
  CHECK(caps::from_list(to_string(x)) == x);
  CHECK(to_string(caps{}) == "");
}
