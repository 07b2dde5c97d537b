#include "storage/store_part.hpp"

#include "storage/journaled_job_store.hpp"
#include "storage/owned_fd.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <utility>

namespace claw {

namespace {

namespace fs = std::filesystem;

fs::path beside(const fs::path& path, const std::string& ending) {
  return path.parent_path() / (path.filename().string() + ending);
}

outcome<done> sync_folder(const fs::path& path) {
  const owned_fd fd{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!fd || ::fsync(fd.get()) != 0)
    return io_failure("cannot sync folder " + path.string(), errno);
  return done{};
}

outcome<done> rename_folder(const fs::path& from, const fs::path& to, unsigned flags) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags) != 0)
    return io_failure("cannot rename " + from.string() + " to " + to.string(), errno);
  return sync_folder(to.parent_path());
}

/// A name that is free.
fs::path place_for_replaced(const fs::path& to) {
  for (int n = 1;; ++n) {
    auto place = beside(to, ".replaced-" + std::to_string(n));
    std::error_code error;
    if (!fs::exists(place, error))
      return place;
  }
}

} // namespace

outcome<fs::path> whole_path(const fs::path& given) {
  std::error_code error;
  auto path = fs::absolute(given, error).lexically_normal();
  if (given.empty() || error)
    return failure{ec::bad_config, "this is no path: \"" + given.string() + "\""};
  return path.has_filename() ? path : path.parent_path();
}

bool is_free_place(const fs::path& to) {
  std::error_code error;
  return !fs::exists(to, error) || (fs::is_directory(to, error) && fs::is_empty(to, error));
}

outcome<std::optional<store_folder>> lock_present(const fs::path& to) {
  if (is_free_place(to))
    return std::optional<store_folder>{};
  auto opened = store_folder::open(to);
  return opened ? outcome<std::optional<store_folder>>{std::optional{*std::move(opened)}} : opened.error();
}

outcome<fs::path> begin_part(const fs::path& to) {
  auto part = beside(to, ".part");
  std::error_code error;
  fs::remove_all(part, error);
  if (::mkdir(part.c_str(), 0700) != 0)
    return io_failure("cannot make " + part.string(), errno);
  return part;
}

outcome<done> recover_part(const fs::path& part) {
  job_store_options options;
  options.journal.file_bytes = 0;
  options.ballast_bytes = 0;
  {
    const auto store = open_job_store(part, options);
    if (!store)
      return store.error();
  }
  std::error_code error;
  for (const auto* file : {"journal.0", "journal.1", "broker.lock", "lock.mdb"})
    fs::remove(part / file, error);
  return sync_folder(part);
}

outcome<done> give_to_owner(const fs::path& made, const fs::path& place) {
  struct stat owner {};
  if (::geteuid() != 0 || (::stat(place.c_str(), &owner) != 0 && ::stat(place.parent_path().c_str(), &owner) != 0))
    return done{};
  for (const auto& path : {made, made / "data.mdb"})
    if (::lchown(path.c_str(), owner.st_uid, owner.st_gid) != 0)
      return io_failure("cannot give " + path.string() + " to its owner", errno);
  return done{};
}

outcome<done> name_part(const fs::path& part, const fs::path& to, bool onto_empty) {
  return rename_folder(part, to, onto_empty ? 0 : RENAME_NOREPLACE);
}

outcome<fs::path> exchange_part(const fs::path& part, const fs::path& to) {
  if (const auto x = rename_folder(part, to, RENAME_EXCHANGE); !x)
    return x.error();
  auto replaced = place_for_replaced(to);
  const auto kept = rename_folder(part, replaced, RENAME_NOREPLACE);
  return kept ? outcome<fs::path>{std::move(replaced)} : kept.error();
}

} // namespace claw
