#pragma once
// Runs the rows of `openclaw smoke`, one after the other, and judges each by what the broker has of it. Lines go to
// `out` as rows end, progress to `err`. One run belongs to one thread.

#include "actors/domain/redaction.hpp"
#include "actors/ports/broker_api.hpp"
#include "apps/cli/cli_options.hpp"
#include "apps/cli/cli_session.hpp"
#include "apps/smoke/jetson_switch.hpp"
#include "apps/smoke/row_way.hpp"
#include "apps/smoke/smoke_record.hpp"
#include "apps/transfer/new_file.hpp"

#include <functional>
#include <memory>
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
  struct seen_job {
    remote_job job;
    std::vector<remote_event> events;
    smoke_evidence evidence;
  };

  outcome<done> take_way();
  outcome<done> meet_broker();
  smoke_result result_of(const smoke_row& row);
  smoke_verdict carry_out(smoke_result& x);
  smoke_verdict ask(smoke_result& x);
  smoke_verdict ask_while_away(smoke_result& x);
  smoke_verdict settle(smoke_result& x, const asked_job& asked, const outcome<seen_job>& seen);
  outcome<std::string> watch_it_wait(const asked_job& asked, bool& unclaimed);
  outcome<seen_job> follow(const std::string& id, std::chrono::seconds limit);
  outcome<seen_job> look_at(const std::string& id);
  smoke_verdict look_at_workers();
  smoke_verdict look_at_every_job();
  void keep(const seen_job& seen);
  row_way& way_of(const smoke_row& row) const;
  bool is_servable(const smoke_row& row) const;
  outcome<done> note_workers();
  void note(const std::string& text);
  int conclude(new_file* report);

  const cli_options& options_;
  producer_api& broker_;
  smoke_world world_;
  smoke_secrets secrets_;
  std::unique_ptr<row_way> way_, straight_; ///< there once the run has begun; for steered rows, the second
  jetson_switch jetson_;
  smoke_record record_;
};

} // namespace claw
