#include "actors/bot/lookout_actor.hpp"

#include "actors/bot/broker_words.hpp"
#include "actors/domain/log_value.hpp"
#include "actors/shared/guard.hpp"

#include <algorithm>
#include <map>

namespace claw {

namespace {

using lookout = observed<lookout_state>;
using namespace std::chrono_literals;

constexpr auto look_pause = 15s; ///< @source Discord: presence updates are few a minute
constexpr auto repos_fresh = 10min;
constexpr auto job_pause = 250ms;
constexpr uint32_t job_looks_max = 60;
constexpr std::string_view model_cap = "llm:";

template <class T, class Question, class Got>
void ask(lookout* self, Question question, Got got) {
  self->request(self->state.link, broker_time_max, std::move(question))
      .then([got](const told<T>& x) { got(x.what); },
            [got](const caf::error&) {
              got(failure{ec::unreachable, "no answer from the link"});
            });
}

// -- what is shown ----------------------------------------------------------------------------------------

void show(lookout* self, bot_presence x) {
  if (const auto to = caf::actor_cast<caf::actor>(self->state.config.show_to))
    caf::anon_send(to, show_presence{std::move(x)});
}

/// All that could work have been told to take no more.
bool is_drained(const std::vector<remote_worker>& workers) {
  const auto live = std::count_if(workers.begin(), workers.end(), [](const auto& x) { return x.live; });
  return live > 0 && std::all_of(workers.begin(), workers.end(), [](const auto& x) { return !x.live || x.draining; });
}

bot_presence presence_of(const lookout_state& state, const outcome<std::string>& queue) {
  using light = bot_presence::light;
  if (!queue && is_old_broker(queue.error()))
    return {light::online, "ready"};
  if (!queue)
    return {light::idle, is_passing_trouble(queue.error()) ? "the broker is away" : "the broker refuses this bot"};
  const auto counts = state.config.parts->speech->counts(*queue).value_or(job_speech::queue_counts{});
  const auto words = std::to_string(counts.running) + " running, " + std::to_string(counts.queued) + " queued";
  return {is_drained(state.workers) ? light::busy : light::online, words};
}

void look(lookout* self) {
  ask<std::string>(self, ask_queue{}, [self](const outcome<std::string>& queue) {
    show(self, presence_of(self->state, queue));
    do_later(self, look_pause, [self] { look(self); });
    if (queue)
      ask<std::vector<remote_worker>>(self, ask_workers{}, [self](const outcome<std::vector<remote_worker>>& x) {
        if (x)
          self->state.workers = *x;
      });
  });
}

// -- what people choose from ------------------------------------------------------------------------------

/// `vllm (laptop, box-1)`; vllm and jetson are understood always.
std::vector<command_choice> model_choices(const std::vector<remote_worker>& workers) {
  std::map<std::string, std::string> owners{{"vllm", ""}, {"jetson", ""}};
  for (const auto& worker : workers)
    for (const auto& cap : worker.caps)
      if (worker.live && cap.starts_with(model_cap)) {
        auto& names = owners[cap.substr(model_cap.size())];
        names += (names.empty() ? "" : ", ") + worker.worker_id;
      }
  std::vector<command_choice> choices;
  for (const auto& [model, names] : owners)
    choices.push_back({model + (names.empty() ? "" : " (" + names + ")"), model});
  return choices;
}

std::vector<command_choice> repo_choices(const lookout_state& state) {
  std::vector<command_choice> choices;
  for (const auto& name : state.repos)
    choices.push_back({name, name});
  return choices;
}

void answer_choosers(lookout* self) {
  for (auto& x : std::exchange(self->state.choosers, {}))
    x.deliver(told<std::vector<command_choice>>{repo_choices(self->state)});
}

void end_asking(lookout* self) {
  self->state.asks_repos = false;
  answer_choosers(self);
}

void look_at_list(lookout* self, const std::string& job_id) {
  ask<remote_job>(self, ask_job{job_id}, [self, job_id](const outcome<remote_job>& job) {
    auto& state = self->state;
    const bool over = !job || job->status == "done" || job->status == "failed";
    if (!over && state.looks_left > 0) {
      --state.looks_left;
      return do_later(self, job_pause, [self, job_id] { look_at_list(self, job_id); });
    }
    if (job && job->status == "done") {
      state.repos = state.config.parts->speech->repo_names(*job);
      state.repos_known = self->clock().now();
    }
    end_asking(self);
  });
}

/// The bot has no way of its own to the repositories: a worker lists them.
void ask_repos(lookout* self) {
  auto& state = self->state;
  if (std::exchange(state.asks_repos, true))
    return;
  state.looks_left = job_looks_max;
  auto what = state.config.parts->speech->request_of(chat_job{"repo_list", "", {}, ""});
  what.requester = "discord:choices";
  const auto window = std::chrono::duration_cast<std::chrono::milliseconds>(repos_fresh).count();
  what.idempotency_key = "discord:repos:" + std::to_string(state.config.parts->wall_ms() / window);
  ask<producer_api::created>(self, ask_create{what}, [self](const outcome<producer_api::created>& made) {
    if (made)
      return look_at_list(self, made->id);
    spdlog::warn("event=repos_unknown ec={} why={}", to_string(made.error().code), log_value(made.error().why));
    end_asking(self);
  });
}

caf::result<told<std::vector<command_choice>>> on_ask_choices(lookout* self, const ask_choices& x) {
  auto& state = self->state;
  auto promise = self->make_response_promise();
  if (x.what == ask_choices::kind::models) {
    promise.deliver(told<std::vector<command_choice>>{model_choices(state.workers)});
    return promise;
  }
  state.choosers.push_back(promise);
  if (!state.repos_known || self->clock().now() - *state.repos_known >= repos_fresh)
    ask_repos(self);
  if (state.repos_known) // an old list is better than none; the next letter gets the new one
    answer_choosers(self);
  else
    do_later(self, lookout_state::patience, [self] { answer_choosers(self); });
  return promise;
}

} // namespace

caf::behavior lookout_actor(lookout* self, lookout_config config) {
  guard(self);
  self->state.config = std::move(config);
  self->state.link = self->state.config.parts->watch_link(self);
  look(self);
  return {
      [self](const ask_choices& x) { return on_ask_choices(self, x); },
      [](const later& x) { x.work(); },
  };
}

} // namespace claw
