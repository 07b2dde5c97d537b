#pragma once
// Carries out lines of the command language for somebody at a terminal: answers to `out`, progress and trouble to
// `err`. One session belongs to one thread.

#include "actors/domain/chat_command.hpp"
#include "actors/domain/redaction.hpp"
#include "actors/ports/broker_api.hpp"
#include "apps/cli/cli_options.hpp"
#include "apps/cli/job_follow.hpp"

#include <functional>
#include <iosfwd>
#include <string>

namespace claw {

/// Everything around a session, so that a test brings its own.
struct cli_world {
  std::ostream& out;
  std::ostream& err;
  bool colour = false;          ///< only for `err`
  bool on_one_terminal = false; ///< what goes to `out` and to `err` is read by the same person
  follow_world time;
  std::function<int64_t()> wall_s; ///< seconds since the Unix epoch
  std::string requester;           ///< who asks, for the broker's listing
};

class cli_session {
public:
  cli_session(const cli_options& options, producer_api& broker, cli_world world);

  /// Each returns one of `cli_exit`.
  int run_line(const std::string& line);
  int events(const std::string& id);
  int broker_status();
  int trace(const trace_task& task);

private:
  int carry_out(const chat_job& x);
  int carry_out(const chat_question& x);
  int carry_out(const chat_advice& x);
  int ask_job_status(const std::string& id);
  int change_job(const chat_question& x);
  int list_jobs();
  int list_workers();
  int show_queue();
  int whoami();
  int follow(const std::string& id);
  int show_job(const remote_job& job);
  int fail(const failure& why);
  caps known_caps(const std::string& line);
  void note(const std::string& text);
  void show_event(const remote_event& event);
  void end_stream();
  void tell_stream(const std::string& text);
  bool is_told(const std::string& answer) const;

  const cli_options& options_;
  producer_api& broker_;
  cli_world world_;
  redactor redact_;
  stream_redactor delta_;
  bool streaming_ = false;
  std::string told_;     ///< what was streamed since the last line of progress
  std::string streamed_; ///< the begin of a character whose end has not come yet
};

} // namespace claw
