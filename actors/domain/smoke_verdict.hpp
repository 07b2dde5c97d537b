#pragma once
// Whether a row of `openclaw smoke` has passed. What counts is what the broker wrote down of its job, never what an
// answer says of itself.

#include "actors/domain/caps.hpp"
#include "actors/domain/job.hpp"
#include "actors/domain/job_trace.hpp"
#include "actors/domain/redaction.hpp"
#include "actors/domain/smoke_rows.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace claw {

/// A worker, as the broker tells of it.
struct smoke_worker {
  std::string worker_id, version;
  caps can;
  bool live = false;
};

/// What a worker answered to `capabilities`.
struct told_capabilities {
  std::string worker_id, version;
  std::vector<std::string> names;
};

/// What is known of a row's job when its waiting is over.
struct smoke_evidence {
  std::string job_id;
  job_status status = job_status::queued;
  caps required;
  std::vector<told_event> events;        ///< from the first on
  std::string shown;                     ///< what its result says to people, or its error; as the broker has it
  std::string document;                  ///< its whole result or error
  std::string why;                       ///< the broker's sentence on a job that has not ended
  std::optional<told_capabilities> told; ///< capabilities
  std::vector<std::string> repo_names;   ///< repos
  bool waited_without_claim = false;     ///< away: until its worker was started again
  std::string why_it_waited;             ///< away: the broker's sentence meanwhile
};

/// What must stand in no answer.
struct smoke_secrets {
  redactor rules;                  ///< for what people see
  std::vector<std::string> tokens; ///< our own, nowhere in a result
};

struct smoke_verdict {
  enum class kind : uint8_t { pass, fail, skipped };
  kind what = kind::pass;
  std::string why; ///< for people; may be empty when it has passed

  friend bool operator==(const smoke_verdict&, const smoke_verdict&) = default;
};

std::string_view to_string(smoke_verdict::kind x);

/// @param workers as the broker knew them while the rows ran
smoke_verdict judge_workers(const std::vector<smoke_worker>& workers);

/// @pre has_job(row.what)
smoke_verdict judge(const smoke_row& row, const std::string& repo, const smoke_evidence& x,
                    const std::vector<smoke_worker>& workers, const smoke_secrets& secrets);

/// @param jobs all that the rows became, asked for once more at the end
smoke_verdict judge_every_job(const std::vector<smoke_evidence>& jobs, const std::vector<smoke_worker>& workers);

/// The bot's messages to a row must say what its job answered. @param answer in the words for people
smoke_verdict judge_said(const std::string& answer, const std::string& said, const smoke_secrets& secrets);

/// In a sentence: names with commas between; "" is a worker without a name.
std::string listed(const std::vector<std::string>& names);

/// Who claimed it, attempt by attempt. "" for a worker without a name.
std::vector<std::string> claimers_of(const smoke_evidence& x);

/// The worker that answered, or has it; "" when nobody.
std::string answerer_of(const smoke_evidence& x);

/// True for a text with a line of a password file in it, `name:x:0:0:`.
bool shows_password_file(std::string_view text);

} // namespace claw
