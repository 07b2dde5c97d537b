// The operator's command line. What it does is in apps/cli; here it meets the real terminal, clock and network.

#include "actors/domain/limits.hpp"
#include "apps/bounded_read.hpp"
#include "apps/cli/chat_loop.hpp"
#include "apps/cli/cli_exit.hpp"
#include "apps/cli/cli_session.hpp"
#include "apps/cli/inspect_commands.hpp"
#include "apps/cli/store_commands.hpp"
#include "apps/cli/token_commands.hpp"
#include "apps/cli/transcript_view.hpp"
#include "apps/doctor/doctor.hpp"
#include "apps/entropy.hpp"
#include "apps/exit_codes.hpp"
#include "apps/log.hpp"
#include "apps/smoke/smoke_run.hpp"
#include "apps/smoke/spawned_program.hpp"
#include "net/broker_client.hpp"

#include <spdlog/spdlog.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <optional>
#include <string>
#include <system_error>
#include <thread>

namespace {

using namespace claw;

volatile std::sig_atomic_t interrupt_count = 0;
volatile std::sig_atomic_t at_prompt = 0;  ///< chat waits for a line, and nothing is under way
std::optional<termios> terminal_at_start; ///< set before chat waits for its first line

/// At the prompt it ends the program at once: a count would be looked at only when the read ends, and a signal that
/// comes a moment before the read begins does not end it. All calls are async-signal-safe (POSIX.1-2017, 2.4.3).
void on_interrupt(int) {
  interrupt_count = interrupt_count + 1;
  if (at_prompt == 0)
    return;
  if (terminal_at_start)
    tcsetattr(STDIN_FILENO, TCSANOW, &*terminal_at_start);
  // The prompt stands there, and what was typed. There is nobody to tell that it could not be written.
  [[maybe_unused]] const auto written = write(STDERR_FILENO, "\n", 1);
  _exit(cli_exit::interrupted);
}

/// Without SA_RESTART, so that a pause ends when Ctrl-C is pressed.
void count_interrupts() {
  struct sigaction action {};
  action.sa_handler = on_interrupt;
  sigaction(SIGINT, &action, nullptr);
}

std::string user_name() {
  const char* name = std::getenv("USER");
  return name != nullptr && *name != '\0' ? name : "uid " + std::to_string(getuid());
}

int64_t wall_seconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

cli_world real_world() {
  const char* kind = std::getenv("TERM"); // "dumb" and none: it would show the colours' codes
  const bool colour = isatty(STDERR_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr && kind != nullptr && *kind != '\0'
                      && std::string_view{kind} != "dumb";
  return {std::cout,
          std::cerr,
          colour,
          isatty(STDOUT_FILENO) != 0 && isatty(STDERR_FILENO) != 0,
          {[] { return std::chrono::steady_clock::now(); },
           [](std::chrono::milliseconds x) { std::this_thread::sleep_for(x); },
           [] { return static_cast<int>(interrupt_count); }},
          wall_seconds,
          user_name()};
}

int chat(cli_session& session, const config_sources& sources) {
  const bool terminal = isatty(STDIN_FILENO) != 0;
  if (terminal)
    std::cerr << "Type help for the commands, quit or Ctrl-D to leave.\n";
  if (termios now{}; terminal && tcgetattr(STDIN_FILENO, &now) == 0)
    terminal_at_start = now;
  const auto waiting = [](bool waits) {
    std::cout.flush(); // what was answered is not lost with a prompt that is left
    at_prompt = waits ? 1 : 0;
  };
  const auto lines = terminal ? lines_of_terminal(history_file_path(sources.environment), waiting)
                              : lines_of(std::cin, waiting);
  return chat_loop(lines, [&](const std::string& line) {
    interrupt_count = 0;
    return session.run_line(line);
  });
}

/// An answer that a full disk swallowed must not look like one that was given.
int unless_lost(int code) {
  errno = 0;
  if (std::cout.flush())
    return code;
  std::cerr << "openclaw: not all of the answer could be written to standard output"
            << (errno == 0 ? std::string{} : ": " + std::generic_category().message(errno)) << "\n";
  return code == cli_exit::answered ? cli_exit::unwritten : code;
}

int look_after_tokens(const cli_options& options) {
  auto broker = make_token_client({options.broker_url, options.admin_token});
  if (!broker) {
    std::cerr << "openclaw: " << broker.error().why << "\n";
    return cli_exit::of(broker.error().code);
  }
  return run_token_command(options, **broker, real_world().wall_s(), std::cout, std::cerr);
}

int work_on_store(const cli_options& options) {
  if (const auto log = start_log({"openclaw", "warn", "", options.secrets}); !log) {
    std::cerr << "openclaw: " << log.error().why << "\n";
    return cli_exit::config;
  }
  return run_store_task(options.store, {std::cout, std::cerr, options.json, options.quiet,
                                        [] { return std::chrono::steady_clock::now(); }});
}

/// Ends the program by itself: CAF would wait for a peer that is frozen.
[[noreturn]] void inspect(const cli_options& options) {
  count_interrupts();
  const auto connect = [&] {
    return connect_inspector(options.inspect.at, operator_certificates(options.inspect.certificates),
                             options.inspect.wait);
  };
  const auto pause = [](std::chrono::milliseconds x) {
    std::this_thread::sleep_for(x);
    return interrupt_count == 0;
  };
  std::_Exit(unless_lost(run_inspect_task(options.inspect, {std::cout, std::cerr, options.json, connect, pause})));
}

int run(const config_sources& sources) {
  std::signal(SIGPIPE, SIG_IGN); // a reader who has left is an error of the write
  auto read = read_cli_options(sources);
  if (const auto* end = std::get_if<config_exit>(&read)) {
    (end->code == 0 ? std::cout : std::cerr) << end->text;
    return end->code;
  }
  auto& options = std::get<cli_options>(read);
  spdlog::set_level(spdlog::level::off); // what there is to say is said in words
  if (options.action == cli_action::transcript)
    return show_transcript(options.file, options.json, std::cout, std::cerr);
  if (options.action == cli_action::doctor)
    return run_doctor({options.file, options.json}, sources, {wall_seconds, random_bits}, std::cout);
  if (options.line == "ask -") {
    const auto question = read_at_most(std::cin, limits::payload_bytes_max);
    if (!question) {
      std::cerr << "openclaw: the question on standard input is longer than " << limits::payload_bytes_max
                << " bytes\n";
      return cli_exit::usage;
    }
    options.line = "ask " + *question;
  }
  if (options.action == cli_action::token)
    return look_after_tokens(options);
  if (options.action == cli_action::store)
    return work_on_store(options);
  if (options.action == cli_action::inspect)
    inspect(options);
  auto broker = make_producer_client({options.broker_url, options.bot_token});
  if (!broker) {
    std::cerr << "openclaw: " << broker.error().why << "\n";
    return cli_exit::of(broker.error().code);
  }
  count_interrupts();
  if (options.action == cli_action::smoke) {
    const bool person = isatty(STDIN_FILENO) != 0 && isatty(STDERR_FILENO) != 0;
    return smoke_run{options, **broker, {real_world(), person, run_to_its_end}}.run();
  }
  cli_session session{options, **broker, real_world()};
  switch (options.action) {
  case cli_action::run_line:
    return session.run_line(options.line);
  case cli_action::events:
    return session.events(options.job_id);
  case cli_action::status:
    return session.broker_status();
  case cli_action::trace:
    return session.trace(options.trace);
  case cli_action::chat:
    return chat(session, sources);
  case cli_action::token:
  case cli_action::store:
  case cli_action::inspect:
  case cli_action::transcript:
  case cli_action::doctor:
  case cli_action::smoke:
    break; // done above
  }
  return cli_exit::usage;
}

} // namespace

int main(int argc, char** argv) {
  try {
    return unless_lost(run(real_sources(argc, argv)));
  } catch (const std::exception& why) {
    std::cerr << "openclaw: " << why.what() << "\n"; // a wrong program: nothing here is expected
    return exit_codes::internal;
  }
}
