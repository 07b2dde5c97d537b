#pragma once
// A folder for what doctor's own calls of git leave, so that nothing of a runner that is at work is touched: its state
// folder belongs to its user, and doctor is often run by root.

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace claw {

class scratch_folder {
public:
  scratch_folder() {
    std::error_code problem;
    auto pattern = (std::filesystem::temp_directory_path(problem) / "openclaw-doctor-XXXXXX").string();
    if (!problem && ::mkdtemp(pattern.data()) != nullptr) // mode 0700
      path_ = pattern;
  }

  scratch_folder(const scratch_folder&) = delete;
  scratch_folder& operator=(const scratch_folder&) = delete;

  ~scratch_folder() {
    std::error_code problem;
    if (!path_.empty())
      std::filesystem::remove_all(path_, problem);
  }

  /// "" when none could be made.
  const std::string& path() const noexcept { return path_; }

private:
  std::string path_;
};

} // namespace claw
