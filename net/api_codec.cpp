#include "net/api_codec.hpp"

#include "net/api_access.hpp"
#include "net/bounded_json.hpp"
#include "net/http_text.hpp"

namespace claw {

namespace {

using nlohmann::json;

template <class T>
json or_null(const std::optional<T>& x) {
  return x ? json(*x) : json(nullptr);
}

json or_null(std::optional<std::string>&& x) {
  return x ? json(*std::move(x)) : json(nullptr);
}

json or_null(const std::string& x) {
  return x.empty() ? json(nullptr) : json(x);
}

/// JSON that somebody else wrote and that was checked when it came in.
json embedded(const std::string& text) {
  if (text.empty())
    return nullptr;
  auto value = parse_bounded_json(text);
  return value ? std::move(*value) : json(text);
}

} // namespace

json job_object(job_document x) {
  const auto& head = x.head;
  json object = {
      {"id", to_string(head.id)},
      {"created_at", head.created_s},
      {"started_at", or_null(head.started_s)},
      {"finished_at", or_null(head.finished_s)},
      {"lease_until", or_null(head.lease_until_s)},
      {"status", to_string(head.status)},
      {"command", head.command},
      {"worker_id", or_null(head.worker_id)},
      {"requires", or_null(head.requires_json)},
      {"outcome", head.end == job_end::none ? json(nullptr) : json(to_string(head.end))},
      {"lease_id", or_null(head.lease_id)},
      {"attempt", head.attempt},
      {"max_attempts", head.attempts_max},
      {"priority", head.priority},
      {"requester", or_null(head.requester)},
      {"not_before", or_null(head.not_before_s)},
      {"deadline", or_null(head.deadline_s)},
      {"tags", head.tags},
      {"owner", head.owner.empty() ? json(shared_principal_name) : json(head.owner)},
      {"cancel_asked", head.cancel_asked},
      {"events", head.events},
  };
  object["payload"] = std::move(x.payload); // moved: in the list above each would be copied
  object["result"] = or_null(std::move(x.result));
  object["error"] = or_null(std::move(x.error));
  return object;
}

json event_object(const job_event& x) {
  return {
      {"sequence", x.sequence},
      {"at_ms", x.at_ms},
      {"type", to_string(x.kind)},
      {"attempt", x.attempt},
      {"worker_id", or_null(x.worker_id)},
      {"why", or_null(x.why)},
      {"data", embedded(x.data_json)},
  };
}

std::string health_body() {
  return R"({"ok":true,"ts_bound":true,"version":")" CLAW_VERSION "\"}";
}

std::string claim_body(const std::optional<grant>& x) {
  if (!x)
    return R"({"job":null})";
  auto object = job_object(x->document);
  object["checkpoint"] = embedded(x->checkpoint_json.value_or(""));
  return json_text({{"job", std::move(object)}});
}

std::string created_body(const created_job& x) {
  std::string body = R"({"id":")";
  body += to_string(x.id);
  body += R"(","status":")";
  body += to_string(x.status);
  body += R"(","servable":)";
  body += x.servable ? "true" : "false";
  body += R"(,"position":)";
  body += std::to_string(x.position);
  body += x.repeated ? R"(,"repeated":true})" : "}";
  return body;
}

std::string finished_body(const finish_request::answer_type& x) {
  json body = {{"ok", true}, {"status", to_string(x.status)}};
  if (!x.note.empty())
    body["note"] = x.note;
  if (x.late)
    body["late"] = true;
  return json_text(body);
}

std::string released_body() {
  return R"({"ok":true})";
}

std::string renewed_body(const renewal& x) {
  return json_text({{"ok", true}, {"lease_until", x.lease_until_s}, {"cancel", x.cancel}});
}

std::string progress_body(const progress_request::answer_type& x) {
  return json_text({{"ok", true}, {"sequence", x.sequence}, {"cancel", x.cancel}});
}

json worker_object(const worker_snapshot& x) {
  auto running = json::array();
  for (const auto& id : x.running)
    running.push_back(to_string(id));
  return {
      {"id", x.facts.worker_id},
      {"worker_id", x.facts.worker_id},
      {"caps", x.facts.caps.names()},
      {"version", or_null(x.facts.version)},
      {"notes", or_null(x.facts.notes)},
      {"first_seen", x.first_seen_s},
      {"last_seen", x.last_seen_s},
      {"polling", x.polling},
      {"live", x.live},
      {"draining", x.draining},
      {"running", std::move(running)},
  };
}

json token_object(const access_token& x, std::string_view state) {
  return {
      {"kid", x.kid},
      {"role", to_string(x.role)},
      {"name", x.principal},
      {"worker_id", or_null(x.worker_id)},
      {"caps", x.caps ? json(x.caps->names()) : json(nullptr)},
      {"created_at", x.created_s},
      {"expires_at", or_null(x.expires_s)},
      {"state", state},
  };
}

std::string workers_body(const std::vector<worker_snapshot>& x) {
  auto list = json::array();
  for (const auto& worker : x)
    list.push_back(worker_object(worker));
  return json_text({{"workers", std::move(list)}});
}

std::string explain_body(const explain_facts& x, const std::vector<attempt_story>& attempts) {
  const auto told = explain(x);
  auto workers = json::array();
  for (const auto& w : x.workers)
    workers.push_back({{"worker_id", w.worker_id},
                       {"missing_caps", w.missing.names()},
                       {"can_serve", w.missing.empty()},
                       {"live", w.live},
                       {"draining", w.draining},
                       {"running", w.running},
                       {"last_seen", w.last_seen_s}});
  auto stories = json::array();
  for (const auto& a : attempts)
    stories.push_back({{"attempt", a.attempt},
                       {"worker_id", or_null(a.worker_id)},
                       {"claimed_at_ms", a.claimed_ms},
                       {"ended_at_ms", or_null(a.ended_ms)},
                       {"end", or_null(a.end)}});
  return json_text({{"id", to_string(x.record.id)},
                    {"status", to_string(x.record.status)},
                    {"summary", told.summary},
                    {"required_caps", x.record.required.names()},
                    {"missing_caps", told.missing_caps},
                    {"jobs_before", x.record.status == job_status::queued ? json(x.ahead) : json()},
                    {"workers", std::move(workers)},
                    {"attempts", std::move(stories)}});
}

std::string queue_body(const queue_facts& x, int64_t now_s) {
  auto waiting = json::array();
  for (const auto& depth : x.waiting)
    waiting.push_back({
        {"caps", depth.required.names()},
        {"queued", depth.queued},
        {"oldest_created_at", depth.oldest_created_s},
        {"oldest_age_s", std::max<int64_t>(0, now_s - depth.oldest_created_s)},
        {"servable", depth.servable},
    });
  return json_text({{"queued", x.queued},
                    {"running", x.running},
                    {"waiting_claims", x.waiting_claims},
                    {"waiting", std::move(waiting)}});
}

std::string ready_body(const readiness_checks& x) {
  json checks;
  std::string trouble;
  for (const auto& check : x) {
    const bool ok = check.trouble.empty();
    checks[std::string{check.name}] = {{"ok", ok}, {"why", or_null(check.trouble)}};
    if (!ok)
      (trouble += trouble.empty() ? "not ready: " : "; ") += check.trouble;
  }
  json body = {{"ready", trouble.empty()}, {"checks", std::move(checks)}};
  if (!trouble.empty())
    body["detail"] = trouble;
  return json_text(body);
}

std::string events_body(const std::vector<job_event>& x, uint64_t after) {
  auto list = json::array();
  for (const auto& event : x)
    list.push_back(event_object(event));
  return json_text({{"events", std::move(list)}, {"next", x.empty() ? after : x.back().sequence}});
}

http_reply json_reply(std::string body) {
  http_reply x;
  x.body = std::move(body);
  return x;
}

http_reply failure_reply(const failure& x) {
  auto out = error_reply(http_status(x.code), detail_for(x));
  if (x.code == ec::unavailable || x.code == ec::store_full)
    out.fields = "Retry-After: 1\r\n";
  return out;
}

} // namespace claw
