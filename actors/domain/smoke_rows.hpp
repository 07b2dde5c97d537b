#pragma once
// The rows of docs/MULTI_WORKER_LLM_SMOKE.md that `openclaw smoke` runs (sections 6 to 9). Whether one has passed is
// decided in smoke_verdict.hpp.

#include <cstdint>
#include <string>
#include <vector>

namespace claw {

enum class smoke_check : uint8_t {
  workers,         ///< each model has a worker, and none has both
  each_repository, ///< the worker of the cap can look into the repository: without it, others might hide that it cannot
  hello,
  capabilities,
  repos,
  repo_status,
  any_model,  ///< whoever asks next answers
  vllm,       ///< a worker with the cap alone, and it looks into a repository
  jetson,     ///< a worker with the cap alone
  escape,     ///< a model is asked to leave the repository
  path_guard, ///< the same without a model, which might not even try
  away,       ///< the job of a worker that is stopped waits for it
  every_job,  ///< all jobs of the run: none lost, none claimed twice
};

struct smoke_row {
  smoke_check what = smoke_check::workers;
  int section = 6;      ///< of the runbook
  std::string line;     ///< what is typed; for a row without a job, what is looked at
  std::string expected; ///< for people
  std::string cap;      ///< the one that the job must require; "" for none
};

/// The caps of the runbook's two workers.
inline constexpr const char* vllm_cap = "llm:vllm";
inline constexpr const char* jetson_cap = "llm:jetson";

/// In their order. @param repo is on the allowlist of every worker
std::vector<smoke_row> smoke_rows(const std::string& repo);

/// True for a row that becomes a job.
bool has_job(smoke_check x);

/// True for a row whose job requires more than its line says: it goes to the broker, whatever way the others take.
bool is_steered(smoke_check x);

/// True for the rows that a model answers: they take longer.
bool asks_model(smoke_check x);

} // namespace claw
