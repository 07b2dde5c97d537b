#pragma once
// What a run of `openclaw smoke` has found, for its lines, its JSON and its report.

#include "actors/domain/smoke_verdict.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace claw {

struct smoke_result {
  smoke_row row;
  smoke_verdict verdict;
  std::string job_id;    ///< "" where there was none
  std::string worker_id; ///< who answered; "" where nobody did
  double seconds = 0;    ///< from what was typed to the answer
};

struct smoke_record {
  int64_t began_s = 0; ///< wall time
  std::string repo;
  std::string broker_url, broker_version;
  std::string requester;
  std::vector<smoke_result> results;
  std::vector<smoke_worker> workers;
  std::map<std::string, std::string> models; ///< which model each worker asked
  std::vector<smoke_evidence> jobs;          ///< as they were last seen, in the order of their rows
  std::vector<std::string> time_lines;       ///< of the same jobs, as `openclaw trace` tells them
};

} // namespace claw
