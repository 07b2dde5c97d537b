#pragma once
// An inspection actor in an actor system of its own, as in a program, over the roster of another one. Answers are
// kept as values instead of being written as JSON.

#include "actors/shared/inspection_actor.hpp"
#include "test/support/simulation.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace claw {

/// Questions are `tree`, `actor N` and `events N`.
class kept_answers final : public inspection_codec {
public:
  outcome<inspection_question> question(std::string_view text) const override {
    using kind = inspection_question::kind;
    if (text == "tree")
      return inspection_question{};
    const auto blank = text.find(' ');
    if (blank == std::string_view::npos)
      return failure{ec::bad_shape, "no question"};
    const auto number = std::stoull(std::string{text.substr(blank + 1)});
    return text.starts_with("actor") ? inspection_question{kind::actor, number, 0}
                                     : inspection_question{kind::events, 0, number};
  }

  std::string answer(const inspection_question&, const inspection_answer& x) const override {
    all.push_back(x);
    return "answer " + std::to_string(all.size() - 1);
  }

  std::string refusal(const failure& why) const override { return "refused: " + why.why; }

  mutable std::vector<inspection_answer> all;
};

class inspection_house {
public:
  inspection_house(std::shared_ptr<const actor_roster> roster, caf::actor_clock::time_point now)
      : actors_(config_), self_(actors_) {
    scheduler().clock().current_time = now;
    inspection_ = actors_.spawn(
        inspection_actor, inspection_config{std::move(roster), codec_, {"test", "1", 1, 0}, [] { return int64_t{0}; }});
    settle();
  }

  ~inspection_house() {
    caf::anon_send_exit(inspection_, caf::exit_reason::user_shutdown);
    settle();
    scheduler().clock().cancel_all();
    actors_.await_actors_before_shutdown(false);
  }

  /// Asks, and lets nobody but the inspection work.
  void ask(const std::string& question) {
    self_->send(inspection_, inspect_atom::value, question);
    settle();
  }

  void pass(std::chrono::milliseconds time) {
    scheduler().advance_time(time);
    settle();
  }

  void settle() {
    while (scheduler().try_run_once()) {
    }
  }

  /// @returns what has been said since the last time, "" for nothing
  std::string said() {
    std::string text;
    if (self_->has_next_message())
      self_->receive([&](std::string& x) { text = std::move(x); });
    return text;
  }

  const inspection_answer& last() const { return codec_->all.at(codec_->all.size() - 1); }
  std::size_t answers() const { return codec_->all.size(); }

  std::vector<actor_account> named(const std::string& name) const {
    std::vector<actor_account> found;
    for (const auto& x : last().actors)
      if (x.name == name)
        found.push_back(x);
    return found;
  }

private:
  caf::scheduler::test_coordinator& scheduler() {
    return dynamic_cast<caf::scheduler::test_coordinator&>(actors_.scheduler());
  }

  still_config config_;
  caf::actor_system actors_;
  caf::scoped_actor self_;
  std::shared_ptr<kept_answers> codec_ = std::make_shared<kept_answers>();
  caf::actor inspection_;
};

/// What it tells under this name, as text.
inline std::string fact(const actor_account& x, const std::string& name) {
  const auto i = std::find_if(x.facts.begin(), x.facts.end(), [&](const actor_fact& f) { return f.name == name; });
  if (i == x.facts.end())
    return "";
  if (const auto* text = std::get_if<std::string>(&i->value))
    return *text;
  if (const auto* yes = std::get_if<bool>(&i->value))
    return *yes ? "true" : "false";
  return std::to_string(std::get<int64_t>(i->value));
}

} // namespace claw
