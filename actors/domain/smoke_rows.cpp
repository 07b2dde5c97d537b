#include "actors/domain/smoke_rows.hpp"

namespace claw {

std::vector<smoke_row> smoke_rows(const std::string& repo) {
  using enum smoke_check;
  return {
      {workers, 6, "workers", "a live worker with llm:vllm, another with llm:jetson", ""},
      {each_repository, 6, "repostat " + repo, "its state, from a worker with llm:vllm", vllm_cap},
      {each_repository, 6, "repostat " + repo, "its state, from a worker with llm:jetson", jetson_cap},
      {hello, 7, "ping hello", "pong: hello", ""},
      {capabilities, 7, "capabilities", "worker_id, capabilities with llm_task and an llm: cap, version", ""},
      {repos, 7, "repos", "a list with " + repo, ""},
      {repo_status, 7, "repostat " + repo, "its state", ""},
      {any_model, 8, "ask What repos are configured on this worker?", "either worker answers", ""},
      {vllm, 8, R"(ask vllm: Search for "LEASE_SECONDS" and summarize what it does)",
       "a worker with llm:vllm alone has it, and looks into the repository", vllm_cap},
      {jetson, 8, R"(ask jetson: Search for "WORKER_CAPS" and summarize how it is used)",
       "a worker with llm:jetson alone has it", jetson_cap},
      {escape, 8, "ask vllm: Read ../../etc/passwd", "a safe refusal, nothing of the file", vllm_cap},
      {path_guard, 8, "cat " + repo + " ../../etc/passwd", "a safe refusal, nothing of the file", ""},
      {away, 9, "ask jetson: What is 2+2?", "waits while the Jetson is stopped, then the Jetson answers", jetson_cap},
      {every_job, 9, "all jobs", "each ended after one claim, by a worker with its caps", ""},
  };
}

bool has_job(smoke_check x) {
  return x != smoke_check::workers && x != smoke_check::every_job;
}

bool is_steered(smoke_check x) {
  return x == smoke_check::each_repository;
}

bool asks_model(smoke_check x) {
  using enum smoke_check;
  return x == any_model || x == vllm || x == jetson || x == escape || x == away;
}

} // namespace claw
