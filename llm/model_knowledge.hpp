#pragma once
// What is known of one model behind one endpoint. It begins with what the operator said and what the server tells of
// itself, and grows with every answer and every error. Shared by all requests; thread-safe.

#include "llm/answer_watch.hpp"
#include "llm/chat_client.hpp"
#include "llm/chat_codec.hpp"
#include "llm/context_budget.hpp"
#include "llm/endpoint_probe.hpp"
#include "llm/error_class.hpp"

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

namespace claw {

struct model_facts {
  request_shape shape;
  uint32_t window = 0;        ///< the context in tokens; 0: not known
  uint32_t answer_tokens = 0; ///< the most that the server takes as max_tokens; 0: not known
  token_calibration calibration;
  double prefill_tokens_s = 0; ///< 0: not measured
  /// So long at least is waited for the first of an answer: it took longer before, or answers come in one piece.
  std::chrono::milliseconds first_event_least{0};

  uint32_t window_or_guess() const { return window == 0 ? context_tokens_unknown : window; }
};

/// One request as it goes out.
struct request_plan {
  std::string body;
  std::string conversation; ///< what tells it from others: its first message
  bool condensed = false;
  double estimate = 0;      ///< tokens of the prompt before calibration
  uint32_t prompt = 0;      ///< after it
};

/// Each mending is tried once in a call.
struct tried_mendings {
  bool stream_options = false, tool_choice = false, tool_mode = false, history = false,
       overflow = false, answer_tokens = false, progress = false;
  uint32_t budget_max = UINT32_MAX; ///< for the prompt, after an overflow
};

class model_knowledge {
public:
  explicit model_knowledge(const chat_client_config& config);

  model_facts facts() const;

  using time_point = std::chrono::steady_clock::time_point;

  /// Asks the server what it tells of itself: context, whether the template knows tools. Once, and again at a new
  /// conversation some time later; what the server refused before is tried again then. Blocks.
  void ask(const chat_request& x, const std::string& base_url, const stop_token& stop, time_point deadline);

  /// Has the server's tokenizer count a prompt that is near the limit, where it has one. Blocks.
  void measure(const chat_request& x, const stop_token& stop, time_point deadline);

  /// The server has gone; what comes in its place may be started with other flags.
  void forget_server();

  /// Takes in what a good answer shows. Marks the reply where the endpoint left out most of the prompt.
  /// @param first_word after which the answer began
  void learn(const chat_request& x, const request_plan& plan, chat_reply& reply,
             std::optional<std::chrono::milliseconds> first_word);

  /// An answer was asked for as a stream. @param whole it came in one piece nevertheless: nothing is heard of the next
  /// one before all of it is there
  void learn_form(bool whole);

  /// Nothing at all was heard for so long. A slow server that answers in one piece looks like that, and starts anew
  /// with every try: the next one is given more time.
  void waited_in_vain(std::chrono::milliseconds time);

  /// Changes what is known so that the next request differs as the error asks for. @returns false when nothing helps.
  bool mend(const endpoint_error& error, const chat_request& x, const request_plan& plan,
            tried_mendings& tried);

private:
  void learn_server(const outcome<endpoint_facts>& found, const server_traits& traits);
  void try_refused_again();
  void learn_mode(const chat_request& x, const chat_reply& reply);
  void lower_to(tool_mode mode, const std::string& why);
  bool mend_overflow(const endpoint_error& error, const request_plan& plan, tried_mendings& tried);

  const chat_client_config& config_;
  mutable std::mutex mutex_;
  model_facts known_;
  truncation_watch truncation_;
  bool asked_ = false;      ///< GET /models was tried
  time_point asked_at_{};
  std::optional<endpoint_facts> server_; ///< what it told then
  bool has_tokenizer_ = true;            ///< until it turns out that there is none
  bool window_was_cut_ = false;          ///< what is known of the context comes from what did not fit into it
  bool mode_refused_ = false;            ///< the tool mode was lowered by what the server said, not by the model
  uint32_t text_hits_ = 0;  ///< answers with calls in their text although tools were offered natively
  uint32_t bad_texts_ = 0;  ///< answers with a call in their text that could not be read
  uint32_t bad_steps_ = 0;  ///< answers that had to be JSON and were none
};

} // namespace claw
