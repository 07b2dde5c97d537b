#include "net/openapi_schemas.hpp"

#include "net/api_codec.hpp"
#include "net/openapi_people.hpp"
#include "net/openapi_requests.hpp"

#include <algorithm>
#include <set>

namespace claw {

namespace {

using nlohmann::json;

std::string type_of(const json& x) {
  return x.is_null()      ? "null"
         : x.is_boolean() ? "boolean"
         : x.is_number()  ? "integer" // the contract has no fractions
         : x.is_string()  ? "string"
         : x.is_array()   ? "array"
                          : "object";
}

json schema_of_objects(const std::vector<json>& objects) {
  std::map<std::string, std::vector<json>> members;
  for (const auto& x : objects)
    for (const auto& [key, value] : x.items())
      members[key].push_back(value);
  auto required = json::array();
  auto properties = json::object();
  for (const auto& [key, values] : members) {
    properties[key] = schema_of_samples(values);
    if (values.size() == objects.size())
      required.push_back(key);
  }
  return {{"properties", std::move(properties)}, {"required", std::move(required)}};
}

// -- a value with everything in it, and one with nothing ---------------------------------------------------------

job_document full_job() {
  job_document x;
  auto& head = x.head;
  head.command = "ping";
  head.requires_json = "{}";
  head.requester = head.worker_id = head.lease_id = "x";
  head.started_s = head.finished_s = head.lease_until_s = head.not_before_s = head.deadline_s = 1;
  head.end = job_end::done;
  x.result = x.error = "";
  return x;
}

job_event full_event() {
  return {1, 1, job_event_kind::status, 1, "x", "x", "{}"};
}

worker_snapshot full_worker() {
  worker_snapshot x;
  x.facts.worker_id = x.facts.version = x.facts.notes = "x";
  x.facts.caps = caps{{"x"}};
  x.running = {job_id{}};
  return x;
}

explain_facts full_explanation() {
  explain_facts x;
  x.workers = {{"x", caps{{"x"}}, true, false, 1, 1}};
  x.record.required = caps{{"x"}};
  return x;
}

explain_facts ended_explanation() {
  explain_facts x;
  x.record.status = job_status::done;
  x.record.end = job_end::done;
  return x;
}

readiness_checks all_works() {
  auto checks = look_at({});
  for (auto& x : checks)
    x.trouble.clear();
  return checks;
}

readiness_checks nothing_works() {
  auto checks = look_at({});
  for (auto& x : checks)
    x.trouble = "x";
  return checks;
}

queue_facts full_queue() {
  queue_facts x;
  x.waiting = {{caps{{"x"}}, 1, 1, true}};
  return x;
}

access_token full_token() {
  access_token x;
  x.worker_id = "x";
  x.caps = caps{{"x"}};
  x.expires_s = 1;
  return x;
}

/// The one answer that has the secret.
json new_token_schema() {
  const auto with_secret = [](const access_token& x) {
    auto body = token_object(x, "active");
    body["token"] = "x";
    return body;
  };
  return schema_of_samples({with_secret(full_token()), with_secret({})});
}

json free_object() {
  return {{"type", {"object", "null"}}};
}

template <class Enum>
json names_up_to(Enum last) {
  auto names = json::array();
  for (unsigned i = 0; i <= static_cast<unsigned>(last); ++i)
    names.push_back(to_string(static_cast<Enum>(i)));
  return names;
}

json job_schema() {
  auto x = schema_of_samples({job_object(full_job()), job_object({})});
  auto& keys = x["properties"];
  keys["id"]["format"] = "uuid";
  keys["status"]["enum"] = names_up_to(job_status::failed);
  keys["outcome"]["enum"] = {nullptr, "done", "failed", "cancelled", "dead"};
  keys["command"]["enum"] = command_names();
  keys["tags"] = {{"type", "object"}, {"additionalProperties", {{"type", "string"}}}};
  return x;
}

/// With `texts` the result is left out.
json listed_job_schema() {
  auto x = job_schema();
  auto& required = x["required"];
  required.erase(std::find(required.begin(), required.end(), "result"));
  return x;
}

json event_schema() {
  auto x = schema_of_samples({event_object(full_event()), event_object({})});
  x["properties"]["type"]["enum"] = names_up_to(job_event_kind::checkpoint);
  x["properties"]["data"] = free_object();
  return x;
}

/// The job of a claim is a job with its newest checkpoint.
json claim_schema() {
  const auto job_of = [](const job_document& x) { return json::parse(claim_body(grant{x, "{}"})).at("job"); };
  auto job = schema_of_samples({job_of(full_job()), job_of({})});
  job["type"] = {"object", "null"};
  job["properties"]["checkpoint"] = free_object();
  job["properties"]["tags"] = {{"type", "object"}, {"additionalProperties", {{"type", "string"}}}};
  return {{"type", "object"}, {"properties", {{"job", std::move(job)}}}, {"required", json::array({"job"})}};
}

json parsed(const std::string& body) {
  return json::parse(body);
}

/// An object with a list of things that have a schema of their own.
json list_of(const char* key, const char* schema, json more = json::object()) {
  more[key] = {{"type", "array"}, {"items", {{"$ref", std::string{"#/components/schemas/"} + schema}}}};
  auto required = json::array();
  for (const auto& [name, value] : more.items())
    required.push_back(name);
  return {{"type", "object"}, {"properties", std::move(more)}, {"required", std::move(required)}};
}

} // namespace

json schema_of_samples(const std::vector<json>& samples) {
  std::set<std::string> types;
  std::vector<json> objects, items;
  for (const auto& x : samples) {
    types.insert(type_of(x));
    if (x.is_object())
      objects.push_back(x);
    if (x.is_array())
      items.insert(items.end(), x.begin(), x.end());
  }
  json schema = objects.empty() ? json::object() : schema_of_objects(objects);
  if (!items.empty())
    schema["items"] = schema_of_samples(items);
  schema["type"] = types.size() == 1 ? json(*types.begin()) : json(types);
  return schema;
}

json openapi_schemas() {
  const attempt_story told{1, "x", 1, 1, "x"}, untold{};
  created_job repeated;
  repeated.repeated = true;
  json all = {
      {"Error",
       {{"type", "object"}, {"properties", {{"detail", {{"type", "string"}}}}}, {"required", json::array({"detail"})}}},
      {"Health", schema_of_samples({parsed(health_body())})},
      {"Job", job_schema()},
      {"ListedJob", listed_job_schema()},
      {"JobPage", list_of("jobs", "ListedJob", {{"next_cursor", {{"type", {"string", "null"}}}}})},
      {"Created", schema_of_samples({parsed(created_body({})), parsed(created_body(repeated))})},
      {"Claim", claim_schema()},
      {"Finished",
       schema_of_samples({parsed(finished_body({job_status::done, "x", true})), parsed(finished_body({}))})},
      {"Renewed", schema_of_samples({parsed(renewed_body({}))})},
      {"Released", schema_of_samples({parsed(released_body())})},
      {"Reported", schema_of_samples({parsed(progress_body({}))})},
      {"Event", event_schema()},
      {"EventPage", list_of("events", "Event", {{"next", {{"type", "integer"}}}})},
      {"Explanation",
       schema_of_samples({parsed(explain_body(full_explanation(), {told})), parsed(explain_body({}, {untold})),
                          parsed(explain_body(ended_explanation(), {}))})},
      {"Worker", schema_of_samples({worker_object(full_worker()), worker_object({})})},
      {"Workers", list_of("workers", "Worker")},
      {"Token", schema_of_samples({token_object(full_token(), "active"), token_object({}, "revoked")})},
      {"Tokens", list_of("tokens", "Token")},
      {"NewToken", new_token_schema()},
      {"Queue", schema_of_samples({parsed(queue_body(full_queue(), 1))})},
      {"Ready", schema_of_samples({parsed(ready_body(all_works())), parsed(ready_body(nothing_works()))})},
      {"Metrics", {{"type", "string"}}},
      {"OpenApi", {{"type", "object"}}},
  };
  all.update(openapi_people());
  all.update(openapi_requests());
  return all;
}

} // namespace claw
