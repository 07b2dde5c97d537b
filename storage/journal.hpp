#pragma once
// The two files `journal.0` and `journal.1`: room on the disk that is there from the start and is written over in
// place, so that making a batch durable is one write and one flush of data alone. One file takes records while what
// the other holds is being settled.

#include "actors/domain/error.hpp"
#include "storage/owned_fd.hpp"
#include "storage/store_folder.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace claw {

struct journal_options {
  std::size_t file_bytes = std::size_t{16} << 20; ///< of each file, whole blocks; 0: no journal
  std::function<int(int)> flush;                  ///< for tests; in the place of fdatasync
};

/// One thread at a time.
class journal {
public:
  /// What the files hold, as far as they are there. Errors: `store_broken` when they cannot be read.
  static outcome<std::vector<std::string>> read(const store_folder& folder);

  static bool is_there(const store_folder& folder, std::size_t file_bytes);
  static void remove(const store_folder& folder);

  /// Opens the files, making them where they are not there or of another size. What they hold must
  /// be settled. Errors: `store_full`, `store_broken`; then there are no files.
  static outcome<journal> open(const store_folder& folder, journal_options options);

  /// True when a record of so many bytes has room in the file that takes records now.
  bool fits(std::size_t bytes) const noexcept { return bytes <= options_.file_bytes - at_; }
  std::size_t file_bytes() const noexcept { return options_.file_bytes; }

  /// Writes a sealed record behind the last one, and makes it durable. Errors: `store_broken`; then the record must be
  /// overtaken by what the store settles, and the journal must not be used again: after a flush that failed, the
  /// kernel may call clean what never came to the disk. @pre fits(record.size())
  outcome<done> write(std::string_view record);
  outcome<done> flush();

  /// Spoils a record that could not be written, as far as that is possible.
  void deface();

  /// Appends go to the other file from its beginning on. Everything in that file must be settled.
  void next_file() noexcept;

private:
  journal(std::array<owned_fd, 2> files, journal_options options)
      : files_(std::move(files)), options_(std::move(options)) {}

  std::array<owned_fd, 2> files_;
  journal_options options_;
  std::size_t active_ = 0;
  std::size_t at_ = 0; ///< where the next record goes
  std::size_t written_ = 0; ///< bytes from there that are not flushed
};

} // namespace claw
