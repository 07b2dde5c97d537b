#include "llm/child_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

namespace claw {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t error_bytes_max = 4'096;
constexpr rlim_t address_space_bytes_max = rlim_t{4} << 30;
constexpr int first_free_number = 32; // above every handed descriptor
constexpr std::size_t handed_max = 8;
constexpr auto blind_tick = std::chrono::milliseconds(10); // only where the kernel has no pidfd

struct pipe_ends {
  file_descriptor read, write;
};

bool make_pipe(pipe_ends& out) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    return false;
  out.read = file_descriptor{ends[0]};
  out.write = file_descriptor{ends[1]};
  return true;
}

/// All that the child needs, laid out before it exists: between fork and exec no memory may be taken.
struct launch {
  const child_command& command;
  const child_walls& walls;
  std::vector<char*> arguments, environment;
  rlim_t cpu_seconds = 0;
  pid_t parent = ::getpid();
  pipe_ends output{}, errors{}, started{};
  file_descriptor nothing{};
};

void set_limit(__rlimit_resource what, rlim_t value) {
  const rlimit limit{value, value};
  ::setrlimit(what, &limit);
}

/// Moves a descriptor out of the range of the handed ones.
int raised(int fd) {
  return ::fcntl(fd, F_DUPFD_CLOEXEC, first_free_number);
}

void close_on_exec_from(unsigned first) {
#ifdef SYS_close_range
  constexpr unsigned set_cloexec = 1U << 2;
  if (::syscall(SYS_close_range, first, ~0U, set_cloexec) == 0)
    return;
#endif
  rlimit open_files{};
  ::getrlimit(RLIMIT_NOFILE, &open_files);
  const auto end = static_cast<int>(std::min<rlim_t>(open_files.rlim_cur, 65'536));
  for (auto fd = static_cast<int>(first); fd < end; ++fd)
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
}

bool place_descriptors(const launch& x, int status_pipe) {
  const auto& command = x.command;
  const int input = raised(command.input >= 0 ? command.input : x.nothing.get());
  const int output = raised(x.output.write.get());
  const int errors = raised(x.errors.write.get());
  std::array<int, handed_max> handed{};
  for (std::size_t i = 0; i < command.handed.size(); ++i)
    handed[i] = raised(command.handed[i].ours);
  if (::fchdir(command.working_folder) != 0 || ::dup2(input, 0) != 0 || ::dup2(output, 1) != 1
      || ::dup2(errors, 2) != 2)
    return false;
  close_on_exec_from(3);
  for (std::size_t i = 0; i < command.handed.size(); ++i)
    if (::dup2(handed[i], command.handed[i].theirs) < 0) // the copy survives exec
      return false;
  return status_pipe >= 0;
}

void restore_signals() {
  for (int number = 1; number < NSIG; ++number)
    ::signal(number, SIG_DFL); // fails for KILL and STOP, which is right
  sigset_t none;
  sigemptyset(&none);
  ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
}

/// The child's life up to exec. Async-signal-safe calls only: other threads of the parent may have held any lock.
[[noreturn]] void become_program(const launch& x) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  const int status_pipe = raised(x.started.write.get());
  if (::getppid() == x.parent && place_descriptors(x, status_pipe)) {
    set_limit(RLIMIT_CORE, 0);
    set_limit(RLIMIT_FSIZE, 0); // pipes are not files: it can answer, but write nothing
    set_limit(RLIMIT_AS, address_space_bytes_max);
    set_limit(RLIMIT_CPU, x.cpu_seconds);
    restore_signals();
    x.walls.raise();
    ::execve(x.command.program.c_str(), x.arguments.data(), x.environment.data());
  }
  const int why = errno;
  [[maybe_unused]] const auto told = ::write(status_pipe, &why, sizeof why);
  ::_exit(127);
}

/// A started child; its group dies with this object.
class child_group {
public:
  explicit child_group(pid_t leader) : leader_(leader) {
    ::setpgid(leader, leader); // the child does it too: whoever comes first
#ifdef SYS_pidfd_open
    ended_ = file_descriptor{static_cast<int>(::syscall(SYS_pidfd_open, leader, 0))};
#endif
  }
  child_group(const child_group&) = delete;
  child_group& operator=(const child_group&) = delete;
  ~child_group() {
    end();
  }

  int fd() const noexcept {
    return ended_.get();
  }

  bool has_ended() const {
    siginfo_t about{};
    return ::waitid(P_PID, static_cast<id_t>(leader_), &about, WEXITED | WNOHANG | WNOWAIT) == 0
           && about.si_pid == leader_;
  }

  /// Kills what is left of the group while the unreaped leader still guards its number.
  int end() {
    if (leader_ <= 0)
      return status_;
    ::kill(-leader_, SIGKILL);
    ::kill(leader_, SIGKILL);
    while (::waitpid(leader_, &status_, 0) < 0 && errno == EINTR) {
    }
    leader_ = 0;
    return status_;
  }

private:
  pid_t leader_;
  int status_ = 0;
  file_descriptor ended_;
};

/// Reads what is there. @returns false at the end of the stream.
bool drain(int fd, std::string& into, std::size_t bytes_max, bool& cut) {
  std::array<char, 16'384> block;
  for (;;) {
    const auto count = ::read(fd, block.data(), block.size());
    if (count > 0) {
      const auto room = bytes_max - into.size();
      const auto taken = std::min(room, static_cast<std::size_t>(count));
      into.append(block.data(), taken);
      cut = cut || taken < static_cast<std::size_t>(count);
      if (cut)
        return true;
    } else if (count == 0) {
      return false;
    } else if (errno != EINTR) {
      return errno == EAGAIN;
    }
  }
}

failure late(const child_command& command, steady_clock::time_point begun) {
  const auto passed = std::chrono::ceil<std::chrono::seconds>(steady_clock::now() - begun);
  const auto shown = std::min(passed, std::max(command.time_limit, std::chrono::seconds(1)));
  return {ec::timed_out, "command timed out after " + std::to_string(shown.count()) + "s"};
}

int milliseconds_until(steady_clock::time_point end) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - steady_clock::now());
  return static_cast<int>(std::clamp<int64_t>(left.count(), 0, 60'000));
}

outcome<child_end> follow(launch& x, child_group& child, const stop_token& stop) {
  const auto begun = steady_clock::now();
  const auto end = std::min(begun + x.command.time_limit, x.command.deadline);
  child_end result;
  int output = x.output.read.get();
  int errors = x.errors.read.get();
  bool ignored = false;
  while (!result.output_cut) {
    if (stop.stopped())
      return failure{ec::cancelled, "stopped"};
    const bool last_round = child.has_ended();
    if (output >= 0 && !drain(output, result.output, x.command.output_bytes_max, result.output_cut))
      output = -1;
    if (errors >= 0 && !drain(errors, result.errors, error_bytes_max, ignored))
      errors = -1;
    if (ignored)
      errors = -1; // enough was heard; closing the pipe would kill the program
    if (last_round)
      break;
    auto wait = milliseconds_until(end);
    if (wait == 0)
      return late(x.command, begun);
    if (child.fd() < 0)
      wait = std::min(wait, static_cast<int>(blind_tick.count()));
    std::array<pollfd, 4> watched{{{output, POLLIN, 0},
                                   {errors, POLLIN, 0},
                                   {child.fd(), POLLIN, 0},
                                   {stop.fd(), POLLIN, 0}}};
    ::poll(watched.data(), watched.size(), wait);
  }
  const int status = child.end();
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

std::vector<char*> pointers(const std::vector<std::string>& texts, const std::string* first) {
  std::vector<char*> result;
  if (first)
    result.push_back(const_cast<char*>(first->c_str()));
  for (const auto& text : texts)
    result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

failure not_started(int why) {
  return io_failure("program could not be started", why);
}

} // namespace

outcome<child_end> run_child(const child_command& command, const child_walls& walls,
                             const stop_token& stop) {
  CLAW_ASSERT(command.handed.size() <= handed_max && command.program.starts_with('/'));
  if (stop.stopped())
    return failure{ec::cancelled, "stopped"};
  if (const auto now = steady_clock::now(); command.deadline <= now)
    return late(command, now); // nothing is started that may not even begin
  launch x{command, walls, pointers(command.arguments, &command.program),
           pointers(command.environment, nullptr),
           static_cast<rlim_t>(std::max<int64_t>(command.time_limit.count(), 1)) + 1};
  x.nothing = file_descriptor{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
  if (!x.nothing || !make_pipe(x.output) || !make_pipe(x.errors) || !make_pipe(x.started))
    return not_started(errno);
  ::fcntl(x.output.read.get(), F_SETFL, O_NONBLOCK);
  ::fcntl(x.errors.read.get(), F_SETFL, O_NONBLOCK);

  // No handler of ours may run in the child: signals wait until it has put them back.
  sigset_t all, before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const auto pid = ::fork();
  if (pid == 0)
    become_program(x);
  const int fork_error = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (pid < 0)
    return not_started(fork_error);

  child_group child{pid};
  x.output.write.reset();
  x.errors.write.reset();
  x.started.write.reset();
  int exec_error = 0;
  if (::read(x.started.read.get(), &exec_error, sizeof exec_error) == sizeof exec_error)
    return not_started(exec_error);
  return follow(x, child, stop);
}

} // namespace claw
