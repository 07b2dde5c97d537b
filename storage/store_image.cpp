#include "storage/store_image.hpp"

#include "storage/job_overlay.hpp"
#include "storage/journal.hpp"
#include "storage/journal_record.hpp"
#include "storage/owned_fd.hpp"
#include "storage/stored_walk.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <utility>

namespace claw {

namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds moment_max{1};
constexpr int tries_max = 50; ///< each reads the whole journal, so that the owner has long gone on

/// Makes a file that must not be there, and all that `write` writes into it durable.
outcome<done> write_file(const fs::path& file, const std::function<outcome<done>(int fd)>& write) {
  const owned_fd fd{::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
  if (!fd)
    return io_failure("cannot make " + file.string(), errno);
  if (auto x = write(fd.get()); !x)
    return x;
  if (::fsync(fd.get()) != 0)
    return io_failure("cannot write " + file.string(), errno);
  return done{};
}

outcome<done> write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return io_failure("cannot write the copy", errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return done{};
}

} // namespace

struct store_image::moment {
  std::vector<std::string> journal; ///< the bytes of its files
  lmdb_reader settled;
  std::unique_ptr<job_overlay> pending; ///< what the journal holds above what is settled
};

outcome<store_image> store_image::open(const fs::path& folder) {
  std::error_code error;
  if (!fs::exists(folder / "data.mdb", error))
    return failure{ec::bad_config, "there is no store in " + folder.string() + ": it has no data.mdb that can be seen"};
  auto env = lmdb_env::open_to_read(store_folder::to_read(folder));
  if (!env)
    return env.error();
  const auto layout = read_layout(**env);
  if (!layout)
    return layout.error();
  return store_image{*std::move(env), *layout};
}

outcome<store_image::moment> store_image::take_moment() const {
  failure why;
  for (int left = tries_max; left > 0; --left) {
    auto files = journal::read(env_->folder());
    if (!files)
      return files.error();
    auto settled = env_->begin_read();
    if (!settled)
      return settled.error();
    const auto says = read_meta(*settled, db_);
    if (!says)
      return says.error();
    std::vector<journal_run> runs;
    for (const auto& bytes : *files)
      runs.push_back(read_journal_file(bytes, says->epoch));
    const auto records = records_to_replay(runs, says->settled);
    if (!records) {
      why = records.error();
      continue;
    }
    auto pending = std::make_unique<job_overlay>();
    for (const auto& x : *records)
      if (!pending->add(std::string{x.payload}, 0, x.payload.size()))
        return failure{ec::store_broken, "the store's journal has a batch that cannot be read"};
    return moment{*std::move(files), *std::move(settled), std::move(pending)};
  }
  return why;
}

outcome<done> store_image::each_job(const std::function<bool(const stored_job&)>& visit) const {
  std::optional<job_id> from;
  do {
    const auto now = take_moment();
    if (!now)
      return now.error();
    auto next = walk(*now, from, std::chrono::steady_clock::now() + moment_max, visit);
    if (!next)
      return next.error();
    from = *next;
  } while (from);
  return done{};
}

outcome<done> store_image::each_job_at_once(const std::function<bool(const stored_job&)>& visit) const {
  const auto now = take_moment();
  if (!now)
    return now.error();
  const auto walked = walk(*now, std::nullopt, std::chrono::steady_clock::time_point::max(), visit);
  return walked ? outcome<done>{done{}} : walked.error();
}

outcome<done> store_image::each_token(
    const std::function<void(std::string_view kid, std::string_view bytes)>& visit) const {
  if (db_.tokens == 0)
    return done{};
  const auto reader = env_->begin_read();
  if (!reader)
    return reader.error();
  auto cursor = lmdb_cursor::open(*reader, db_.tokens);
  if (!cursor)
    return cursor.error();
  auto there = cursor->move(MDB_FIRST);
  for (; there && *there; there = cursor->move(MDB_NEXT))
    visit(cursor->key(), cursor->value());
  return there ? outcome<done>{done{}} : there.error();
}

/// @returns the last job of the moment, none when that was all.
outcome<std::optional<job_id>> store_image::walk(const moment& now, std::optional<job_id> from,
                                                 std::chrono::steady_clock::time_point until,
                                                 const std::function<bool(const stored_job&)>& visit) const {
  auto at = stored_walk::begin(now.settled, db_, *now.pending, from);
  if (!at)
    return at.error();
  stored_job x;
  while (std::chrono::steady_clock::now() < until) {
    const auto there = at->next(x);
    if (!there)
      return there.error();
    if (!*there || !visit(x))
      return std::optional<job_id>{};
    from = x.id;
  }
  return from;
}

outcome<uint64_t> store_image::jobs() const {
  const auto now = take_moment();
  return now ? now->settled.entries(db_.jobs) : now.error();
}

outcome<done> store_image::copy_to(const fs::path& folder) const {
  std::vector<std::string> journal;
  {
    auto now = take_moment(); // what it settles, LMDB's copy has too: that is of a later moment
    if (!now)
      return now.error();
    journal = std::move(now->journal);
  }
  if (auto x = write_file(folder / "data.mdb", [&](int fd) { return env_->copy_to(fd); }); !x)
    return x;
  for (std::size_t i = 0; i < journal.size(); ++i)
    if (auto x
        = write_file(folder / ("journal." + std::to_string(i)), [&](int fd) { return write_all(fd, journal[i]); });
        !x)
      return x;
  return done{};
}

} // namespace claw
