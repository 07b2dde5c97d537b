#include "storage/lmdb_env.hpp"

#include "storage/lmdb_values.hpp"

#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <string>
#include <utility>

namespace claw {

namespace {

constexpr unsigned databases_max = 8;

/// Below this much room a short write means that the disk is full.
constexpr std::uintmax_t scarce_bytes = std::uintmax_t{16} << 20;

failure broken(int error) {
  return {ec::store_broken, std::string{"the store cannot be used: "} + mdb_strerror(error)};
}

/// Another program that read the file (mdb_copy, mdb_stat) and was killed keeps its snapshot, and the pages that it
/// sees from being used again.
int drop_dead_readers(MDB_env* env) {
  int dead = 0;
  return mdb_reader_check(env, &dead);
}

/// By how many bytes the file may grow in this process (`ulimit -f`).
std::uintmax_t size_allowance(int fd) {
  struct rlimit limit {};
  struct stat file {};
  if (::getrlimit(RLIMIT_FSIZE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY
      || ::fstat(fd, &file) != 0)
    return std::numeric_limits<std::uintmax_t>::max();
  const auto size = static_cast<std::uintmax_t>(file.st_size);
  return size < limit.rlim_cur ? limit.rlim_cur - size : 0;
}

} // namespace

// -- lmdb_reader

lmdb_reader::lmdb_reader(lmdb_reader&& other) noexcept
    : env_(other.env_), open_(std::move(other.open_)), txn_(std::exchange(other.txn_, nullptr)) {}

lmdb_reader::~lmdb_reader() {
  if (txn_ == nullptr)
    return;
  mdb_txn_reset(txn_);
  const std::lock_guard lock{env_->idle_mutex_};
  env_->idle_.push_back(txn_);
}

outcome<std::optional<std::string_view>> lmdb_reader::get(MDB_dbi database,
                                                          std::string_view key) const {
  auto k = to_val(key);
  MDB_val found{};
  const int error = mdb_get(txn_, database, &k, &found);
  if (error == MDB_NOTFOUND)
    return std::optional<std::string_view>{};
  if (error != 0)
    return broken(error);
  return std::optional{to_view(found)};
}

outcome<std::uint64_t> lmdb_reader::entries(MDB_dbi database) const {
  MDB_stat x{};
  if (const int error = mdb_stat(txn_, database, &x))
    return broken(error);
  return std::uint64_t{x.ms_entries};
}

// -- lmdb_cursor

outcome<lmdb_cursor> lmdb_cursor::open(const lmdb_reader& reader, MDB_dbi database) {
  MDB_cursor* x = nullptr;
  if (const int error = mdb_cursor_open(reader.txn_, database, &x))
    return broken(error);
  return lmdb_cursor{x};
}

outcome<bool> lmdb_cursor::move(MDB_cursor_op how) {
  return get({}, how);
}

outcome<bool> lmdb_cursor::seek(std::string_view key) {
  return get(key, MDB_SET_RANGE);
}

outcome<bool> lmdb_cursor::seek_below(std::string_view key) {
  auto found = seek(key);
  if (!found)
    return found;
  return move(*found ? MDB_PREV : MDB_LAST);
}

outcome<bool> lmdb_cursor::get(std::string_view key, MDB_cursor_op how) {
  auto k = to_val(key);
  MDB_val value{};
  const int error = mdb_cursor_get(cursor_.get(), &k, &value, how);
  if (error == MDB_NOTFOUND)
    return false;
  if (error != 0)
    return broken(error);
  key_ = to_view(k);
  value_ = to_view(value);
  return true;
}

// -- lmdb_env

outcome<std::unique_ptr<lmdb_env>> lmdb_env::open(store_folder folder,
                                                  const lmdb_options& options) {
  MDB_env* raw = nullptr;
  if (const int error = mdb_env_create(&raw))
    return broken(error);
  std::unique_ptr<MDB_env, closer> env{raw};
  int error = mdb_env_set_mapsize(raw, options.map_bytes);
  if (error == 0)
    error = mdb_env_set_maxreaders(raw, options.readers_max);
  if (error == 0)
    error = mdb_env_set_maxdbs(raw, databases_max);
  if (error == 0)
    error = mdb_env_open(raw, folder.path().c_str(), MDB_NOTLS, 0600);
  std::unique_ptr<lmdb_env> opened{new lmdb_env{std::move(folder), std::move(env), options}};
  if (error == 0)
    error = drop_dead_readers(raw);
  if (error != 0)
    return opened->failure_of(error);
  if (auto synced = opened->folder_.sync_names(); !synced)
    return synced.error();
  return opened;
}

outcome<std::unique_ptr<lmdb_env>> lmdb_env::open_to_read(store_folder folder) {
  MDB_env* raw = nullptr;
  if (const int error = mdb_env_create(&raw))
    return broken(error);
  std::unique_ptr<MDB_env, closer> env{raw};
  // A folder without a lock file is nobody's: it stays as it is, and a file of ours would be in its owner's way.
  std::error_code ignored;
  const unsigned unlocked = std::filesystem::exists(folder.path() / "lock.mdb", ignored) ? 0U : MDB_NOLOCK;
  int error = mdb_env_set_maxdbs(raw, databases_max);
  if (error == 0)
    error = mdb_env_open(raw, folder.path().c_str(), MDB_RDONLY | MDB_NOTLS | unlocked, 0600);
  if (error == EACCES || error == EPERM)
    return io_failure("cannot read the store " + folder.path().string() + "; try it as the broker's user", error);
  if (error != 0)
    return broken(error);
  return std::unique_ptr<lmdb_env>{new lmdb_env{std::move(folder), std::move(env), {}}};
}

lmdb_env::~lmdb_env() {
  for (auto* txn : idle_)
    mdb_txn_abort(txn);
}

outcome<lmdb_reader> lmdb_env::begin_read() const {
  std::shared_lock open{open_};
  MDB_txn* txn = nullptr;
  {
    const std::lock_guard lock{idle_mutex_};
    if (!idle_.empty()) {
      txn = idle_.back();
      idle_.pop_back();
    }
  }
  if (txn != nullptr && mdb_txn_renew(txn) != 0) {
    mdb_txn_abort(txn); // it is begun anew, which says why
    txn = nullptr;
  } else if (txn != nullptr) {
    return lmdb_reader{*this, std::move(open), txn};
  }
  int error = begin_read_only(&txn);
  if (error == MDB_MAP_RESIZED) { // its owner has let it grow; the owner itself never sees this
    open.unlock();
    std::unique_lock alone{open_};
    error = mdb_env_set_mapsize(env_.get(), 0);
    alone.unlock();
    open.lock();
    error = error == 0 ? begin_read_only(&txn) : error;
  }
  if (error != 0)
    return broken(error);
  return lmdb_reader{*this, std::move(open), txn};
}

int lmdb_env::begin_read_only(MDB_txn** txn) const {
  return mdb_txn_begin(env_.get(), nullptr, MDB_RDONLY, txn);
}

outcome<done> lmdb_env::read_handles(const work& what) {
  MDB_txn* raw = nullptr;
  if (const int error = begin_read_only(&raw))
    return broken(error);
  std::unique_ptr<MDB_txn, decltype(&mdb_txn_abort)> txn{raw, &mdb_txn_abort};
  if (const int error = what(raw))
    return broken(error);
  if (const int error = mdb_txn_commit(txn.release())) // which is what keeps the handles
    return broken(error);
  return done{};
}

outcome<done> lmdb_env::copy_to(int fd) const {
  const int error = mdb_env_copyfd2(env_.get(), fd, MDB_CP_COMPACT);
  if (error == ENOSPC || error == EDQUOT || error == EFBIG)
    return failure{ec::store_full, "there is no room for a copy of the store"};
  if (error != 0)
    return broken(error);
  return done{};
}

outcome<done> lmdb_env::write(const work& what) {
  const std::lock_guard alone{write_mutex_};
  const auto now = std::chrono::steady_clock::now();
  if (now - readers_checked_ >= options_.reader_check_pause) {
    readers_checked_ = now;
    drop_dead_readers(env_.get());
  }
  int error = try_write(what);
  while (error == MDB_MAP_FULL && grow())
    error = try_write(what);
  if (error != 0)
    return failure_of(error);
  return done{};
}

int lmdb_env::try_write(const work& what) {
  const std::shared_lock open{open_};
  MDB_txn* raw = nullptr;
  if (const int error = mdb_txn_begin(env_.get(), nullptr, 0, &raw))
    return error;
  std::unique_ptr<MDB_txn, decltype(&mdb_txn_abort)> txn{raw, &mdb_txn_abort};
  if (const int error = what(raw))
    return error;
  return mdb_txn_commit(txn.release()); // which also ends a transaction that it cannot commit
}

bool lmdb_env::grow() {
  MDB_envinfo now{};
  if (mdb_env_info(env_.get(), &now) != 0 || now.me_mapsize >= options_.map_bytes_max)
    return false;
  const auto bytes = std::min(now.me_mapsize * 2, options_.map_bytes_max);
  const std::unique_lock alone{open_};
  if (const int error = mdb_env_set_mapsize(env_.get(), bytes)) {
    spdlog::warn("event=map_not_grown bytes={} why=\"{}\"", bytes, mdb_strerror(error));
    return false;
  }
  spdlog::info("event=map_grown bytes={}", bytes);
  return true;
}

outcome<std::uint64_t> lmdb_env::bytes_used(std::initializer_list<MDB_dbi> databases) const {
  const auto reader = begin_read();
  if (!reader)
    return reader.error();
  std::uint64_t bytes = 0;
  for (const auto database : databases) {
    MDB_stat x{};
    if (const int error = mdb_stat(reader->txn_, database, &x))
      return broken(error);
    bytes += (x.ms_branch_pages + x.ms_leaf_pages + x.ms_overflow_pages) * std::uint64_t{x.ms_psize};
  }
  return bytes;
}

std::uintmax_t lmdb_env::room() const {
  const std::shared_lock open{open_};
  MDB_envinfo map{};
  MDB_stat pages{};
  int fd = -1;
  if (mdb_env_info(env_.get(), &map) != 0 || mdb_env_stat(env_.get(), &pages) != 0
      || mdb_env_get_fd(env_.get(), &fd) != 0)
    return 0;
  const std::uintmax_t used = (map.me_last_pgno + 1) * std::uintmax_t{pages.ms_psize};
  const auto in_map = used < options_.map_bytes_max ? options_.map_bytes_max - used : 0;
  return std::min({in_map, size_allowance(fd), folder_.free_bytes()});
}

failure lmdb_env::failure_of(int error) const {
  // LMDB answers EIO to a write that was cut short, which is how most file systems say for the
  // first time that they are full.
  const bool full = error == MDB_MAP_FULL || error == ENOSPC || error == EDQUOT || error == EFBIG;
  int fd = -1;
  if (full
      || (error == EIO
          && (folder_.has_less_than(scarce_bytes)
              || (mdb_env_get_fd(env_.get(), &fd) == 0 && size_allowance(fd) < scarce_bytes))))
    return {ec::store_full, "the store " + folder_.path().string()
                                + " has no room left; free disk space, then it goes on by itself"};
  return broken(error);
}

} // namespace claw
