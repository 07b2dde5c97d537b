#pragma once
// Undelivered job reports as files: one JSON file each in RUNNER_STATE_DIR/outbox, mode 0600, written whole or not at
// all (temporary file, fsync, rename, fsync of the folder). The texts in them are already redacted.

#include "actors/ports/outbox_store.hpp"

#include <string>

namespace claw {

class outbox_files final : public outbox_store {
public:
  /// @param folder is made, mode 0700, when the first report is kept. Its parent exists.
  explicit outbox_files(std::string folder);

  outcome<done> keep(const run_report& x) override;
  outcome<done> drop(const run_report& x) override;

  /// Also removes what an earlier start left half written. A file that cannot be read stays where it is, for people.
  outcome<std::vector<run_report>> load() override;

private:
  std::string path_of(const run_report& x) const;

  std::string folder_;
};

} // namespace claw
