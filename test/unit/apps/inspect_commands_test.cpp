#include "apps/cli/cli_exit.hpp"
#include "apps/cli/inspect_commands.hpp"
#include "test/support/catch.hpp"

#include <deque>
#include <sstream>

using namespace claw;
using namespace std::chrono_literals;

namespace {

constexpr const char* tree = R"({"node": {"program": "p"}, "now_ms": 0, "actors": [], "left_out": 0})";

/// A program that says what it is told to, and those who look at it.
struct scripted_node {
  class end final : public inspector {
  public:
    explicit end(scripted_node& of) : of_(of) {}
    outcome<std::string> ask(const std::string& question, std::chrono::milliseconds) override {
      of_.asked.push_back(question);
      auto answer = of_.answers.front();
      of_.answers.pop_front();
      return answer;
    }

  private:
    scripted_node& of_;
  };

  int run(const inspect_task& task, bool as_json = false) {
    inspect_world world{out, err, as_json, {}, {}};
    world.connect = [this]() -> outcome<std::unique_ptr<inspector>> {
      if (refusal.code != ec::none)
        return refusal;
      return std::unique_ptr<inspector>{std::make_unique<end>(*this)};
    };
    world.pause = [this](std::chrono::milliseconds) { return --looks > 0; };
    return run_inspect_task(task, world);
  }

  failure refusal;
  std::deque<outcome<std::string>> answers;
  std::vector<std::string> asked;
  int looks = 1;
  std::ostringstream out, err;
};

inspect_task task_for(inspect_verb verb) {
  inspect_task task;
  task.verb = verb;
  return task;
}

} // namespace

TEST_CASE("a look prints what is answered and ends", "[inspection]") {
  scripted_node node;
  node.answers = {std::string{tree}};
  CHECK(node.run(task_for(inspect_verb::tree)) == cli_exit::answered);
  CHECK(node.asked == std::vector<std::string>{R"({"ask":"tree"})"});
  CHECK(node.out.str().starts_with("p , pid 0"));
}

TEST_CASE("with --json an answer is one line of JSON", "[inspection]") {
  scripted_node node;
  node.answers = {std::string{tree}, std::string{tree}};
  node.looks = 2;
  CHECK(node.run(task_for(inspect_verb::watch), true) == cli_exit::answered);
  const auto text = node.out.str();
  CHECK(std::count(text.begin(), text.end(), '\n') == 2);
}

TEST_CASE("events that were shown are not asked for again", "[inspection]") {
  scripted_node node;
  const std::string events = R"({"node": {}, "events": [], "events_seen": 41})";
  node.answers = {events, events};
  node.looks = 2;
  auto task = task_for(inspect_verb::events);
  task.follow = true;
  CHECK(node.run(task) == cli_exit::answered);
  CHECK(node.asked == std::vector<std::string>{R"({"after":0,"ask":"events"})", R"({"after":41,"ask":"events"})"});
}

TEST_CASE("each kind of trouble has an exit code of its own", "[inspection]") {
  for (const auto& [code, exit] :
       {std::pair{ec::unreachable, cli_exit::unreachable}, std::pair{ec::bad_token, cli_exit::bad_token},
        std::pair{ec::timed_out, cli_exit::timed_out}, std::pair{ec::bad_config, cli_exit::config},
        std::pair{ec::refused, cli_exit::refused}}) {
    scripted_node gone;
    gone.refusal = {code, "so it is"};
    CHECK(gone.run(task_for(inspect_verb::tree)) == exit);
    CHECK(gone.err.str() == "openclaw: so it is\n");
  }
  scripted_node ends;
  ends.answers = {std::string{tree}, failure{ec::unreachable, "it has ended"}};
  ends.looks = 5;
  CHECK(ends.run(task_for(inspect_verb::watch)) == cli_exit::unreachable);
}

TEST_CASE("an answer that is none is refused", "[inspection]") {
  for (const char* text : {"", "[]", "{}", R"({"node": {}})", R"({"error": "no actor 7 lives here"})",
                           R"({"node": {}, "events": [], "events_seen": 0})"}) {
    scripted_node node;
    node.answers = {std::string{text}};
    CHECK(node.run(task_for(inspect_verb::tree)) == cli_exit::refused);
    CHECK_FALSE(node.err.str().empty());
  }
}
