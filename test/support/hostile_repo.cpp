#include "test/support/hostile_repo.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

namespace claw::test {

namespace fs = std::filesystem;

void write_file(const std::string& path, const std::string& text) {
  fs::create_directories(fs::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void git(const std::string& folder, const std::vector<std::string>& arguments) {
  std::vector<std::string> words{"git",
                                 "-c",
                                 "user.name=Ada",
                                 "-c",
                                 "user.email=ada@example.org",
                                 "-c",
                                 "commit.gpgSign=false",
                                 "-c",
                                 "core.fsync=none"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (auto& word : words)
    pointers.push_back(word.data());
  pointers.push_back(nullptr);
  const auto child = ::fork();
  if (child == 0) {
    const int nothing = ::open("/dev/null", O_RDWR);
    ::dup2(nothing, 1);
    ::dup2(nothing, 2);
    ::setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
    ::setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
    if (::chdir(folder.c_str()) == 0)
      ::execvp("git", pointers.data());
    ::_exit(127);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw std::runtime_error("git failed: " + arguments.front());
}

std::string fingerprint(const std::string& folder) {
  std::map<std::string, std::string> entries;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    struct stat about {};
    ::lstat(entry.path().c_str(), &about);
    std::ostringstream line;
    line << about.st_mode << ' ' << about.st_size << ' ' << about.st_mtim.tv_sec << '.'
         << about.st_mtim.tv_nsec << ' ' << about.st_nlink;
    if (S_ISREG(about.st_mode) && about.st_size < 1'000'000)
      line << ' ' << std::hash<std::string>{}(read_file(entry.path()));
    entries[entry.path()] = line.str();
  }
  std::string result;
  for (const auto& [path, line] : entries)
    result += path + ' ' + line + '\n';
  return result;
}

namespace {

std::string temporary_folder() {
  std::string pattern = fs::canonical(fs::temp_directory_path()) / "claw-yard-XXXXXX";
  return ::mkdtemp(pattern.data());
}

/// What add_repo copies: git makes it once, since a process for each of its steps would cost more than most tests.
struct first_repo {
  const std::string folder = temporary_folder();

  first_repo() {
    git(folder, {"init", "-q", "-b", "main"});
    fs::remove_all(folder + "/.git/hooks"); // samples: a dozen files that say nothing
    write_file(folder + "/README.md", "# Example\nLEASE_SECONDS is the term of a lease.\n");
    write_file(folder + "/src/main.cpp", "int main() {\n  return 0; // Zebra\n}\n");
    git(folder, {"add", "-A"});
    git(folder, {"commit", "-q", "-m", "First words"});
    write_file(folder + "/src/lease.cpp", "int lease_seconds = 60;\n");
    git(folder, {"add", "-A"});
    git(folder, {"commit", "-q", "-m", "Add the lease"});
  }
  first_repo(const first_repo&) = delete;
  first_repo& operator=(const first_repo&) = delete;

  ~first_repo() {
    std::error_code ignored;
    fs::remove_all(folder, ignored);
  }
};

} // namespace

repo_yard::repo_yard() {
  root = temporary_folder();
  base = root + "/base";
  state = root + "/state";
  outside = root + "/outside";
  canary = root + "/canary";
  allowlist_ = state + "/repos.json";
  for (const auto& folder : {base, state, outside})
    fs::create_directories(folder);
  write_file(outside + "/secret.txt", std::string(secret) + "\n");
  write_file(canary,
             "#!/bin/sh\necho run >> " + root + "/canary-ran\ncat " + outside + "/secret.txt\n");
  ::chmod(canary.c_str(), 0755);
  write_file(allowlist_, "{}");
}

repo_yard::~repo_yard() {
  std::error_code ignored;
  fs::remove_all(root, ignored);
}

repo_config repo_yard::config() const {
  repo_config result;
  result.base = base;
  result.state_dir = state;
  result.allowlist = root + "/no-such-allowlist.json";
  return result;
}

void repo_yard::allow(const std::string& name, const std::string& path) {
  auto text = read_file(allowlist_);
  text.pop_back();
  write_file(allowlist_, text + (text.size() > 1 ? "," : "") + '"' + name + "\":\"" + path + "\"}");
}

std::string repo_yard::add_repo(const std::string& name) {
  static const first_repo original;
  const auto folder = base + '/' + name;
  fs::copy(original.folder, folder, fs::copy_options::recursive | fs::copy_options::copy_symlinks);
  allow(name, name);
  return folder;
}

bool repo_yard::canary_ran() const {
  return fs::exists(root + "/canary-ran");
}

} // namespace claw::test
