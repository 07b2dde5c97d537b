#include "apps/smoke/spawned_program.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <sstream>
#include <system_error>
#include <vector>

namespace claw {

namespace {

outcome<done> how_it_ended(pid_t child, const std::string& command) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) // Ctrl-C reaches the child, too
      return failure{ec::io_failed, "cannot wait for " + command + ": " + std::generic_category().message(errno)};
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
    return done{};
  return failure{ec::io_failed, command
                                    + (WIFEXITED(status) ? " ended with " + std::to_string(WEXITSTATUS(status))
                                                         : " was ended by signal " + std::to_string(WTERMSIG(status)))};
}

} // namespace

outcome<done> run_to_its_end(const std::string& command) {
  std::istringstream text{command};
  std::vector<std::string> words;
  for (std::string word; text >> word;)
    words.push_back(word);
  if (words.empty())
    return failure{ec::io_failed, "no program is named"};
  std::vector<char*> arguments;
  for (auto& word : words)
    arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, STDERR_FILENO, STDOUT_FILENO);
  pid_t child = 0;
  const int trouble = posix_spawnp(&child, arguments[0], &files, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  if (trouble != 0)
    return failure{ec::io_failed, "cannot run " + words[0] + ": " + std::generic_category().message(trouble)};
  return how_it_ended(child, command);
}

} // namespace claw
