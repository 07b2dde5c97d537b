#pragma once
// Jobs and changes as tests of stores need them: every field set, so that a lost one shows.

#include "actors/ports/job_store.hpp"

#include <cstdint>
#include <string>
#include <utility>

namespace claw {

/// Ids in the order of `n`.
inline job_id sample_id(uint64_t n) {
  job_id id;
  for (std::size_t i = id.bytes.size(); i-- > 8; n >>= 8)
    id.bytes[i] = static_cast<uint8_t>(n & 0xff);
  id.bytes[6] = 0x70;
  return id;
}

inline job full_job(uint64_t n) {
  job x;
  x.id = sample_id(n);
  x.created_s = 1'700'000'000 + static_cast<int64_t>(n);
  x.command = "llm_task";
  x.requires_json = R"({"caps":["llm:vllm","repo_tools"]})";
  x.required = caps{{"llm:vllm", "repo_tools"}};
  x.priority = -7;
  x.requester = "discord:42";
  x.not_before_s = 1'700'000'010;
  x.deadline_s = 1'700'009'000;
  x.tags = {{"channel", "general"}, {"empty", ""}};
  x.create_key = "message:7";
  x.create_digest = "digest";
  x.owner = "discord";
  x.status = job_status::running;
  x.end = job_end::none;
  x.attempt = 2;
  x.attempts_max = 5;
  x.worker_id = "jetson-1";
  x.worker_boot_id = "boot-a";
  x.lease_id = "lease-2";
  x.last_lease_id = "lease-1";
  x.lease_principal = "jetson";
  x.lease_kid = "oc0123456789abcd";
  x.started_s = 1'700'000'100;
  x.finished_s = 1'700'000'200;
  x.lease_until_s = 1'700'000'160;
  x.cancel_asked = true;
  x.events = 300;
  return x;
}

inline job_event full_event(uint64_t sequence) {
  return {sequence,   1'700'000'000'123, job_event_kind::tool_call, 2,
          "jetson-1", "because",         R"({"tool":"repo_grep"})"};
}

/// A job as it is created: queued, one event, a payload.
inline job_change creation(uint64_t n, std::string payload = R"({"prompt":"hello"})") {
  job_change x;
  x.after.id = sample_id(n);
  x.after.created_s = 1'700'000'000;
  x.after.command = "llm_task";
  x.after.requires_json = R"({"caps":["llm:vllm"]})";
  x.after.required = caps{{"llm:vllm"}};
  x.after.attempts_max = 5;
  x.after.events = 1;
  x.events.push_back({1, 1'700'000'000'000, job_event_kind::created, 0, "", "", ""});
  x.texts.emplace_back(job_text::payload, std::move(payload));
  return x;
}

/// The job of `creation(n)` after it was done.
inline job_change completion(uint64_t n, std::string result = "42") {
  auto x = creation(n);
  x.after.status = job_status::done;
  x.after.end = job_end::done;
  x.after.attempt = 1;
  x.after.events = 2;
  x.events = {{2, 1'700'000'001'000, job_event_kind::done, 1, "jetson-1", "", ""}};
  x.texts = {{job_text::result, std::move(result)}};
  return x;
}

} // namespace claw
