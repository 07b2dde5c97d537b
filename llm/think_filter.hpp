#pragma once
// Takes a model's thinking out of its answer, as the answer arrives. Thinking stands at the start
// of an answer (and again right after a thought): `<think>..</think>` and its kin, harmony's
// analysis channel, Granite's prose markers. An unclosed thought is all thought. A closing tag
// alone means that the template opened the thought: everything before it was one. A tag in quotes
// or backticks is text.

#include <cstddef>
#include <string>
#include <string_view>

namespace claw {

struct split_answer {
  std::string text;
  std::string thought;

  friend bool operator==(const split_answer&, const split_answer&) = default;
};

class think_filter {
public:
  /// @returns what became certain: the text may be shown, the thought may not.
  split_answer feed(std::string_view piece);

  /// The end of the answer: hands over what was held back.
  split_answer finish();

private:
  enum class place { start, text, thought };

  bool step(split_answer& out, bool at_end);
  bool step_start(split_answer& out, bool at_end);
  bool step_text(split_answer& out, bool at_end);
  bool step_thought(split_answer& out, bool at_end);

  place place_ = place::start;
  std::string pending_;
  std::size_t pair_ = 0;    ///< which kind of thought is open
  std::size_t depth_ = 0;   ///< thoughts inside thoughts
  std::string after_close_; ///< what followed the last closing tag of a nested thought
  bool closed_once_ = false;
  char before_ = '\n'; ///< the character in front of `pending_`
};

/// The whole answer at once; here a lone closing tag moves the text before it into the thought.
split_answer split_thinking(std::string_view answer);

} // namespace claw
