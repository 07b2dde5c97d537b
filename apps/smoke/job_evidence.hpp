#pragma once
// What the broker knows of a row's job, as the values that actors/domain/smoke_verdict judges.

#include "actors/domain/smoke_verdict.hpp"
#include "actors/ports/broker_api.hpp"

#include <map>
#include <string>
#include <vector>

namespace claw {

/// @param events all of the job
smoke_evidence evidence_of(const remote_job& job, const std::vector<remote_event>& events, const redactor& redact);

/// Which model each worker asked, as the result of an llm_task tells; empty for other jobs.
std::map<std::string, std::string> models_of(const remote_job& job);

smoke_worker smoke_worker_of(const remote_worker& x);

} // namespace claw
