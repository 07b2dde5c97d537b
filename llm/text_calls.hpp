#pragma once
// The fallback for servers that leave tool calls in the answer's text. It runs only where an answer
// has no native calls, and only on the whole text with its thinking removed. Rules:
//   - marked calls (llm/marked_calls.hpp) may stand anywhere;
//   - a bare call (JSON or Python) only counts when it is the whole answer or one whole fenced block, so that prose
//     about a call is no call;
//   - only tools that were offered in this request can be called; anything else is text;
//   - a call whose words stand in an earlier tool result is a quotation and is not run: a file is no remote control.

#include "actors/domain/transcript.hpp"
#include "llm/offered_tools.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace claw {

inline constexpr std::size_t text_call_bytes_max = 65'536; ///< a longer answer is never searched

struct text_call_search {
  std::vector<found_call> calls; ///< to run, in order
  std::string rest;              ///< the answer without them, trimmed
  std::size_t quoted = 0;        ///< calls that were left in the text because they only quote a tool result
};

text_call_search find_text_calls(std::string_view answer, const std::vector<tool_spec>& offered,
                                 const std::vector<std::string_view>& tool_results);

/// Lets text through while an answer streams, but holds it back from where a call may begin, so that no half of a call
/// is ever shown. What is held back is decided on at the end, by `find_text_calls`.
class call_holdback {
public:
  explicit call_holdback(const std::vector<tool_spec>& offered);

  /// @returns what may be shown now.
  std::string feed(std::string_view piece);

private:
  bool may_be_bare_call(bool& unsure) const;

  std::vector<std::string> names_;
  std::string pending_;
  bool at_start_ = true;
  bool holding_ = false;
};

} // namespace claw
