#pragma once
// How a batch of changes becomes bytes: the values exactly as LMDB will keep them (job_codec.hpp), each under what its
// key is made of. So a change is encoded once, and journal, overlay and LMDB share the bytes.

#include "actors/domain/job_change.hpp"
#include "storage/byte_stream.hpp"
#include "storage/event_chain.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace claw {

struct stored_event {
  uint64_t sequence = 0;
  std::string_view value;
};

/// One change of a job as it is stored. The views live as long as the bytes that they were read from.
struct stored_change {
  job_id id;
  bool erased = false;     ///< the job is gone, and nothing below is set
  bool open = false;       ///< queued or running
  std::string_view record; ///< never empty
  std::vector<stored_event> events;
  std::vector<std::pair<job_text, std::optional<std::string_view>>> texts; ///< none clears the text
};

/// The newest hash in the event chain of each job.
using chain_heads = std::map<job_id, chain_hash>;

/// True where the change goes on with a chain that the store has; else it begins one.
bool continues_chain(const job_change& x);

/// Appends the changes to `out`, in order. @param heads of the jobs whose chains are continued; moved on
void encode_batch(const std::vector<job_change>& changes, chain_heads& heads, std::string& out);

/// Appends that these jobs are gone, with all that belongs to them.
void encode_erasures(const std::vector<job_id>& ids, std::string& out);

/// Reads what both of them wrote. The bytes have passed a checksum; that they are a batch is checked here.
class batch_reader {
public:
  explicit batch_reader(std::string_view bytes) : in_(bytes) {}

  /// The next change; `x` is reused. @returns false at the end, and where the bytes are no batch.
  bool next(stored_change& x);

  /// True when all of the bytes were changes.
  bool at_end() const noexcept { return sound_ && in_.at_end(); }

private:
  std::string_view value();

  byte_reader in_;
  bool sound_ = true;
};

} // namespace claw
