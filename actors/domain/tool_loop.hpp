#pragma once
// The rules of an llm run, as a machine from events to actions: the actor asks the model, runs tools and waits; what
// is to be done next is decided here. One object a run; no clock, no I/O. Every event answers with exactly one action.
//
//   begin -> ask_model -> after_reply -> run_tools -> after_tools -> ask_model ... -> finish_run
//                     `-> after_chat_failure -> wait_for_model -> after_wait -> ask_model
//                     `-> fail_run
// When steps, time or patience run out, the model gets one last request without tools; when that brings nothing, the
// answer is a summary made here. Nobody gets nothing.

#include "actors/domain/call_history.hpp"
#include "actors/domain/call_review.hpp"
#include "actors/domain/chat.hpp"
#include "actors/domain/llm_checkpoint.hpp"
#include "actors/domain/llm_task.hpp"
#include "actors/domain/loop_limits.hpp"
#include "actors/domain/retry_policy.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace claw {

/// Why a loop ended before the model was done; a smaller one counts for more. `safety.reason` shows the name.
/// (cancelled and lease_lost come before all of these: then the run ends without any report.)
enum class stop_reason : uint8_t { deadline, policy_refused, stuck, max_steps, budget, none };

std::string_view to_string(stop_reason x);

struct ask_model {
  chat_request request;
};

struct wait_for_model {
  std::chrono::milliseconds wait{0};
  std::string why;
};

struct planned_call {
  tool_call call; ///< the arguments are the checked ones
  std::chrono::steady_clock::time_point deadline;
};

struct run_tools {
  std::vector<planned_call> calls; ///< never empty; all may run at the same time
};

/// For `/result`.
struct finish_run {
  llm_report report;
};

/// For `/fail`.
struct fail_run {
  failure why;
};

using loop_action = std::variant<ask_model, wait_for_model, run_tools, finish_run, fail_run>;

class tool_loop {
public:
  using time_point = std::chrono::steady_clock::time_point;

  struct setup {
    llm_task task;
    std::vector<tool_spec> tools; ///< that this job may use; may be empty
    loop_limits limits;
    std::string model;
    std::string worker_id;
    std::string fence; ///< fence_from(random)
    time_point start{};
    time_point deadline{};
  };

  explicit tool_loop(setup x);

  /// Goes on where an earlier attempt stopped. Call it before `begin`.
  /// @returns false when the checkpoint is of another prompt; then nothing has changed.
  bool resume(const llm_checkpoint& x);

  loop_action begin(time_point now);

  /// @param calls the calls of the reply, in its order, as the toolbox checked them
  loop_action after_reply(const chat_reply& x, const std::vector<checked_call>& calls,
                          time_point now);

  /// @param random 64 random bits
  loop_action after_chat_failure(const chat_failure& x, time_point now, uint64_t random);

  loop_action after_wait(time_point now);

  /// @param results of the calls of the last run_tools, in its order
  loop_action after_tools(const std::vector<tool_result>& results, time_point now);

  /// The calls of the newest step that did not run, with what the model was told instead.
  struct answered_call {
    tool_call call;
    tool_result result;
  };
  std::vector<answered_call> answered() const;

  uint32_t steps() const { return steps_; }

  /// A path left the repo and nothing has succeeded since: what the model says now may never be shown.
  bool is_in_doubt() const { return !escape_.empty(); }

  /// What a later attempt needs. Has meaning when the last action was ask_model.
  llm_checkpoint checkpoint() const;

private:
  /// How a call of the present step came by its answer.
  enum class origin : uint8_t { ran, repeated, malformed, refused, unheard };

  struct open_call {
    tool_call call;
    std::string shown_arguments; ///< for the report: as the model wrote them where they were wrong
    std::string key;
    origin from = origin::ran;
    bool failed_before = false; ///< repeated: the earlier time was no success
    tool_result result;
  };

  // -- a reply --------------------------------------------------------------------------------------
  loop_action after_text(const chat_reply& x, time_point now);
  loop_action after_empty(const chat_reply& x, time_point now);
  loop_action plan_step(const chat_reply& x, const std::vector<checked_call>& calls,
                        time_point now);
  open_call open(const checked_call& x, std::size_t position);
  void answer_again(open_call& x);
  planned_call planned(const open_call& x, time_point now) const;

  // -- its results ------------------------------------------------------------------------------------
  loop_action settle_step(time_point now);
  void record(open_call& x);
  void note_success();
  void note_trouble(const open_call& x);

  // -- what next ----------------------------------------------------------------------------------------
  loop_action next(time_point now);
  loop_action ask(time_point now);
  loop_action after_overflow(const chat_failure& x, time_point now);
  loop_action finish(std::string text, time_point now);
  loop_action unanswered(std::string_view why, time_point now);
  void join(std::vector<run_worker> earlier);
  void stop_for(stop_reason why);
  void say(std::string_view text);
  void note(std::string text);
  std::chrono::milliseconds reserve() const;
  bool is_final() const { return final_asked_; }

  setup setup_;
  std::vector<chat_message> messages_;
  std::vector<reported_call> reported_;
  std::vector<open_call> open_; ///< the present step, in call order
  call_history history_;
  retry_policy retries_;
  std::size_t result_bytes_max_; ///< of a tool's result: ours, or less where the model's context is small

  stop_reason reason_ = stop_reason::none;
  bool final_asked_ = false;     ///< the last request has been, or is being, made
  bool tools_forbidden_ = false; ///< the last request must name the tools, since the endpoint wants them
  bool more_tokens_ = false;     ///< thinking ate the answer once; the limit was doubled
  bool cut_ = false;             ///< the present reply ended inside a call
  std::string escape_;           ///< the refusal of a path that left the repo, until a later call succeeds
  uint32_t escape_step_ = 0;
  uint32_t steps_ = 0;
  uint32_t calls_ = 0;
  uint32_t malformed_ = 0;
  uint32_t bad_replies_ = 0; ///< in a row
  uint32_t empty_replies_ = 0;
  uint32_t refusals_ = 0;
  uint32_t truncations_ = 0;
  uint32_t overflows_ = 0;
  uint64_t prompt_tokens_ = 0;
  uint64_t completion_tokens_ = 0;
  std::string tool_mode_;           ///< of the latest reply
  std::vector<run_worker> workers_; ///< the last one is this one
  std::vector<std::string> notes_;
  std::vector<std::string> plan_sources_; ///< texts that a plan id may come from
  std::string last_failure_;              ///< of the present request
  time_point asked_at_{};
  std::chrono::milliseconds longest_request_{0};
};

} // namespace claw
