#include "llm/think_filter.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace claw {

namespace {

struct tag_pair {
  std::string_view open, close;
};

constexpr std::array<tag_pair, 6> pairs{{
    {"<think>", "</think>"},
    {"<thinking>", "</thinking>"},
    {"\u25c1think\u25b7", "\u25c1/think\u25b7"},
    {"<|channel|>analysis<|message|>", "<|end|>"},           // harmony
    {"Here is my thought process:", "Here is my response:"}, // Granite
    {"Here's my thought process:", "Here's my response:"},
}};

/// Those that may close alone.
constexpr std::array<std::string_view, 3> lone_closes{"</think>", "</thinking>", "\u25c1/think\u25b7"};

// Harmony's frame around the answer itself: dropped where it stands at the start.
constexpr std::array<std::string_view, 3> frames{"<|start|>assistant",
                                                 "<|channel|>final<|message|>", "<|message|>"};

bool starts_with(std::string_view s, std::string_view with) {
  return s.substr(0, with.size()) == with;
}

bool may_become(std::string_view s, std::string_view tag) {
  return s.size() < tag.size() && starts_with(tag, s);
}

bool is_quote(char c) {
  return c == '`' || c == '"' || c == '\'';
}

/// The first place in a text where one of some tags stands, or may stand once more has arrived.
struct tag_place {
  std::size_t at = 0;   ///< the text's size when there is none
  std::string_view tag; ///< "" when it is not all there
};

tag_place first_of(std::span<const std::string_view> tags, std::string_view s, std::size_t& steps) {
  for (std::size_t at = 0; at < s.size(); ++at, ++steps)
    for (const auto tag : tags) {
      const auto here = s.substr(at);
      if (starts_with(here, tag))
        return {at, tag};
      if (may_become(here, tag))
        return {at, {}};
    }
  return {s.size(), {}};
}

} // namespace

split_answer think_filter::feed(std::string_view piece) {
  pending_ += piece;
  split_answer out;
  run(out, false);
  return out;
}

split_answer think_filter::finish() {
  split_answer out;
  run(out, true);
  if (place_ == place::thought && closed_once_) { // a nested opening tag was only talked about
    out.text += std::exchange(after_close_, {});
  }
  return out;
}

/// What was read is cut off once a piece: an answer of a million tags would be moved a million times.
void think_filter::run(split_answer& out, bool at_end) {
  while (step(out, at_end)) {
  }
  steps_ += pending_.size();
  pending_.erase(0, std::exchange(read_, 0));
}

std::string_view think_filter::pass(std::size_t count) {
  const auto passed = rest().substr(0, count);
  if (!passed.empty())
    before_ = passed.back();
  read_ += passed.size();
  return passed;
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
  const auto blanks = pass(std::min(rest().find_first_not_of(" \t\r\n"), rest().size()));
  blanks_ += blanks;
  steps_ += blanks.size() + 1;
  if (rest().empty()) {
    if (at_end)
      out.text += std::exchange(blanks_, {});
    return false;
  }
  for (std::size_t i = 0; i < pairs.size(); ++i)
    if (starts_with(rest(), pairs[i].open)) {
      pass(pairs[i].open.size());
      blanks_.clear();
      place_ = place::thought;
      pair_ = i;
      depth_ = 1;
      return true;
    }
  for (const auto frame : frames)
    if (starts_with(rest(), frame)) {
      pass(frame.size());
      blanks_.clear();
      return true;
    }
  const auto unsure = [this](std::string_view tag) { return may_become(rest(), tag); };
  if (!at_end
      && (std::any_of(frames.begin(), frames.end(), unsure)
          || std::any_of(pairs.begin(), pairs.end(), [&](const tag_pair& x) { return unsure(x.open); })))
    return false;
  out.text += std::exchange(blanks_, {});
  place_ = place::text;
  return true;
}

bool think_filter::step_text(split_answer& out, bool at_end) {
  const auto close = first_of(lone_closes, rest(), steps_);
  out.text += pass(close.at);
  if (close.tag.empty()) {
    if (at_end)
      out.text += pass(rest().size());
    return false;
  }
  const bool quoted = is_quote(before_);
  const auto tag = pass(close.tag.size());
  if (quoted) {
    out.text += tag;
  } else {
    out.thought += std::exchange(out.text, {}); // what this call found; the rest was handed over already
    place_ = place::start;
  }
  return true;
}

bool think_filter::step_thought(split_answer& out, bool at_end) {
  const auto& tags = pairs[pair_];
  const auto keep = [&](std::string_view s) {
    out.thought += s;
    if (closed_once_)
      after_close_ += s;
  };
  const auto next = first_of(std::array{tags.open, tags.close}, rest(), steps_);
  keep(pass(next.at));
  if (next.tag.empty()) {
    if (at_end)
      keep(pass(rest().size()));
    return false;
  }
  const auto tag = pass(next.tag.size());
  if (next.tag == tags.open) {
    keep(tag);
    ++depth_;
    return true;
  }
  after_close_.clear();
  if (--depth_ == 0) {
    closed_once_ = false;
    place_ = place::start;
  } else {
    closed_once_ = true;
    out.thought += tag;
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
