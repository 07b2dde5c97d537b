#include "actors/runner/llm_run_actor.hpp"

#include "actors/domain/log_value.hpp"
#include "actors/domain/prompting.hpp"
#include "actors/runner/chat_actor.hpp"
#include "actors/runner/post.hpp"
#include "actors/runner/tool_actor.hpp"
#include "actors/shared/guard.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace claw {

namespace {

using std::chrono::milliseconds;

using chat_overdue_atom = caf::atom_constant<caf::atom("chatdue")>;
using tools_overdue_atom = caf::atom_constant<caf::atom("toolsdue")>;
using wait_over_atom = caf::atom_constant<caf::atom("waitover")>;
using text_due_atom = caf::atom_constant<caf::atom("textdue")>;
using checkpoint_overdue_atom = caf::atom_constant<caf::atom("chckptdue")>;

/// Ports keep their own deadlines; one that does not is left behind after this.
constexpr std::chrono::seconds grace{1};

/// A broker that does not answer holds no run up.
constexpr std::chrono::seconds checkpoint_time_max{2};

tool_result failed_result(std::string sentence) {
  tool_result x;
  x.error = std::move(sentence);
  x.content = x.error;
  return x;
}

template <class State, class... Ts>
caf::actor spawn_child(observed<State>* self, bool detached, Ts&&... xs) {
  return detached ? self->template spawn<caf::monitored + caf::detached>(std::forward<Ts>(xs)...)
                  : self->template spawn<caf::monitored>(std::forward<Ts>(xs)...);
}

} // namespace

caf::behavior llm_run_actor(observed<llm_run_state>* self, run_config_ptr config,
                            llm_order order, caf::actor_addr parent) {
  guard(self);
  auto& state = self->state;
  state.config_ = std::move(config);
  state.order_ = std::move(order);
  state.parent_ = std::move(parent);
  if (const auto watched = caf::actor_cast<caf::actor>(state.parent_))
    self->monitor(watched);
  self->set_down_handler([self](const caf::down_msg& x) { self->state.on_down(x); });
  caf::anon_send(self, begin_atom::value);
  return state.behavior();
}

llm_run_state::llm_run_state(observed<llm_run_state>* self) : self_(self) {}

llm_run_state::~llm_run_state() {
  tools_stop_.stop();
  drop_request();
}

/// One that still waits for its turn ends here; one under way closes its connection.
void llm_run_state::drop_request() {
  if (!request_)
    return;
  request_->stop.stop();
  caf::anon_send_exit(request_->chat, caf::exit_reason::user_shutdown);
  request_.reset();
}

caf::behavior llm_run_state::behavior() {
  return {
      [this](begin_atom) { on_begin(); },
      [this](const chat_heard& x) { on_chat_heard(x); },
      [this](const chat_ended& x) { on_chat_ended(x); },
      [this](const tool_ended& x) { on_tool_ended(x); },
      [this](const run_cancel& x) {
        write_down(record_ended{record_ended::how::stopped, x.why});
        self_->quit();
      },
      [this](const checkpoint_settled&) { on_checkpoint_settled(); },
      [this](checkpoint_overdue_atom, uint64_t step) {
        if (step == reported_step_)
          on_checkpoint_settled();
      },
      [this](chat_overdue_atom, uint64_t request) { on_chat_overdue(request); },
      [this](tools_overdue_atom, uint64_t step) { on_tools_overdue(step); },
      [this](wait_over_atom, uint64_t wait) { on_wait_over(wait); },
      [this](text_due_atom) { on_text_due(); },
  };
}

std::chrono::steady_clock::time_point llm_run_state::now() const {
  return self_->clock().now();
}

// -- the beginning --------------------------------------------------------------------------------

void llm_run_state::on_begin() {
  auto setup = prepare();
  if (!setup)
    return end(setup.error());
  begun_at_ = setup->start;
  record_begun begun{setup->task,      setup->tools, setup->limits,
                     setup->model,     setup->worker_id, setup->fence,
                     std::chrono::duration_cast<milliseconds>(setup->deadline - setup->start), {}};
  loop_.emplace(*std::move(setup));
  if (config_->checkpoints && order_.job.checkpoint_json) {
    const auto earlier = config_->checkpoints->parse(*order_.job.checkpoint_json);
    if (earlier && loop_->resume(*earlier)) {
      begun.resumed = *earlier;
      reported_step_ = answered_step_ = loop_->steps();
      spdlog::info("event=llm_run_resumed job_id={} worker_id={} step={}", order_.job.id,
                   config_->worker_id, loop_->steps());
    }
  }
  write_down(std::move(begun));
  act(loop_->begin(now()));
}

outcome<tool_loop::setup> llm_run_state::prepare() {
  if (!config_->model)
    return failure{ec::not_configured, "LLM not configured (set LLM_BASE_URL and LLM_MODEL)"};
  auto task = config_->tasks->parse(order_.job.payload);
  if (!task)
    return task.error();
  const auto holds = [](const std::vector<std::string>& tools, const std::string& tool) {
    return std::find(tools.begin(), tools.end(), tool) != tools.end();
  };
  const auto asked = task->tools.value_or(config_->allowed_tools);
  for (const auto& tool : asked)
    if (!holds(config_->allowed_tools, tool))
      return failure{ec::tool_refused, "llm_task tools must be subset of LLM_ALLOWED_TOOLS"};
  tools_ = config_->tools_for ? config_->tools_for(*task) : config_->tools;
  tool_loop::setup x;
  for (auto& spec : tools_->specs())
    if (holds(asked, spec.name))
      x.tools.push_back(std::move(spec));
  x.task = *std::move(task);
  x.task.prompt = config_->redact->whole(x.task.prompt);
  x.limits = config_->loop;
  x.model = config_->model->name();
  x.worker_id = config_->worker_id;
  x.fence = fence_from(config_->random());
  x.start = now();
  x.deadline = order_.deadline;
  return x;
}

// -- actions --------------------------------------------------------------------------------------

void llm_run_state::act(loop_action action) {
  report_answered();
  std::visit([this](auto& x) { carry_out(x); }, action);
}

/// A step is over when the broker has what came of it: whoever takes this run over does not do it again.
void llm_run_state::carry_out(ask_model& x) {
  if (!report_checkpoint())
    return ask(std::move(x.request));
  held_back_ = std::move(x.request);
  self_->delayed_send(self_, checkpoint_time_max, checkpoint_overdue_atom::value, uint64_t{reported_step_});
}

void llm_run_state::on_checkpoint_settled() {
  if (!held_back_)
    return;
  auto request = std::move(*held_back_);
  held_back_.reset();
  ask(std::move(request));
}

void llm_run_state::ask(chat_request request) {
  progress("status",
           config_->tasks->status("asking_model", "step " + std::to_string(loop_->steps() + 1)));
  const auto deadline = request.deadline;
  write_down(request);
  request_.emplace(open_request{{}, {}, stream_redactor{*config_->redact}});
  request_->begun = now();
  chat_order order{order_.job.id, ++requests_, std::move(request), request_->stop.token()};
  request_->chat = spawn_child(self_, config_->detached, chat_actor, config_, std::move(order),
                               self_->address());
  self_->delayed_send(self_, deadline - now() + grace, chat_overdue_atom::value, requests_);
}

void llm_run_state::carry_out(wait_for_model& x) {
  spdlog::warn("event=llm_request_retried job_id={} worker_id={} wait_ms={} why={}", order_.job.id,
               config_->worker_id, x.wait.count(), log_value(config_->redact->whole(x.why)));
  progress("status", config_->tasks->status("retry", config_->redact->whole(x.why)));
  self_->delayed_send(self_, x.wait, wait_over_atom::value, ++waits_);
}

void llm_run_state::carry_out(run_tools& x) {
  calls_.clear();
  tools_stop_ = stop_source{};
  auto latest = now();
  for (auto& call : x.calls) {
    latest = std::max(latest, call.deadline);
    progress("tool_call", config_->tasks->tool_started(shown(call.call), loop_->steps()));
    tool_order order{order_.job.id, loop_->steps(), calls_.size(), call, tools_, tools_stop_.token()};
    auto tool
        = spawn_child(self_, config_->detached, tool_actor, std::move(order), self_->address());
    calls_.push_back({std::move(call), std::move(tool), std::nullopt});
  }
  self_->delayed_send(self_, latest - now() + grace, tools_overdue_atom::value,
                      uint64_t{loop_->steps()});
}

void llm_run_state::carry_out(finish_run& x) {
  auto& report = x.report;
  if (report.safety_reason == to_string(stop_reason::policy_refused))
    spdlog::warn("event=llm_task_policy_refused job_id={} worker_id={} step={} refusals={}",
                 order_.job.id, config_->worker_id, report.steps, report.refusals);
  spdlog::info(
      "event=llm_run_finished job_id={} worker_id={} steps={} calls={} elapsed_ms={} why={}",
      order_.job.id, config_->worker_id, report.steps, report.calls.size(), report.duration.count(),
      log_value(report.safety_reason));
  write_down(record_ended{record_ended::how::finished, report.safety_reason});
  const auto& redact = *config_->redact;
  report.final_text = redact.whole(report.final_text);
  for (auto& call : report.calls)
    call = shown(std::move(call));
  for (auto& note : report.notes)
    note = redact.whole(note);
  progress("usage", config_->tasks->usage(report.prompt_tokens, report.completion_tokens));
  end(config_->tasks->render(report));
}

void llm_run_state::carry_out(fail_run& x) {
  write_down(record_ended{record_ended::how::failed, x.why.why});
  end(std::move(x.why));
}

void llm_run_state::end(outcome<std::string> result) {
  if (!result) {
    auto why = result.error();
    why.why = config_->redact->whole(why.why);
    spdlog::warn("event=llm_run_failed job_id={} worker_id={} ec={} why={}", order_.job.id,
                 config_->worker_id, to_string(why.code), log_value(why.why));
    result = std::move(why);
  }
  post(parent_, llm_ended{std::move(result)});
  self_->quit();
}

// -- what children say ------------------------------------------------------------------------------

void llm_run_state::on_chat_heard(const chat_heard& x) {
  if (!request_ || x.request != requests_)
    return;
  switch (x.what.what) {
  case chat_progress::kind::waiting:
    progress("status", config_->tasks->status("queued", "another job is asking the model"));
    break;
  case chat_progress::kind::condensed:
    progress("status", config_->tasks->status("condensed", "older results are shortened for this model's context"));
    break;
  case chat_progress::kind::prefill:
    show_prefill(x.what.fraction);
    break;
  case chat_progress::kind::thinking:
    if (!std::exchange(request_->thinking, true))
      progress("status", config_->tasks->status("thinking", ""));
    break;
  case chat_progress::kind::text:
    if (loop_->is_in_doubt())
      break;
    pace_.add(request_->redact.feed(x.what.text));
    show_text();
    break;
  }
}

void llm_run_state::on_chat_ended(const chat_ended& x) {
  if (!request_ || x.request != requests_)
    return;
  note_request(x.what);
  if (!x.what.reply)
    return chat_failed(x.what.failure);
  pace_.add(request_->redact.finish());
  if (const auto rest = pace_.take(now()); !rest.empty())
    progress("delta", config_->tasks->text_delta(rest));
  request_.reset();
  if (const auto& usage = x.what.reply->usage)
    progress("usage", config_->tasks->usage(usage->prompt_tokens, usage->completion_tokens));
  const auto calls = checked(*x.what.reply);
  write_down(record_replied{*x.what.reply, calls});
  act(loop_->after_reply(*x.what.reply, calls, now()));
}

void llm_run_state::on_chat_overdue(uint64_t request) {
  if (!request_ || request != requests_)
    return;
  const chat_failure late{chat_error::timed_out, "the model did not answer in time", {}, {}};
  note_request({std::nullopt, late});
  chat_failed(late);
}

void llm_run_state::chat_failed(chat_failure x) {
  pace_.drop();
  if (request_->shown)
    progress("status", config_->tasks->status("withdrawn", "the answer broke off"));
  drop_request();
  const auto random = config_->random();
  write_down(record_failed{x, random});
  act(loop_->after_chat_failure(x, now(), random));
}

std::vector<checked_call> llm_run_state::checked(const chat_reply& x) const {
  std::vector<checked_call> out;
  for (const auto& call : x.calls)
    out.push_back({call, tools_->check(call)});
  return out;
}

void llm_run_state::on_tool_ended(const tool_ended& x) {
  if (loop_ && x.step == loop_->steps() && x.index < calls_.size())
    settle(x.index, x.result, x.took);
}

void llm_run_state::on_tools_overdue(uint64_t step) {
  if (!loop_ || step != loop_->steps())
    return;
  tools_stop_.stop();
  for (std::size_t i = 0; i < calls_.size(); ++i)
    settle(i, failed_result(calls_[i].what.call.name + " timed out"), milliseconds{0});
}

/// The first result of a call counts; with the last one the step is complete.
void llm_run_state::settle(std::size_t index, tool_result result, milliseconds took) {
  if (index >= calls_.size() || calls_[index].result)
    return;
  auto& call = calls_[index];
  call.result = shown(std::move(result));
  spdlog::info(
      "event=tool_called job_id={} worker_id={} step={} tool={} status={} elapsed_ms={} bytes={}",
      order_.job.id, config_->worker_id, loop_->steps(), log_value(call.what.call.name),
      call.result->ok ? "ok" : "error", took.count(), call.result->content.size());
  progress("tool_result",
           config_->tasks->tool_ended(shown(call.what.call), loop_->steps(), *call.result, took));
  std::vector<tool_result> results;
  for (const auto& x : calls_) {
    if (!x.result)
      return;
    results.push_back(*x.result);
  }
  calls_.clear();
  write_down(record_ran{results});
  act(loop_->after_tools(results, now()));
}

void llm_run_state::on_down(const caf::down_msg& x) {
  if (x.source == parent_)
    return self_->quit();
  if (!x.reason)
    return; // what it had to say has arrived before
  const auto why = self_->system().render(x.reason);
  if (request_ && request_->chat.address() == x.source)
    return chat_failed(
        {chat_error::server_fault, "the request to the model crashed: " + why, {}, {}});
  for (std::size_t i = 0; i < calls_.size(); ++i)
    if (calls_[i].tool.address() == x.source)
      return settle(i, failed_result("tool crashed: " + why), milliseconds{0});
}

void llm_run_state::on_wait_over(uint64_t wait) {
  if (wait != waits_ || request_ || !calls_.empty())
    return;
  write_down(record_waited{});
  act(loop_->after_wait(now()));
}

} // namespace claw
