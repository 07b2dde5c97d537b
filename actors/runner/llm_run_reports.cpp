// What an llm run tells while it goes on: progress to the broker, lines to the log, and everything to its transcript.
#include "actors/domain/log_value.hpp"
#include "actors/runner/llm_run_actor.hpp"
#include "actors/runner/post.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace claw {

namespace {

using std::chrono::milliseconds;
using text_due_atom = caf::atom_constant<caf::atom("textdue")>;

} // namespace

/// In steps of a tenth: a server tells it far more often.
void llm_run_state::show_prefill(double fraction) {
  const auto tenths = static_cast<uint32_t>(std::clamp(fraction, 0.0, 1.0) * 10);
  if (tenths == request_->prefill_tenths)
    return;
  request_->prefill_tenths = tenths;
  progress("status", config_->tasks->status("prefill", std::to_string(tenths * 10) + " %"));
}

/// One line a request, and its place in the counts: what a model costs and how often it fails.
void llm_run_state::note_request(const chat_outcome& x) const {
  const auto took = std::chrono::duration_cast<milliseconds>(now() - request_->begun);
  config_->asked->add(x, took);
  const auto usage = x.reply ? x.reply->usage.value_or(chat_usage{}) : chat_usage{};
  spdlog::info("event=model_asked job_id={} worker_id={} step={} model={} status={} tool_mode={} "
               "elapsed_ms={} prompt_tokens={} completion_tokens={} calls={}",
               order_.job.id, config_->worker_id, loop_->steps() + 1,
               log_value(config_->model->name()), x.reply ? "ok" : to_string(x.failure.kind),
               x.reply ? x.reply->mode : "", took.count(), usage.prompt_tokens,
               usage.completion_tokens, x.reply ? x.reply->calls.size() : 0);
}

void llm_run_state::on_text_due() {
  text_timer_armed_ = false;
  show_text();
}

void llm_run_state::show_text() {
  const auto due = pace_.due_in(now());
  if (!due || !request_)
    return;
  if (*due == milliseconds{0}) {
    request_->shown = true;
    progress("delta", config_->tasks->text_delta(pace_.take(now())));
  } else if (!std::exchange(text_timer_armed_, true)) {
    self_->delayed_send(self_, *due, text_due_atom::value);
  }
}

void llm_run_state::report_answered() {
  if (std::exchange(answered_step_, loop_->steps()) == loop_->steps())
    return;
  for (const auto& x : loop_->answered()) {
    progress("tool_call", config_->tasks->tool_started(shown(x.call), loop_->steps()));
    progress("tool_result", config_->tasks->tool_ended(shown(x.call), loop_->steps(),
                                                       shown(x.result), milliseconds{0}));
  }
}

/// @returns true when one was sent
bool llm_run_state::report_checkpoint() {
  if (!config_->checkpoints || loop_->steps() == reported_step_)
    return false;
  reported_step_ = loop_->steps();
  auto x = loop_->checkpoint();
  for (auto& message : x.messages) {
    if (message.role == message_role::assistant)
      message.content = config_->redact->whole(message.content);
    for (auto& call : message.calls) {
      call.name = config_->redact->whole(call.name);
      if (config_->redact->whole(call.arguments_json) != call.arguments_json)
        call.arguments_json = "{}"; // a redacted text may be no JSON any more
    }
  }
  for (auto& call : x.calls)
    call = shown(std::move(call));
  for (auto& note : x.notes)
    note = config_->redact->whole(note);
  progress("checkpoint", config_->checkpoints->render(x));
  return true;
}

void llm_run_state::write_down(run_record x) const {
  if (!config_->transcripts)
    return;
  const auto at = std::chrono::duration_cast<milliseconds>(now() - begun_at_);
  caf::anon_send(config_->transcripts, run_line{order_.job.id, order_.job.lease_id, order_.job.attempt,
                                                config_->wall_s(), at, std::move(x)});
}

/// Only what the request before did not have.
void llm_run_state::write_down(const chat_request& x) {
  if (!config_->transcripts)
    return;
  const auto [now_differs, then]
      = std::mismatch(x.messages.begin(), x.messages.end(), written_messages_.begin(),
                      written_messages_.end());
  record_asked asked;
  asked.kept = static_cast<uint64_t>(now_differs - x.messages.begin());
  asked.added.assign(now_differs, x.messages.end());
  asked.tools = x.tools.size();
  asked.tools_forbidden = x.tools_forbidden;
  asked.answer_tokens_max = x.answer_tokens_max;
  write_down(std::move(asked));
  written_messages_ = x.messages;
}

void llm_run_state::progress(const char* type, std::string data_json) {
  post(parent_, run_progress{order_.job.id, order_.job.lease_id, type, std::move(data_json)});
}

tool_call llm_run_state::shown(tool_call x) const {
  x.name = config_->redact->whole(x.name);
  x.arguments_json = config_->redact->whole(x.arguments_json);
  return x;
}

reported_call llm_run_state::shown(reported_call x) const {
  x.name = config_->redact->whole(x.name);
  x.arguments_json = config_->redact->whole(x.arguments_json);
  x.output = config_->redact->whole(x.output);
  return x;
}

tool_result llm_run_state::shown(tool_result x) const {
  x.content = config_->redact->whole(x.content);
  x.error = config_->redact->whole(x.error);
  return x;
}

} // namespace claw
