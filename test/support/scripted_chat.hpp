#pragma once
// A chat model that plays a script: one entry a request. A request beyond the script gets a plain answer.

#include "actors/ports/chat_model.hpp"

#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace claw::test {

class scripted_chat : public chat_model {
public:
  using move
      = std::function<chat_outcome(const chat_request&, const stop_token&, const chat_listener&)>;

  void then(move x) { script_.push_back(std::move(x)); }

  void then_says(std::string text) {
    then([text](const chat_request&, const stop_token&, const chat_listener& hear) {
      hear({chat_progress::kind::text, text, 0});
      chat_reply x;
      x.content = text;
      x.model = "scripted";
      x.usage = chat_usage{100, 10};
      return chat_outcome{x, {}};
    });
  }

  /// Each call is a name and its arguments.
  void then_calls(std::vector<std::pair<std::string, std::string>> calls) {
    then([calls](const chat_request&, const stop_token&, const chat_listener&) {
      chat_reply x;
      x.finish = chat_finish::tool_calls;
      for (const auto& [name, arguments] : calls)
        x.calls.push_back({"call0000" + std::to_string(x.calls.size()), name, arguments, false});
      return chat_outcome{x, {}};
    });
  }

  void then_fails(chat_error kind, std::string why) {
    then([=](const chat_request&, const stop_token&, const chat_listener&) {
      return chat_outcome{std::nullopt, {kind, why, {}, {}}};
    });
  }

  chat_outcome complete(const chat_request& x, const stop_token& stop,
                        const chat_listener& listener) override {
    move next;
    {
      std::lock_guard lock{mutex_};
      requests_.push_back(x);
      stopped_at_start_.push_back(stop.stopped());
      if (!script_.empty()) {
        next = std::move(script_.front());
        script_.pop_front();
      }
    }
    if (stop.stopped())
      return {std::nullopt, {chat_error::cancelled, "stopped", {}, {}}};
    if (next)
      return next(x, stop, listener);
    chat_reply out;
    out.content = "beyond the script";
    return {out, {}};
  }

  std::string name() const override { return "scripted"; }

  std::vector<chat_request> requests() const {
    std::lock_guard lock{mutex_};
    return requests_;
  }

  /// Requests that began although nobody had asked to stop.
  std::size_t wanted_requests() const {
    std::lock_guard lock{mutex_};
    std::size_t count = 0;
    for (const bool stopped : stopped_at_start_)
      count += stopped ? 0 : 1;
    return count;
  }

private:
  mutable std::mutex mutex_;
  std::deque<move> script_;
  std::vector<chat_request> requests_;
  std::vector<bool> stopped_at_start_;
};

} // namespace claw::test
