#include "llm/think_filter.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace claw {

namespace {

struct tag_pair {
  std::string_view open, close;
  bool may_close_alone;
};

constexpr std::array<tag_pair, 6> pairs{{
    {"<think>", "</think>", true},
    {"<thinking>", "</thinking>", true},
    {"\u25c1think\u25b7", "\u25c1/think\u25b7", true},
    {"<|channel|>analysis<|message|>", "<|end|>", false},           // harmony
    {"Here is my thought process:", "Here is my response:", false}, // Granite
    {"Here's my thought process:", "Here's my response:", false},
}};

// Harmony's frame around the answer itself: dropped where it stands at the start.
constexpr std::array<std::string_view, 3> frames{"<|start|>assistant",
                                                 "<|channel|>final<|message|>", "<|message|>"};

/// How many bytes at the end of `s` could be the beginning of `tag`.
std::size_t open_end(std::string_view s, std::string_view tag) {
  for (std::size_t n = std::min(s.size(), tag.size() - 1); n > 0; --n)
    if (s.substr(s.size() - n) == tag.substr(0, n))
      return n;
  return 0;
}

bool starts_with(std::string_view s, std::string_view with) {
  return s.substr(0, with.size()) == with;
}

bool may_become(std::string_view s, std::string_view tag) {
  return s.size() < tag.size() && starts_with(tag, s);
}

bool is_quote(char c) {
  return c == '`' || c == '"' || c == '\'';
}

} // namespace

split_answer think_filter::feed(std::string_view piece) {
  pending_ += piece;
  split_answer out;
  while (step(out, false)) {
  }
  return out;
}

split_answer think_filter::finish() {
  split_answer out;
  while (!pending_.empty() && step(out, true)) {
  }
  if (place_ == place::thought && closed_once_) { // a nested opening tag was only talked about
    out.text += std::exchange(after_close_, {});
  }
  return out;
}

bool think_filter::step(split_answer& out, bool at_end) {
  switch (place_) {
  case place::start:
    return step_start(out, at_end);
  case place::text:
    return step_text(out, at_end);
  case place::thought:
    return step_thought(out, at_end);
  }
  return false;
}

bool think_filter::step_start(split_answer& out, bool at_end) {
  const auto first = pending_.find_first_not_of(" \t\r\n");
  if (first == std::string::npos) {
    if (at_end)
      out.text += std::exchange(pending_, {});
    return false;
  }
  const std::string_view rest = std::string_view{pending_}.substr(first);
  for (std::size_t i = 0; i < pairs.size(); ++i)
    if (starts_with(rest, pairs[i].open)) {
      pending_.erase(0, first + pairs[i].open.size());
      place_ = place::thought;
      pair_ = i;
      depth_ = 1;
      return true;
    }
  for (const auto frame : frames)
    if (starts_with(rest, frame)) {
      pending_.erase(0, first + frame.size());
      return true;
    }
  const auto unsure = [rest](std::string_view tag) { return may_become(rest, tag); };
  if (!at_end
      && (std::any_of(frames.begin(), frames.end(), unsure)
          || std::any_of(pairs.begin(), pairs.end(),
                         [&](const tag_pair& x) { return unsure(x.open); })))
    return false;
  place_ = place::text;
  return true;
}

bool think_filter::step_text(split_answer& out, bool at_end) {
  std::size_t held = 0;
  std::size_t best = std::string::npos;
  std::size_t length = 0;
  for (const auto& x : pairs) {
    if (!x.may_close_alone)
      continue;
    const auto at = pending_.find(x.close);
    if (at < best) {
      best = at;
      length = x.close.size();
    }
    held = std::max(held, open_end(pending_, x.close));
  }
  if (best != std::string::npos) {
    const char front = best == 0 ? before_ : pending_[best - 1];
    const bool lone = !is_quote(front);
    out.text += pending_.substr(0, lone ? best : best + length);
    pending_.erase(0, best + length);
    before_ = '>';
    if (lone) {
      out.thought += std::exchange(out.text, {}); // what this call found; the rest was handed over already
      place_ = place::start;
    }
    return true;
  }
  if (at_end)
    held = 0;
  const std::size_t sure = pending_.size() - held;
  if (sure > 0)
    before_ = pending_[sure - 1];
  out.text += pending_.substr(0, sure);
  pending_.erase(0, sure);
  return false;
}

bool think_filter::step_thought(split_answer& out, bool at_end) {
  const auto& tags = pairs[pair_];
  const auto open = pending_.find(tags.open);
  const auto close = pending_.find(tags.close);
  const auto next = std::min(open, close);
  const auto keep = [&](std::string_view s) {
    out.thought += s;
    if (closed_once_)
      after_close_ += s;
  };
  if (next == std::string::npos) {
    const std::size_t held
        = at_end ? 0 : std::max(open_end(pending_, tags.open), open_end(pending_, tags.close));
    const std::size_t sure = pending_.size() - held;
    keep(std::string_view{pending_}.substr(0, sure));
    pending_.erase(0, sure);
    return false;
  }
  keep(std::string_view{pending_}.substr(0, next));
  if (next == open) {
    keep(tags.open);
    ++depth_;
    pending_.erase(0, next + tags.open.size());
    return true;
  }
  pending_.erase(0, next + tags.close.size());
  after_close_.clear();
  if (--depth_ == 0) {
    closed_once_ = false;
    place_ = place::start;
  } else {
    closed_once_ = true;
    out.thought += tags.close;
  }
  return true;
}

split_answer split_thinking(std::string_view answer) {
  think_filter filter;
  split_answer whole = filter.feed(answer);
  split_answer last = filter.finish();
  whole.text += last.text;
  whole.thought += last.thought;
  return whole;
}

} // namespace claw
