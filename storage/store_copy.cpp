#include "storage/store_copy.hpp"

#include "storage/journaled_job_store.hpp"
#include "storage/owned_fd.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <string>
#include <utility>

namespace claw {

namespace {

namespace fs = std::filesystem;

/// `x/` means x.
outcome<fs::path> whole_path(const fs::path& given) {
  std::error_code error;
  auto path = fs::absolute(given, error).lexically_normal();
  if (given.empty() || error)
    return failure{ec::bad_config, "this is no path: \"" + given.string() + "\""};
  return path.has_filename() ? path : path.parent_path();
}

fs::path beside(const fs::path& path, const std::string& ending) {
  return path.parent_path() / (path.filename().string() + ending);
}

outcome<done> sync_folder(const fs::path& path) {
  const owned_fd fd{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!fd || ::fsync(fd.get()) != 0)
    return io_failure("cannot sync folder " + path.string(), errno);
  return done{};
}

/// What root makes belongs to whom the place belongs to, or the broker could not open it.
outcome<done> give_to_owner(const fs::path& made, const fs::path& place) {
  struct stat owner {};
  if (::geteuid() != 0 || (::stat(place.c_str(), &owner) != 0 && ::stat(place.parent_path().c_str(), &owner) != 0))
    return done{};
  for (const auto& path : {made, made / "data.mdb"})
    if (::lchown(path.c_str(), owner.st_uid, owner.st_gid) != 0)
      return io_failure("cannot give " + path.string() + " to its owner", errno);
  return done{};
}

/// Takes the copied journal to LMDB, as the start of a broker would, and leaves nothing but data.mdb.
outcome<done> recover(const fs::path& folder) {
  job_store_options options;
  options.journal.file_bytes = 0;
  options.ballast_bytes = 0;
  {
    const auto store = open_job_store(folder, options);
    if (!store)
      return store.error();
  }
  std::error_code error;
  for (const auto* file : {"journal.0", "journal.1", "broker.lock", "lock.mdb"})
    fs::remove(folder / file, error);
  return sync_folder(folder);
}

/// Makes the folder `part`: a whole store, checked.
outcome<check_counts> make_part(const fs::path& from, const fs::path& part, const check_listener& listener) {
  const auto image = store_image::open(from);
  if (!image)
    return image.error();
  std::error_code error;
  fs::remove_all(part, error);
  if (::mkdir(part.c_str(), 0700) != 0)
    return io_failure("cannot make " + part.string(), errno);
  if (const auto copied = image->copy_to(part); !copied)
    return copied.error();
  if (const auto recovered = recover(part); !recovered)
    return recovered.error();
  const auto copy = store_image::open(part);
  if (!copy)
    return copy.error();
  auto counts = check_store(*copy, listener);
  if (counts && counts->problems > 0)
    return failure{ec::store_broken, "the store has faults, which a copy of it would have too: nothing was made"};
  return counts;
}

outcome<copied_store> named(outcome<done> renamed, const check_counts& counts, const fs::path& to,
                            const fs::path& replaced = {}) {
  if (renamed)
    renamed = sync_folder(to.parent_path());
  return renamed ? outcome<copied_store>{copied_store{counts, replaced}} : renamed.error();
}

outcome<done> rename_folder(const fs::path& from, const fs::path& to, unsigned flags) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags) != 0)
    return io_failure("cannot rename " + from.string() + " to " + to.string(), errno);
  return done{};
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

/// Both folders have names at every instant: a crash leaves the old store or the new one under `to`.
outcome<copied_store> exchange(const fs::path& part, const fs::path& to, const check_counts& counts) {
  if (const auto x = rename_folder(part, to, RENAME_EXCHANGE); !x)
    return x.error();
  const auto replaced = place_for_replaced(to);
  return named(rename_folder(part, replaced, RENAME_NOREPLACE), counts, to, replaced);
}

} // namespace

outcome<copied_store> back_up(const fs::path& from, const fs::path& given, const check_listener& listener) {
  const auto to = whole_path(given);
  if (!to)
    return to.error();
  std::error_code error;
  if (fs::exists(fs::symlink_status(*to, error)))
    return failure{ec::bad_config, to->string() + " is there already; a backup needs a new name"};
  const auto part = beside(*to, ".part");
  const auto counts = make_part(from, part, listener);
  if (!counts) {
    fs::remove_all(part, error);
    return counts.error();
  }
  return named(rename_folder(part, *to, RENAME_NOREPLACE), *counts, *to);
}

outcome<copied_store> restore(const fs::path& backup, const fs::path& given, bool replace,
                              const check_listener& listener) {
  const auto to = whole_path(given);
  if (!to)
    return to.error();
  std::error_code error;
  const bool is_free = !fs::exists(*to, error) || (fs::is_directory(*to, error) && fs::is_empty(*to, error));
  if (!is_free && !replace)
    return failure{ec::bad_config, to->string() + " is not empty; with --replace what is there is kept beside it"};
  std::optional<store_folder> old; // locked while it is exchanged
  if (!is_free) {
    auto opened = store_folder::open(*to);
    if (!opened)
      return opened.error();
    old = *std::move(opened);
  }
  const auto part = beside(*to, ".part");
  auto counts = make_part(backup, part, listener);
  if (const auto given_away = counts ? give_to_owner(part, *to) : done{}; !given_away)
    counts = given_away.error();
  if (!counts) {
    fs::remove_all(part, error);
    return counts.error();
  }
  return is_free ? named(rename_folder(part, *to, 0), *counts, *to) : exchange(part, *to, *counts);
}

} // namespace claw
