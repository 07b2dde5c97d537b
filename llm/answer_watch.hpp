#pragma once
// One answer as it comes in over HTTP: which way it is written, and how long to wait for the next part of it.

#include "llm/chat_answer.hpp"
#include "llm/http_exchange.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace claw {

class answer_watch final : public http_watch {
public:
  struct limits {
    std::chrono::milliseconds first_event, stall;
    time_point deadline;
    tool_mode mode = tool_mode::native; ///< in which the tools were told
  };

  answer_watch(const chat_request& request, const chat_listener& listener, limits x);

  void on_body(const http_head& head, std::string_view bytes) override;
  bool has_enough() const override;
  std::optional<std::string> overdue(time_point now) const override;
  time_point next_check() const override;

  /// What the exchange came to: nothing when the answer is complete.
  std::optional<endpoint_error> verdict(const http_answer& ended);

  chat_answer& answer() noexcept { return answer_; }

  /// The endpoint sent nothing in all the time that it was given for the first of its answer.
  bool stayed_silent() const;

  /// A stream was asked for, and yet the answer came in one piece.
  bool came_whole() const { return form_ == form::whole; }

  /// From sending the request to the first word of the answer.
  std::optional<std::chrono::milliseconds> first_word_after() const;

private:
  enum class form { unknown, events, whole };
  static constexpr std::size_t error_body_bytes_max = 65'536;

  void take(const std::vector<sse_event>& events);
  void progressed();
  time_point first_word_due() const;

  limits limits_;
  chat_answer answer_;
  sse_parser parser_;
  form form_ = form::unknown;
  std::string body_;
  std::optional<endpoint_error> error_;
  time_point begun_, last_event_;
  time_point last_read_; ///< when the endpoint last told that it had read more of the prompt
  std::optional<time_point> first_word_at_;
  bool heard_ = false;
};

} // namespace claw
