#pragma once
// What must hold of every job at rest, whoever wrote it: the record by itself, its events by themselves, and both
// together. For whoever checks a store, or takes jobs in from elsewhere.

#include "actors/domain/job.hpp"
#include "actors/domain/job_event.hpp"

#include <set>
#include <string>
#include <vector>

namespace claw {

/// A plain sentence a fault, none when the job is sound. @param events all of them, by sequence number
std::vector<std::string> faults_of(const job& x, const std::vector<job_event>& events);

/// The same of the texts that it has.
std::vector<std::string> faults_of(const job& x, const std::set<job_text>& texts);

} // namespace claw
