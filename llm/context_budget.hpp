#pragma once
// How much of a conversation fits into a model's context, without its tokenizer, and how to make it
// fit. Sizes are tokens unless said otherwise.

#include "actors/domain/transcript.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace claw {

inline constexpr uint32_t context_tokens_unknown = 4'096; ///< assumed until something better is known

enum class text_kind : uint8_t { prose, code };

/// Code and JSON 3.2 bytes a token, English 4, one token for each CJK character or emoji.
double estimate_text(std::string_view text, text_kind kind);

/// Messages and tool definitions as a server counts them, before calibration.
double estimate_conversation(const std::vector<chat_message>& messages);
double estimate_tools(const std::vector<tool_spec>& tools);

/// All words of a conversation, for the server's own tokenizer, and the tokens that its template puts around them.
struct countable_prompt {
  std::string text;
  double around = 0;
};
countable_prompt countable(const std::vector<chat_message>& messages, const std::vector<tool_spec>& tools);

/// The ratio of a model's real token counts to our estimates, learned from `usage`.
class token_calibration {
public:
  void learn(double estimate, uint64_t prompt_tokens);

  /// The server's tokenizer has counted just this prompt: what was learned before counts no more.
  void measured(double estimate, double prompt_tokens);

  double ratio() const noexcept { return ratio_; }

private:
  double ratio_ = 1.0; ///< always 0.5 to 2.5
  bool learned_ = false;
};

/// Notices an endpoint that leaves out the oldest part of a conversation without a word (Ollama): the conversation
/// grows and the prompt that the endpoint counts does not, or it is far smaller than it can be.
class truncation_watch {
public:
  static constexpr uint64_t least_window = 1'024; ///< no endpoint of use has less

  /// @param conversation what tells it from others
  /// @param estimate of the prompt before calibration
  /// @returns how much the endpoint seems to see, where it left something out
  std::optional<uint32_t> learn(const std::string& conversation, double estimate,
                                uint64_t prompt_tokens);

private:
  static constexpr std::size_t conversations_max = 64;
  struct sizes {
    double estimate = 0;
    uint64_t prompt_tokens = 0;
  };
  std::map<std::string, sizes> last_;
};

/// What `max_tokens` may be: at most a third of the window, and what the prompt leaves of it; at least 16.
uint32_t clamped_answer_tokens(uint32_t wanted, uint32_t window, uint32_t prompt);

/// What the prompt may be, so that the answer and a margin still fit.
uint32_t input_budget(uint32_t window, uint32_t answer_tokens);

/// The most bytes of one tool result: a quarter of the prompt, at least 512. @param ratio of the calibration
std::size_t result_bytes_budget(uint32_t budget, double ratio);

struct condensed_conversation {
  std::vector<chat_message> messages;
  bool changed = false;
  bool fits = true;
};

/// Makes a conversation fit into `budget`, as little as it takes and in this order: old tool
/// results (before the last two steps) become one line; repeated results are named only once; the
/// largest recent results are shortened; whole old steps (an assistant message with all its
/// results, never a part) are dropped. System, the user's words and the last step always stay.
/// @param fixed what comes on top of the messages (the tools) @param ratio of the calibration
condensed_conversation condense(const std::vector<chat_message>& messages, double fixed,
                                uint32_t budget, double ratio);

} // namespace claw
