#pragma once
// Whose runner it is, and what that user may read: root, who runs doctor, may read everything.

#include <sys/types.h>

#include <optional>
#include <string>

namespace claw {

struct file_reader {
  std::string name;
  uid_t user = 0;
  gid_t group = 0;
};

/// The owner of the runner's state folder, where that is somebody else than who asks. None otherwise, or when the
/// folder is not there yet.
std::optional<file_reader> runner_behind(const std::string& state_folder);

/// @param repo a folder with a `.git` @returns what of it the modes close to the reader, as a path; "" for nothing.
/// Only the repository is looked at, not the folders above it: the service sees its base at a mount of its own.
std::string closed_part(const file_reader& reader, const std::string& repo);

} // namespace claw
