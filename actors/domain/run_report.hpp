#pragma once
// How one attempt at a job ended, as its runner reports it to the broker.

#include <cstdint>
#include <string>

namespace claw {

struct run_report {
  enum class kind : uint8_t { result, failure };

  std::string job_id;
  std::string lease_id;  ///< "" from an old broker
  std::string worker_id; ///< under which the job was claimed
  kind what = kind::result;
  std::string text;      ///< redacted
  int64_t made_at_s = 0; ///< wall time; reports that are too old are dropped

  friend bool operator==(const run_report&, const run_report&) = default;
};

/// What is said in the place of a result that a broker finds too large: said nothing, it would give the job out again
/// and again.
inline run_report failure_instead_of(const run_report& result) {
  auto x = result;
  x.what = run_report::kind::failure;
  x.text = "the result is too large for the broker (" + std::to_string(result.text.size())
           + " bytes); ask for less, or raise MAX_RESULT_BYTES there";
  return x;
}

} // namespace claw
