#pragma once
// What asking a model has come to since the program started. Any thread may count, any may read.

#include "actors/domain/chat.hpp"
#include "actors/domain/meter.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace claw {

class model_tally {
public:
  /// A request has ended. @param took since it was sent
  void add(const chat_outcome& x, std::chrono::milliseconds took) noexcept {
    by_end_[static_cast<std::size_t>(x.reply ? chat_error::none : x.failure.kind)].add();
    times_ms_.add(static_cast<uint64_t>(std::max<int64_t>(0, took.count())));
    if (!x.reply)
      return;
    tool_calls_.add(x.reply->calls.size());
    const auto usage = x.reply->usage.value_or(chat_usage{});
    prompt_tokens_.add(usage.prompt_tokens);
    completion_tokens_.add(usage.completion_tokens);
  }

  static constexpr std::size_t ends = static_cast<std::size_t>(chat_error::cancelled) + 1;
  uint64_t ended(chat_error how) const { return by_end_[static_cast<std::size_t>(how)].value(); } ///< none: answered

  using time_histogram = histogram<10>;
  const time_histogram& times_ms() const noexcept { return times_ms_; }
  uint64_t tool_calls() const { return tool_calls_.value(); } ///< that the model asked for
  uint64_t prompt_tokens() const { return prompt_tokens_.value(); } ///< where the server tells; the next likewise
  uint64_t completion_tokens() const { return completion_tokens_.value(); }

private:
  std::array<counter, ends> by_end_;
  time_histogram times_ms_{{250, 500, 1'000, 2'500, 5'000, 10'000, 30'000, 60'000, 180'000, 600'000}};
  counter tool_calls_;
  counter prompt_tokens_;
  counter completion_tokens_;
};

} // namespace claw
