#include "apps/smoke/smoke_run.hpp"

#include "apps/cli/cli_exit.hpp"
#include "apps/cli/trace_command.hpp"
#include "apps/smoke/job_evidence.hpp"
#include "apps/smoke/smoke_report.hpp"
#include "net/progress_text.hpp"
#include "net/terminal_text.hpp"
#include "net/trace_text.hpp"

#include <algorithm>
#include <optional>
#include <ostream>

namespace claw {

namespace {

using namespace std::chrono_literals;
using kind = smoke_verdict::kind;

constexpr auto command_time_max = 120s; ///< after it the bot would say "Still running"
constexpr auto unservable_time_max = 30s;
constexpr auto waits_for_sure_after = 3s;
constexpr auto workers_come_within = 10s; ///< of a start of the broker or of theirs: the probe of a model takes a while
constexpr auto look_again_after = 250ms;

smoke_verdict failed(const failure& why) {
  return {kind::fail, why.why};
}

} // namespace

smoke_run::smoke_run(const cli_options& options, producer_api& broker, smoke_world world)
    : options_(options), broker_(broker),
      world_(std::move(world)), secrets_{redactor{options.secrets}, options.secrets},
      jetson_(options.smoke, broker,
              {world_.run_command, [this](const std::string& x) { note(x); }, world_.terminal.time}, options.timeout) {}

int smoke_run::run() {
  std::optional<new_file> report;
  const auto end_with = [this](const failure& why) {
    world_.terminal.err << "openclaw: " << printable(secrets_.rules.whole(why.why), true) << std::endl;
    return cli_exit::of(why.code);
  };
  if (const auto& path = options_.smoke.report_file; !path.empty()) {
    auto file = new_file::begin(path);
    if (!file)
      return end_with(file.error());
    report.emplace(std::move(*file));
  }
  if (const auto taken = take_way(); !taken)
    return end_with(taken.error());
  if (const auto met = meet_broker(); !met)
    return end_with(met.error());
  for (const auto& row : smoke_rows(options_.smoke.repo)) {
    record_.results.push_back(result_of(row));
    if (const auto line = smoke_line(record_.results.back(), secrets_.rules); options_.json)
      note(line);
    else
      world_.terminal.out << line << std::endl;
  }
  return conclude(report ? &*report : nullptr);
}

outcome<done> smoke_run::take_way() {
  const auto& task = options_.smoke;
  if (task.channel.empty()) {
    way_ = way_to_broker(broker_, world_.terminal.requester);
    return done{};
  }
  if (task.discord.token.empty())
    return failure{ec::bad_config, "--discord needs SMOKE_DISCORD_TOKEN, the token of the bot that says the rows"};
  if (const auto trust = trust_of(task.discord, task.discord_anywhere); !trust)
    return trust.error();
  way_ = way_through_discord(make_discord_client(task.discord), parse_snowflake(task.channel), broker_, secrets_,
                             world_.terminal.time);
  return done{};
}

outcome<done> smoke_run::meet_broker() {
  const auto health = broker_.health();
  if (!health)
    return health.error();
  record_.began_s = world_.terminal.wall_s();
  record_.repo = options_.smoke.repo;
  record_.broker_url = options_.broker_url;
  record_.broker_version = health->version;
  auto noted = note_workers();
  if (!noted)
    return noted;
  const auto requester = way_->requester();
  if (!requester)
    return requester.error();
  record_.requester = *requester;
  straight_ = way_to_broker(broker_, *requester);
  return done{};
}

/// A worker's caps may come and go with its model: what it had at some time of the run counts.
outcome<done> smoke_run::note_workers() {
  const auto workers = broker_.workers();
  if (!workers)
    return workers.error();
  for (const auto& x : *workers) {
    auto now = smoke_worker_of(x);
    const auto known = std::find_if(record_.workers.begin(), record_.workers.end(),
                                    [&](const smoke_worker& y) { return y.worker_id == now.worker_id; });
    if (known == record_.workers.end()) {
      record_.workers.push_back(std::move(now));
      continue;
    }
    auto names = known->can.names();
    names.insert(names.end(), now.can.names().begin(), now.can.names().end());
    now.can = caps{std::move(names)};
    *known = std::move(now);
  }
  return done{};
}

smoke_result smoke_run::result_of(const smoke_row& row) {
  smoke_result x{row, {}, "", "", 0};
  const auto begin = world_.terminal.time.now();
  if (row.what == smoke_check::every_job)
    x.verdict = look_at_every_job();
  else if (world_.terminal.time.interrupts() > 0)
    x.verdict = {kind::skipped, "interrupted"};
  else
    x.verdict = carry_out(x);
  x.seconds = std::chrono::duration<double>(world_.terminal.time.now() - begin).count();
  return x;
}

smoke_verdict smoke_run::carry_out(smoke_result& x) {
  if (x.row.what == smoke_check::workers)
    return look_at_workers();
  note(x.row.line);
  return x.row.what == smoke_check::away ? ask_while_away(x) : ask(x);
}

smoke_verdict smoke_run::look_at_workers() {
  const auto& time = world_.terminal.time;
  for (const auto until = time.now() + std::min<std::chrono::seconds>(options_.timeout, workers_come_within);;
       time.pause(look_again_after)) {
    const auto judged = judge_workers(record_.workers);
    if (judged.what == kind::pass || time.interrupts() > 0 || time.now() >= until)
      return judged;
    if (const auto noted = note_workers(); !noted)
      return failed(noted.error());
  }
}

row_way& smoke_run::way_of(const smoke_row& row) const {
  return is_steered(row.what) ? *straight_ : *way_;
}

/// Some worker that is there can do it, as far as the broker told.
bool smoke_run::is_servable(const smoke_row& row) const {
  return std::any_of(record_.workers.begin(), record_.workers.end(),
                     [&](const auto& w) { return w.live && (row.cap.empty() || w.can.includes(caps{{row.cap}})); });
}

smoke_verdict smoke_run::ask(smoke_result& x) {
  const auto asked = way_of(x.row).send(x.row);
  if (!asked)
    return failed(asked.error());
  x.job_id = asked->id;
  const std::chrono::seconds limit = !is_servable(x.row)      ? unservable_time_max
                                     : asks_model(x.row.what) ? options_.timeout
                                                              : command_time_max;
  return settle(x, *asked, follow(asked->id, std::min(options_.timeout, limit)));
}

smoke_verdict smoke_run::ask_while_away(smoke_result& x) {
  if (options_.smoke.stop_jetson.empty() && !world_.person)
    return {kind::skipped, "it needs --stop-jetson and --start-jetson, or a person at the terminal"};
  if (!is_servable(x.row))
    return {kind::fail, "no live worker has " + x.row.cap + ", which could be stopped"};
  outcome<done> stopped = jetson_.stop();
  outcome<asked_job> asked = stopped ? way_->send(x.row) : stopped.error();
  bool unclaimed = false;
  outcome<std::string> why = asked ? watch_it_wait(*asked, unclaimed) : asked.error();
  const auto started = jetson_.start(); // whatever went wrong
  if (asked)
    x.job_id = asked->id;
  if (!why || !started)
    return failed(why ? started.error() : why.error());
  auto seen = follow(asked->id, options_.timeout);
  if (seen) {
    seen->evidence.waited_without_claim = unclaimed;
    seen->evidence.why_it_waited = *why;
  }
  return settle(x, *asked, seen);
}

/// @param unclaimed whether it was queued all the time @returns why, in the broker's words
outcome<std::string> smoke_run::watch_it_wait(const asked_job& asked, bool& unclaimed) {
  const auto& time = world_.terminal.time;
  const auto why = broker_.explain(asked.id);
  if (!why)
    return why.error();
  note(*why);
  if (const auto told = way_->tells_of_waiting(asked, options_.timeout); !told)
    return told.error();
  for (const auto until = time.now() + waits_for_sure_after; time.now() < until; time.pause(look_again_after)) {
    if (time.interrupts() > 0)
      return failure{ec::cancelled, "interrupted; the job goes on"};
    const auto job = broker_.find(asked.id);
    if (!job)
      return job.error();
    unclaimed = job->status == "queued" && job->attempt == 0;
    if (!unclaimed)
      break;
  }
  return *why;
}

smoke_verdict smoke_run::settle(smoke_result& x, const asked_job& asked, const outcome<seen_job>& seen) {
  if (!seen)
    return failed(seen.error());
  keep(*seen);
  if (const auto noted = note_workers(); !noted)
    return failed(noted.error());
  for (const auto& [worker, model] : models_of(seen->job))
    record_.models[worker] = model;
  x.worker_id = answerer_of(seen->evidence);
  const auto judged = judge(x.row, options_.smoke.repo, seen->evidence, record_.workers, secrets_);
  if (judged.what != kind::pass)
    return judged;
  const auto told = way_of(x.row).told(asked, seen->job);
  return told.what == kind::pass ? judged : told;
}

outcome<smoke_run::seen_job> smoke_run::follow(const std::string& id, std::chrono::seconds limit) {
  const follow_listener listener{[this](const remote_event& x) {
                                   if (const auto line = progress_line(x, secrets_.rules); !line.empty())
                                     note("  " + line);
                                 },
                                 [this](const std::string& x) { note(x); }};
  const auto job = follow_job(broker_, id, limit, world_.terminal.time, listener);
  if (!job && job.error().code != ec::timed_out)
    return job.error();
  auto seen = look_at(id);
  if (!job && seen) {
    if (const auto why = broker_.explain(id); why)
      seen->evidence.why = *why;
    note("its time is up; cancelling job " + id);
    if (const auto cancelled = broker_.cancel(id); !cancelled)
      note(cancelled.error().why);
  }
  return seen;
}

outcome<smoke_run::seen_job> smoke_run::look_at(const std::string& id) {
  auto job = broker_.find(id);
  if (!job)
    return job.error();
  auto events = all_events(broker_, id);
  if (!events)
    return events.error();
  auto evidence = evidence_of(*job, *events, secrets_.rules);
  return seen_job{std::move(*job), std::move(*events), std::move(evidence)};
}

smoke_verdict smoke_run::look_at_every_job() {
  smoke_verdict lost;
  for (const auto& x : record_.results) {
    if (x.job_id.empty())
      continue;
    if (const auto seen = look_at(x.job_id))
      keep(*seen);
    else
      lost = {kind::fail, "job " + x.job_id + ": " + seen.error().why};
  }
  if (lost.what == kind::fail)
    return lost;
  if (record_.jobs.empty())
    return {kind::skipped, "there is none"};
  return judge_every_job(record_.jobs, record_.workers);
}

/// Takes the place of what was seen of the job before: a broker that is away at the end takes nothing from the report.
void smoke_run::keep(const seen_job& seen) {
  auto line = trace_text(seen.job, "", trace_of(seen.events, secrets_.rules), secrets_.rules);
  for (std::size_t i = 0; i < record_.jobs.size(); ++i)
    if (record_.jobs[i].job_id == seen.evidence.job_id) {
      record_.jobs[i] = seen.evidence;
      record_.time_lines[i] = std::move(line);
      return;
    }
  record_.jobs.push_back(seen.evidence);
  record_.time_lines.push_back(std::move(line));
}

void smoke_run::note(const std::string& text) {
  if (options_.quiet)
    return;
  const auto& terminal = world_.terminal;
  terminal.err << (terminal.colour ? "\x1b[2m" : "") << "  " << printable(secrets_.rules.whole(text), true)
               << (terminal.colour ? "\x1b[0m" : "") << std::endl;
}

int smoke_run::conclude(new_file* report) {
  const auto& terminal = world_.terminal;
  if (options_.json)
    terminal.out << smoke_json(record_, secrets_.rules) << std::endl;
  else
    terminal.out << smoke_summary(record_) << std::endl;
  if (report != nullptr) {
    auto written = report->write(smoke_report(record_, secrets_.rules));
    if (written)
      written = report->end();
    if (!written) {
      terminal.err << "openclaw: " << written.error().why << std::endl;
      return cli_exit::unwritten;
    }
    note("the report-back stands in " + options_.smoke.report_file);
  }
  if (terminal.time.interrupts() > 0)
    return cli_exit::interrupted;
  return has_passed(record_) ? cli_exit::answered : cli_exit::job_failed;
}

} // namespace claw
