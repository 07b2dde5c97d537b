#include "apps/doctor/file_reader.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace claw {

namespace {

bool may_read(const file_reader& reader, const struct stat& file) {
  const mode_t wanted = S_ISDIR(file.st_mode) ? S_IROTH | S_IXOTH : S_IROTH;
  const unsigned shift = file.st_uid == reader.user ? 6 : file.st_gid == reader.group ? 3 : 0;
  return ((file.st_mode >> shift) & wanted) == wanted;
}

} // namespace

std::optional<file_reader> runner_behind(const std::string& state_folder) {
  struct stat folder {};
  if (::stat(state_folder.c_str(), &folder) != 0 || folder.st_uid == ::geteuid())
    return std::nullopt;
  const auto* account = ::getpwuid(folder.st_uid);
  return file_reader{account != nullptr ? account->pw_name : "user " + std::to_string(folder.st_uid), folder.st_uid,
                     account != nullptr ? account->pw_gid : folder.st_gid};
}

std::string closed_part(const file_reader& reader, const std::string& repo) {
  for (const auto* part : {"", "/.git", "/.git/HEAD", "/.git/objects"}) {
    struct stat file {};
    if (const auto path = repo + part; ::stat(path.c_str(), &file) == 0 && !may_read(reader, file))
      return path;
  }
  return {};
}

} // namespace claw
