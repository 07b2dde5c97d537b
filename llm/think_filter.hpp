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

  /// Bytes looked at so far, for tests of linear time.
  std::size_t steps() const noexcept { return steps_; }

private:
  enum class place { start, text, thought };

  void run(split_answer& out, bool at_end);
  bool step(split_answer& out, bool at_end);
  bool step_start(split_answer& out, bool at_end);
  bool step_text(split_answer& out, bool at_end);
  bool step_thought(split_answer& out, bool at_end);

  std::string_view rest() const { return std::string_view{pending_}.substr(read_); }
  std::string_view pass(std::size_t count);

  place place_ = place::start;
  std::string pending_;
  std::size_t read_ = 0;    ///< bytes of `pending_` that are done with
  std::string blanks_;      ///< passed at a start: a part of the text, unless a thought follows
  std::size_t pair_ = 0;    ///< which kind of thought is open
  std::size_t depth_ = 0;   ///< thoughts inside thoughts
  std::string after_close_; ///< what followed the last closing tag of a nested thought
  bool closed_once_ = false;
  char before_ = '\n'; ///< the character that was passed last
  std::size_t steps_ = 0;
};

/// The whole answer at once; here a lone closing tag moves the text before it into the thought.
split_answer split_thinking(std::string_view answer);

} // namespace claw
