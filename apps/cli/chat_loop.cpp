#include "apps/cli/chat_loop.hpp"

#include "actors/domain/ascii.hpp"

#include <editline/readline.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>

namespace claw {

namespace {

constexpr int history_lines_max = 1'000;

/// libedit writes a history file with the umask's mode: the file is there, and private, before it does.
void make_private(const std::string& file) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0)
    return;
  [[maybe_unused]] const int changed = ::fchmod(fd, 0600);
  ::close(fd);
}

struct free_line {
  void operator()(char* line) const { std::free(line); }
};

} // namespace

line_source lines_of(std::istream& in, const wait_listener& waiting) {
  return [&in, waiting]() -> std::optional<std::string> {
    std::string line;
    waiting(true);
    const bool read = static_cast<bool>(std::getline(in, line));
    waiting(false);
    return read ? std::optional{line} : std::nullopt;
  };
}

line_source lines_of_terminal(const std::string& history_file, const wait_listener& waiting) {
  using_history();
  stifle_history(history_lines_max);
  if (!history_file.empty()) {
    make_private(history_file);
    read_history(history_file.c_str());
  }
  return [history_file, waiting]() -> std::optional<std::string> {
    waiting(true);
    const std::unique_ptr<char, free_line> line{readline("openclaw> ")};
    waiting(false);
    if (!line) {
      std::cout << std::endl; // Ctrl-D leaves the prompt on its line
      return std::nullopt;
    }
    if (*line != '\0') {
      add_history(line.get());
      if (!history_file.empty()) {
        const auto before = ::umask(0077);
        write_history(history_file.c_str());
        ::umask(before);
      }
    }
    return std::string{line.get()};
  };
}

std::string
history_file_path(const std::function<std::optional<std::string>(const char*)>& environment) {
  namespace fs = std::filesystem;
  fs::path state = environment("XDG_STATE_HOME").value_or("");
  if (!state.is_absolute()) {
    const auto home = environment("HOME").value_or("");
    if (home.empty())
      return {};
    state = fs::path{home} / ".local" / "state";
  }
  std::error_code trouble;
  fs::create_directories(state / "openclaw", trouble);
  if (trouble)
    return {};
  fs::permissions(state / "openclaw", fs::perms::owner_all, trouble);
  return state / "openclaw" / "history";
}

int chat_loop(const line_source& next, const std::function<int(const std::string&)>& run_line) {
  int last = 0;
  while (const auto line = next()) {
    const auto text = std::string{trimmed(*line)};
    const auto word = in_lower_case(text);
    if (word == "quit" || word == "exit")
      break;
    if (!text.empty())
      last = run_line(text);
  }
  return last;
}

} // namespace claw
