#include "apps/cli/cli_session.hpp"

#include "actors/domain/ascii.hpp"
#include "actors/domain/chat_words.hpp"
#include "actors/domain/code_points.hpp"
#include "apps/cli/cli_exit.hpp"
#include "net/answer_text.hpp"
#include "net/bounded_json.hpp"
#include "net/command_codec.hpp"
#include "net/progress_text.hpp"
#include "net/terminal_text.hpp"

#include <ostream>

namespace claw {

cli_session::cli_session(const cli_options& options, producer_api& broker, cli_world world)
    : options_(options), broker_(broker), world_(std::move(world)), redact_(options.secrets),
      delta_(redact_) {}

int cli_session::run_line(const std::string& line) {
  const auto command = parse_chat_command(line, known_caps(line));
  return std::visit([this](const auto& x) { return carry_out(x); }, command);
}

/// Workers are asked for their caps only where a prompt names a model that is not known always.
caps cli_session::known_caps(const std::string& line) {
  std::string_view rest = line;
  const auto verb = in_lower_case(take_word(rest));
  const auto first = take_word(rest);
  if ((verb != "ask" && verb != "urgo") || first.find(':') == std::string_view::npos)
    return {};
  const auto workers = broker_.workers();
  std::vector<std::string> names;
  if (workers)
    for (const auto& worker : *workers)
      names.insert(names.end(), worker.caps.begin(), worker.caps.end());
  return caps{std::move(names)};
}

int cli_session::carry_out(const chat_job& x) {
  const auto made = broker_.create(request_of(x, world_.requester));
  if (!made)
    return fail(made.error());
  const auto& id = made->id;
  if (!options_.wait) {
    world_.out << (options_.json ? printable_json(json_text({{"id", id}})) : id) << "\n";
    return cli_exit::answered;
  }
  note("job " + id + (x.required_cap.empty() ? "" : ", for a worker with " + x.required_cap));
  return follow(id);
}

int cli_session::carry_out(const chat_advice& x) {
  world_.err << x.text << "\n";
  return cli_exit::usage;
}

int cli_session::carry_out(const chat_question& x) {
  using kind = chat_question::kind;
  switch (x.what) {
  case kind::status:
    return ask_job_status(x.job_id);
  case kind::cancel:
  case kind::retry:
    return change_job(x);
  case kind::jobs:
    return list_jobs();
  case kind::workers:
    return list_workers();
  case kind::queue:
    return show_queue();
  case kind::whoami:
    return whoami();
  case kind::help:
    world_.out << (options_.json ? printable_json(json_text({{"help", chat_help()}})) + "\n" : chat_help());
    return cli_exit::answered;
  }
  return cli_exit::usage;
}

int cli_session::follow(const std::string& id) {
  const follow_listener listener{[this](const remote_event& x) { show_event(x); },
                                 [this](const std::string& x) { note(x); }};
  const auto job = follow_job(broker_, id, options_.timeout, world_.time, listener);
  end_stream();
  if (job)
    return show_job(*job);
  if (options_.json) // whatever happened, the job is there
    world_.out << printable_json(json_text({{"id", id}})) << std::endl;
  return fail(job.error());
}

int cli_session::show_job(const remote_job& job) {
  const auto answer = answer_of(job, redact_, text_style::terminal);
  if (options_.json)
    world_.out << printable_json(job_document_json(job, redact_)) << std::endl;
  else if (answer.failed)
    world_.err << printable(answer.text, false) << std::endl;
  else if (const auto text = printable(answer.text, false); !is_told(text))
    world_.out << text << std::endl;
  told_.clear();
  if (!answer.footer.empty())
    note(answer.footer);
  return answer.failed ? cli_exit::job_failed : cli_exit::answered;
}

int cli_session::ask_job_status(const std::string& id) {
  const auto job = broker_.find(id);
  if (!job)
    return fail(job.error());
  if (!options_.json)
    world_.out << printable(state_line(*job, redact_), true) << std::endl;
  if (job->status == "done" || job->status == "failed")
    return show_job(*job);
  if (options_.json)
    world_.out << printable_json(job_document_json(*job, redact_)) << std::endl;
  return cli_exit::answered;
}

int cli_session::change_job(const chat_question& x) {
  const auto job
      = x.what == chat_question::kind::cancel ? broker_.cancel(x.job_id) : broker_.retry(x.job_id);
  if (!job)
    return fail(job.error());
  if (options_.json)
    world_.out << printable_json(job_document_json(*job, redact_)) << std::endl;
  else
    world_.out << printable(state_line(*job, redact_), true) << std::endl;
  return cli_exit::answered;
}

int cli_session::list_jobs() {
  producer_api::listing_filter filter;
  filter.status = options_.status;
  const auto page = broker_.list(filter);
  if (!page)
    return fail(page.error());
  world_.out << (options_.json ? jobs_json(page->jobs, redact_) + "\n"
                               : jobs_table(page->jobs, redact_, world_.wall_s()));
  return cli_exit::answered;
}

int cli_session::list_workers() {
  const auto workers = broker_.workers();
  if (!workers)
    return fail(workers.error());
  world_.out << (options_.json ? workers_json(*workers, redact_) + "\n"
                               : workers_table(*workers, redact_, world_.wall_s()));
  return cli_exit::answered;
}

int cli_session::show_queue() {
  const auto queue = broker_.queue_json();
  if (!queue)
    return fail(queue.error());
  world_.out << (options_.json ? printable_json(redact_.whole(*queue)) + "\n"
                               : queue_text(*queue, redact_, world_.wall_s()));
  return cli_exit::answered;
}

int cli_session::whoami() {
  if (options_.json)
    world_.out << printable_json(json_text({{"program", "openclaw"},
                             {"version", CLAW_VERSION},
                             {"broker_url", redact_.whole(options_.broker_url)},
                             {"requester", world_.requester}}))
               << "\n";
  else
    world_.out << "openclaw " CLAW_VERSION ", asking " << redact_.whole(options_.broker_url)
               << " as " << world_.requester << "\n";
  return cli_exit::answered;
}

int cli_session::broker_status() {
  const auto health = broker_.health();
  if (!health)
    return fail(health.error());
  const auto queue = health->ok ? broker_.queue_json() : failure{ec::unavailable, "it is not well"};
  const bool refused = !queue && cli_exit::of(queue.error().code) == cli_exit::bad_token;
  if (!options_.json)
    world_.out << "broker" << (health->version.empty() ? "" : " " + printable(health->version, true)) << " at "
               << redact_.whole(options_.broker_url) << (health->ok ? " is well\n" : " is not well\n");
  if (refused)
    return fail(queue.error());
  if (options_.json)
    world_.out << status_json(*health, redact_.whole(options_.broker_url), queue ? redact_.whole(*queue) : "") << "\n";
  else if (queue)
    world_.out << queue_text(*queue, redact_, world_.wall_s());
  return health->ok ? cli_exit::answered : cli_exit::unreachable;
}

int cli_session::events(const std::string& id) {
  follow_listener listener;
  listener.notice = [this](const std::string& x) { note(x); };
  listener.event = [this](const remote_event& x) {
    const auto line = progress_line(x, redact_);
    if (options_.json)
      world_.out << event_json(x, redact_) << std::endl;
    else if (!line.empty())
      world_.out << x.sequence << "  " << line << std::endl;
  };
  const auto known = broker_.events(id, 0, std::chrono::seconds{0});
  if (!known)
    return fail(known.error());
  const auto job = follow_job(broker_, id, options_.timeout, world_.time, listener);
  if (!job)
    return fail(job.error());
  if (!options_.json)
    world_.out << "ended: " << printable(state_line(*job, redact_), true) << "\n";
  return cli_exit::answered;
}

int cli_session::trace(const trace_task& task) {
  const auto traced = run_trace(task, options_.json, broker_, redact_, world_.out);
  return traced ? cli_exit::answered : fail(traced.error());
}

int cli_session::fail(const failure& why) {
  world_.err << "openclaw: " << printable(redact_.whole(why.why), true) << std::endl;
  if (why.code == ec::unreachable)
    world_.err << "Is the broker running? Its address is BROKER_URL or --broker; deploy/quickstart.sh starts one.\n";
  else if (cli_exit::of(why.code) == cli_exit::bad_token)
    world_.err << "BOT_TOKEN must be the broker's; see openclaw --help.\n";
  return cli_exit::of(why.code);
}

void cli_session::note(const std::string& text) {
  if (options_.quiet)
    return;
  end_stream();
  world_.err << (world_.colour ? "\x1b[2m" : "") << "  " << printable(text, true)
             << (world_.colour ? "\x1b[0m" : "") << std::endl;
}

void cli_session::show_event(const remote_event& event) {
  if (const auto text = delta_text(event); !text.empty()) {
    if (options_.quiet || !options_.stream)
      return;
    streamed_ += delta_.feed(text);
    const auto whole = whole_characters(streamed_); // a mark must not reach the terminal in two halves
    if (!streaming_)
      told_.clear();
    streaming_ = true;
    tell_stream(streamed_.substr(0, whole));
    streamed_.erase(0, whole);
    return;
  }
  if (const auto line = progress_line(event, redact_); !line.empty())
    note(line);
}

void cli_session::end_stream() {
  if (!streaming_)
    return;
  streaming_ = false;
  tell_stream(std::exchange(streamed_, {}) + delta_.finish());
  world_.err << std::endl;
}

void cli_session::tell_stream(const std::string& text) {
  const auto shown = printable(text, false);
  told_ += shown;
  world_.err << shown << std::flush;
}

bool cli_session::is_told(const std::string& answer) const {
  return world_.on_one_terminal && !told_.empty() && trimmed(told_).ends_with(trimmed(answer));
}

} // namespace claw
