#pragma once
// A model's answer as it is put together, from a stream of events or from one body. Servers differ
// in all but the outline: content may be null, absent, "" or a list of parts; `choices` may be
// empty; a finish reason is no word on whether there are calls. What counts is what is there.

#include "actors/ports/chat_model.hpp"
#include "llm/call_assembler.hpp"
#include "llm/error_class.hpp"
#include "llm/sse_parser.hpp"
#include "llm/text_calls.hpp"
#include "llm/think_filter.hpp"
#include "llm/tool_mode.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace claw {

class chat_answer {
public:
  /// @param request what was asked; kept by reference
  /// @param listener told of text as it becomes certain; may be empty
  /// @param mode in which the tools were told
  chat_answer(const chat_request& request, const chat_listener& listener,
              tool_mode mode = tool_mode::native);

  /// One event of a stream. @returns the error that it carries, if any.
  std::optional<endpoint_error> take(const sse_event& event);

  /// The body of an answer that is not streamed.
  std::optional<endpoint_error> take_whole(std::string_view body);

  /// A finish reason was seen: the answer is complete, though usage may still follow.
  bool finished() const noexcept { return finished_; }

  /// The model has said something: a text, a thought, a call, or that it is done.
  bool spoke() const noexcept { return spoke_; }

  /// Pieces of the answer so far, also such in which nothing was said.
  uint64_t pieces() const noexcept { return pieces_; }

  /// How many tokens of the prompt the endpoint says to have read.
  uint64_t prompt_read() const noexcept { return prompt_read_; }

  /// `[DONE]` was seen: nothing follows. It alone does not make an answer complete.
  bool ended() const noexcept { return ended_; }

  /// The reply: thinking removed, calls with ids of ours, calls in the text found and cut out.
  /// @param new_id makes ids of nine characters
  chat_reply reply(const std::function<std::string()>& new_id);

private:
  void take_usage(const nlohmann::json& x);
  void take_progress(const nlohmann::json& x);
  void take_choice(const nlohmann::json& choice, const char* part, bool whole);
  void take_text(const std::string& text);
  void show(std::string text);
  void add_native_calls(chat_reply& out, const std::function<std::string()>& new_id) const;
  void add_text_calls(chat_reply& out, const std::function<std::string()>& new_id) const;
  void take_step(chat_reply& out, const std::function<std::string()>& new_id) const;
  std::vector<tool_spec> callable() const;

  const chat_request& request_;
  const chat_listener& listener_;
  tool_mode mode_;
  call_assembler assembler_;
  think_filter filter_;
  call_holdback holdback_;
  std::string content_, reasoning_, shown_, model_, finish_;
  std::optional<chat_usage> usage_;
  uint64_t pieces_ = 0, prompt_read_ = 0;
  bool spoke_ = false;
  bool finished_ = false;
  bool ended_ = false;
};

} // namespace claw
