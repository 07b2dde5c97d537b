#include "actors/bot/broker_words.hpp"
#include "actors/bot/conversation_actor.hpp"

namespace claw {

namespace {

template <class T, class Question>
void ask_link(conversation* self, Question question, std::function<void(const outcome<T>&)> got) {
  self->request(self->state.config.parts->broker, broker_time_max, std::move(question))
      .then([got](const told<T>& x) { got(x.what); },
            [got](const caf::error&) {
              got(failure{ec::unreachable, "no answer from the link"});
            });
}

/// @param words makes the reply of what the broker answered
template <class T, class Question, class Words>
void ask_broker(conversation* self, const courier_ptr& courier, Question question, Words words) {
  const auto got = [self, courier, words](const outcome<T>& x) {
    if (x && courier->record().from == errand::source::button)
      return courier->finish([self, courier] { end_errand(self, courier->record()); }); // the job's message shows it
    say_and_end(self, courier, x ? words(*x) : trouble_sentence(x.error()));
  };
  ask_link<T>(self, std::move(question), got);
}

std::string block(const std::string& lines) {
  return "```\n" + lines + (lines.ends_with('\n') ? "" : "\n") + "```";
}

std::string status_words(const job_speech& speech, const remote_job& job) {
  auto text = "Job " + job.id + ": " + speech.state_line(job);
  if (job.status != "done" && job.status != "failed")
    return text;
  const auto answer = speech.answer_of(job);
  text += "\n" + answer.text;
  return answer.footer.empty() ? text : text + "\n-# " + answer.footer;
}

/// The job's second life is shown like its first.
void watch_again(conversation* self, const courier_ptr& courier, const std::string& job_id) {
  courier->set_job(job_id);
  courier->set_phase(errand::phase::watched);
  courier->commit([self, courier] {
    job_story story;
    story.job_id = courier->record().job_id;
    start_watch(self, courier->record(), false, std::move(story));
  });
}

/// Looks at the job first, and notes what it saw: should the bot be killed, the next process sees from the job's later
/// events that it has been retried already, also when it has failed again meanwhile.
/// @param anew somebody may have asked for it already; then the broker says that there is nothing to retry
void try_again(conversation* self, const courier_ptr& courier, const std::string& job_id, bool anew) {
  const auto retried = [self, courier, job_id, anew](const outcome<remote_job>& job) {
    if (!job && !(anew && job.error().code == ec::not_failed))
      return say_and_end(self, courier, trouble_sentence(job.error()));
    watch_again(self, courier, job_id);
  };
  ask_link<remote_job>(self, ask_job{job_id}, [self, courier, job_id, retried](const outcome<remote_job>& job) {
    if (!job)
      return retried(job);
    const auto noted = courier->record().retried_after;
    if (noted != 0 && job->events > noted)
      return watch_again(self, courier, job_id);
    courier->set_retried_after(job->events);
    courier->commit([self, job_id, retried] { ask_link<remote_job>(self, ask_retry{job_id}, retried); });
  });
}

std::string who_am_i(const conversation* self) {
  const auto& parts = *self->state.config.parts;
  const auto& x = parts.settings;
  const auto people = x.rules.people.size();
  std::string text = "I am " + x.instance_name + ", bot user " + std::to_string(parts.me->load()) + ".";
  if (!x.shown_broker_url.empty())
    text += "\nBroker: " + x.shown_broker_url;
  text += "\nAllowlist: " + std::to_string(people) + (people == 1 ? " user" : " users");
  if (x.rules.channels.empty())
    return text + ", direct messages only.";
  text += ", direct messages and ";
  for (auto at = x.rules.channels.begin(); at != x.rules.channels.end(); ++at)
    text += std::string{at == x.rules.channels.begin() ? "" : ", "} + "<#" + to_string(*at) + ">";
  return text + ".";
}

} // namespace

void answer_question(conversation* self, const courier_ptr& courier, const chat_question& x, bool anew) {
  using kind = chat_question::kind;
  const auto speech = self->state.config.parts->speech;
  const auto state_of = [speech](const remote_job& job) { return "Job " + job.id + ": " + speech->state_line(job); };
  switch (x.what) {
  case kind::status:
    return ask_broker<remote_job>(self, courier, ask_job{x.job_id},
                                  [speech](const remote_job& job) { return status_words(*speech, job); });
  case kind::cancel:
    return ask_broker<remote_job>(self, courier, ask_cancel{x.job_id}, state_of);
  case kind::retry:
    return try_again(self, courier, x.job_id, anew);
  case kind::jobs:
    return ask_broker<producer_api::listing>(self, courier, ask_jobs{}, [speech](const producer_api::listing& page) {
      return block(speech->jobs(page.jobs));
    });
  case kind::workers:
    return ask_broker<std::vector<remote_worker>>(
        self, courier, ask_workers{},
        [speech](const std::vector<remote_worker>& all) { return block(speech->workers(all)); });
  case kind::queue:
    return ask_broker<std::string>(self, courier, ask_queue{},
                                   [speech](const std::string& json) { return block(speech->queue(json)); });
  case kind::whoami:
    return say_and_end(self, courier, speech->redacted(who_am_i(self)));
  case kind::help:
    return say_and_end(self, courier, block(chat_help()));
  }
}

} // namespace claw
