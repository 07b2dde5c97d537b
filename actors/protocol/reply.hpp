#pragma once
// How an actor answers somebody who is no actor (an HTTP connection, a command line).

#include "actors/domain/error.hpp"

#include <functional>
#include <memory>
#include <utility>

namespace claw {

/// A promise of one answer. It may be copied and sent in messages; the first answer counts. When the last copy is
/// dropped unanswered (its actor died), the asker is told `unavailable`, so that nobody waits for a dead actor.
/// The handler runs in the thread of whoever answers: it must be quick and must not throw.
template <class T>
class reply {
public:
  using handler = std::function<void(outcome<T>)>;

  reply() = default;

  explicit reply(handler h) : box_(std::make_shared<box>(std::move(h))) {}

  void answer(outcome<T> x) const {
    if (box_)
      box_->answer(std::move(x));
  }

private:
  struct box {
    explicit box(handler h) : on_answer(std::move(h)) {}
    box(const box&) = delete;
    box& operator=(const box&) = delete;

    ~box() { answer(failure{ec::unavailable, "the broker is restarting a part of itself; try again"}); }

    void answer(outcome<T> x) {
      if (auto h = std::exchange(on_answer, nullptr))
        h(std::move(x));
    }

    handler on_answer;
  };

  std::shared_ptr<box> box_;
};

} // namespace claw
