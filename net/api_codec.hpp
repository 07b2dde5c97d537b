#pragma once
// The JSON that the broker answers (docs/HTTP_API.md). Bytes that are no UTF-8 come out as U+FFFD; nothing throws.

#include "actors/domain/access_token.hpp"
#include "actors/domain/explain.hpp"
#include "actors/domain/job.hpp"
#include "actors/domain/job_event.hpp"
#include "actors/domain/readiness.hpp"
#include "actors/protocol/broker_messages.hpp"
#include "net/http_exchange.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace claw {

/// The job object: every key of the contract, null where there is no value.
nlohmann::json job_object(job_document x);

nlohmann::json event_object(const job_event& x);

std::string health_body();

/// `{"job": ...}` of a claim; null without a grant.
std::string claim_body(const std::optional<grant>& x);

std::string created_body(const created_job& x);
std::string finished_body(const finish_request::answer_type& x);
std::string released_body();
std::string renewed_body(const renewal& x);
std::string progress_body(const progress_request::answer_type& x);
nlohmann::json worker_object(const worker_snapshot& x);
std::string explain_body(const explain_facts& x, const std::vector<attempt_story>& attempts);
std::string workers_body(const std::vector<worker_snapshot>& x);

/// What everybody may know of a token. @param state active, expired or revoked
nlohmann::json token_object(const access_token& x, std::string_view state);
std::string queue_body(const queue_facts& x, int64_t now_s);

/// What was looked at, and what is wrong; with a `detail` where anything is.
std::string ready_body(const readiness_checks& x);

/// `{"events": [...], "next": n}`: pass `next` as `after` for what comes later.
std::string events_body(const std::vector<job_event>& x, uint64_t after);

/// An answer with status 200.
http_reply json_reply(std::string body);

/// The answer to trouble: its status, `{"detail": ...}`, and Retry-After where trying again may help.
http_reply failure_reply(const failure& x);

} // namespace claw
