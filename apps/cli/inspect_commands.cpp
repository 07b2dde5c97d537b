#include "apps/cli/inspect_commands.hpp"

#include "apps/cli/cli_exit.hpp"
#include "apps/cli/inspect_view.hpp"
#include "net/bounded_json.hpp"
#include "net/terminal_text.hpp"
#include "net/json_inspection_codec.hpp"

#include <ostream>

namespace claw {

namespace {

using kind = inspection_question::kind;

constexpr std::chrono::milliseconds between_looks{1'000};
constexpr std::size_t answer_depth_max = 8;

class look {
public:
  look(const inspect_task& task, const inspect_world& world) : task_(task), world_(world) {
    if (task.verb == inspect_verb::actor)
      question_ = {kind::actor, task.actor, 0};
    else if (task.verb == inspect_verb::events)
      question_.what = kind::events;
  }

  int run() {
    const bool again = task_.verb == inspect_verb::watch || (task_.verb == inspect_verb::events && task_.follow);
    auto found = world_.connect();
    if (!found)
      return fail(found.error());
    auto& node = **found;
    auto code = once(node);
    while (again && code == cli_exit::answered && world_.pause(between_looks))
      code = once(node);
    if (code == cli_exit::timed_out)
      static_cast<void>(found->release()); // it cannot be destroyed while it waits
    return code;
  }

private:
  int fail(const failure& why) {
    world_.err << "openclaw: " << why.why << "\n";
    return cli_exit::of(why.code);
  }

  int once(inspector& node) {
    const auto text = node.ask(inspection_question_text(question_), task_.wait);
    if (!text)
      return fail(text.error());
    const auto answer = parse_bounded_json(*text, answer_depth_max);
    if (!answer || !answer->is_object())
      return fail({ec::refused, "the answer is no JSON object"});
    if (answer->contains("error"))
      return fail({ec::refused, answer->value("error", "")});
    const bool events = question_.what == kind::events;
    if (!answer->contains("node") || !answer->contains(events ? "events" : "actors"))
      return fail({ec::refused, "the answer is that of another version"});
    if (world_.json)
      world_.out << printable_json(json_text(*answer)) << std::endl;
    else if (events)
      world_.out << inspection_events_text(*answer) << std::flush;
    else
      world_.out << inspection_tree_text(*answer) << (task_.verb == inspect_verb::watch ? "\n" : "") << std::flush;
    question_.after = events ? answer->value("events_seen", uint64_t{0}) : 0;
    return cli_exit::answered;
  }

  const inspect_task& task_;
  const inspect_world& world_;
  inspection_question question_;
};

} // namespace

int run_inspect_task(const inspect_task& task, const inspect_world& world) {
  return look{task, world}.run();
}

} // namespace claw
