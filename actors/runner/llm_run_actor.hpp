#pragma once
// One tool loop for one attempt at an llm_task. What is to be done is decided by tool_loop; this actor does it: one
// chat actor a model request, one tool actor a call, timers, progress. It supervises both: a tool that crashes becomes
// a failed result, a chat that crashes a failed request.
//
//   in   run_cancel                              stops everything and ends, without a word
//        checkpoint_settled                      a step is over; the model is asked for the next one
//        chat_heard, chat_ended, tool_ended      from its children
//   out  run_progress*, then llm_ended, to the parent; then the actor quits
// When its parent ends, so does it; when it ends for whatever reason, its children's calls are stopped.

#include "actors/domain/redaction.hpp"
#include "actors/domain/text_pace.hpp"
#include "actors/domain/tool_loop.hpp"
#include "actors/ports/broker_api.hpp"
#include "actors/ports/stop_token.hpp"
#include "actors/protocol/caf.hpp"
#include "actors/protocol/runner_messages.hpp"
#include "actors/runner/run_config.hpp"
#include "actors/shared/observed_actor.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace claw {

struct llm_order {
  remote_job job;
  std::chrono::steady_clock::time_point deadline; ///< by the actor clock
};

class llm_run_state {
public:
  explicit llm_run_state(observed<llm_run_state>* self);
  ~llm_run_state();

  actor_facts facts() const {
    return {{"job_id", order_.job.id}, {"asks", request_.has_value()},
            counted("requests", requests_), counted("calls", calls_.size())};
  }

  static inline const char* name = "llm_run";

private:
  friend caf::behavior llm_run_actor(observed<llm_run_state>*, run_config_ptr, llm_order,
                                     caf::actor_addr);

  /// A model request under way.
  struct open_request {
    caf::actor chat;
    stop_source stop;
    stream_redactor redact;
    bool shown = false; ///< some of its text has been sent as progress
    bool thinking = false;
    uint32_t prefill_tenths = 0; ///< of the prompt that are known to have been read
    std::chrono::steady_clock::time_point begun{};
  };

  /// A tool call under way or ended.
  struct open_call {
    planned_call what;
    caf::actor tool;
    std::optional<tool_result> result;
  };

  caf::behavior behavior();
  void on_begin();
  void on_chat_heard(const chat_heard& x);
  void on_chat_ended(const chat_ended& x);
  void on_chat_overdue(uint64_t request);
  void on_tool_ended(const tool_ended& x);
  void on_tools_overdue(uint64_t step);
  void on_wait_over(uint64_t wait);
  void on_text_due();
  void on_down(const caf::down_msg& x);

  outcome<tool_loop::setup> prepare();
  void act(loop_action action);
  void carry_out(ask_model& x);
  void ask(chat_request request);
  void on_checkpoint_settled();
  void carry_out(wait_for_model& x);
  void carry_out(run_tools& x);
  void carry_out(finish_run& x);
  void carry_out(fail_run& x);

  void drop_request();
  void chat_failed(chat_failure x);
  std::vector<checked_call> checked(const chat_reply& x) const;
  void settle(std::size_t index, tool_result result, std::chrono::milliseconds took);
  void report_answered();
  bool report_checkpoint();
  void show_text();
  void show_prefill(double fraction);
  void note_request(const chat_outcome& x) const;
  void progress(const char* type, std::string data_json);
  void write_down(run_record x) const;
  void write_down(const chat_request& x);
  tool_call shown(tool_call x) const;
  reported_call shown(reported_call x) const;
  tool_result shown(tool_result x) const;
  void end(outcome<std::string> result);
  std::chrono::steady_clock::time_point now() const;

  observed<llm_run_state>* self_;
  run_config_ptr config_;
  llm_order order_;
  caf::actor_addr parent_;
  std::shared_ptr<toolbox> tools_;
  std::optional<tool_loop> loop_;
  std::chrono::steady_clock::time_point begun_at_{};
  std::vector<chat_message> written_messages_; ///< of the latest request in the transcript
  std::optional<chat_request> held_back_; ///< waits until the broker has the checkpoint before it
  std::optional<open_request> request_;
  uint64_t requests_ = 0;
  uint64_t waits_ = 0;
  std::vector<open_call> calls_;
  stop_source tools_stop_;
  text_pace pace_;
  bool text_timer_armed_ = false;
  uint32_t answered_step_ = 0; ///< its calls that did not run have been shown
  uint32_t reported_step_ = 0; ///< its checkpoint has been sent
};

/// Spawn it `monitored` and hold the handle.
caf::behavior llm_run_actor(observed<llm_run_state>* self, run_config_ptr config,
                            llm_order order, caf::actor_addr parent);

} // namespace claw
