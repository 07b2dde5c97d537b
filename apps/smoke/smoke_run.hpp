#pragma once
// Runs the rows of `openclaw smoke`, one after the other, and judges each by what the broker has of it. Lines go to
// `out` as rows end, progress to `err`. One run belongs to one thread.

#include "actors/domain/redaction.hpp"
#include "actors/ports/broker_api.hpp"
#include "apps/cli/cli_options.hpp"
#include "apps/cli/cli_session.hpp"
#include "apps/smoke/jetson_switch.hpp"
#include "apps/smoke/smoke_record.hpp"
#include "apps/transfer/new_file.hpp"

#include <functional>
#include <string>
#include <vector>

namespace claw {

/// Around a run, so that a test brings its own.
struct smoke_world {
  cli_world terminal;
  bool person = false; ///< somebody is at the terminal, who can stop a runner
  std::function<outcome<done>(const std::string& command)> run_command;
};

class smoke_run {
public:
  smoke_run(const cli_options& options, producer_api& broker, smoke_world world);

  /// @returns one of `cli_exit`: 0 when every row passed, 1 when one failed or was skipped
  int run();

private:
  struct asked_job {
    std::string id;
    bool servable = true; ///< some worker that is there can do it
  };
  struct seen_job {
    remote_job job;
    std::vector<remote_event> events;
    smoke_evidence evidence;
  };

  outcome<done> meet_broker();
  smoke_result result_of(const smoke_row& row);
  smoke_verdict carry_out(smoke_result& x);
  smoke_verdict ask(smoke_result& x);
  smoke_verdict ask_while_away(smoke_result& x);
  smoke_verdict settle(smoke_result& x, const outcome<seen_job>& seen);
  outcome<std::string> watch_it_wait(const std::string& id, bool& unclaimed);
  outcome<asked_job> send(const std::string& line);
  outcome<seen_job> follow(const asked_job& asked, std::chrono::seconds limit);
  outcome<seen_job> look_at(const std::string& id);
  smoke_verdict look_at_every_job();
  outcome<done> note_workers();
  void note(const std::string& text);
  int conclude(new_file* report);

  const cli_options& options_;
  producer_api& broker_;
  smoke_world world_;
  smoke_secrets secrets_;
  jetson_switch jetson_;
  smoke_record record_;
};

} // namespace claw
