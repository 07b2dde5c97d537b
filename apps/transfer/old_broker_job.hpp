#pragma once
// A job of the old Python broker as a job of ours. Its columns are the keys of the base contract (docs/HTTP_API.md).

#include "actors/domain/error.hpp"
#include "actors/domain/job_change.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace claw {

/// A row of its table. Times are in seconds since the Unix epoch.
struct old_broker_job {
  std::string id;
  int64_t created_s = 0;
  std::string status;
  std::string command;
  std::string payload;
  std::optional<std::string> requires_json;
  std::optional<std::string> result;
  std::optional<std::string> error;
  std::string worker_id;
  std::optional<int64_t> started_s;
  std::optional<int64_t> finished_s;
};

/// The tag that names a job as the old broker did.
inline constexpr const char* old_id_tag = "old_id";

/// Of the time of its creation and of the random bits of its old id: the same job has the same id each time, and older
/// jobs have smaller ids.
job_id id_of(const old_broker_job& x);

/// The one change that makes it. Who runs it is not known here, so a running job is queued again.
/// Errors: `bad_shape`, with a plain sentence.
outcome<job_change> whole_job_of(const old_broker_job& x);

} // namespace claw
