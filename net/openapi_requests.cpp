#include "net/openapi_requests.hpp"

#include "actors/domain/access_token.hpp"
#include "actors/domain/limits.hpp"
#include "net/api_bodies.hpp"

#include <nlohmann/json.hpp>

namespace claw {

namespace {

using nlohmann::json;

json text(std::string_view description) {
  return {{"type", "string"}, {"description", description}};
}

json integer(int64_t least, int64_t most, std::string_view description) {
  return {{"type", {"integer", "null"}}, {"minimum", least}, {"maximum", most}, {"description", description}};
}

json object(json properties, json required) {
  return {{"type", "object"}, {"properties", std::move(properties)}, {"required", std::move(required)}};
}

json new_job_schema() {
  const auto bytes = [](std::size_t n) { return std::to_string(n) + " bytes of UTF-8 at most."; };
  auto command = text("Blanks around it are taken off.");
  command["enum"] = command_names();
  json payload = {{"type", {"string", "null"}},
                  {"description", "Null is the empty string. " + bytes(limits::payload_bytes_max)}};
  json requires_json
      = {{"description",
          "Who may claim: {\"caps\": [...]} is a worker with all of them. A string or any JSON, kept as its text. "
              + bytes(limits::requires_bytes_max)}};
  json requester = {{"type", {"string", "null"}},
                    {"description", "Who asks, for fair share and listing. " + bytes(requester_bytes_max)}};
  json tags = {{"type", {"object", "null"}},
               {"maxProperties", limits::tags_max},
               {"additionalProperties", {{"type", "string"}}},
               {"description", "Kept and shown. Names and values together: " + bytes(limits::tags_bytes_max)}};
  return object(
      {{"command", std::move(command)},
       {"payload", std::move(payload)},
       {"requires", std::move(requires_json)},
       {"max_attempts", integer(1, attempts_most, "Claims whose lease may run out.")},
       {"priority", integer(-limits::priority_max, limits::priority_max, "Higher goes first; 0 when absent.")},
       {"requester", std::move(requester)},
       {"not_before", integer(0, wall_s_max, "Unix seconds; not claimed before.")},
       {"deadline", integer(0, wall_s_max, "Unix seconds; fails then unless somebody works on it.")},
       {"tags", std::move(tags)}},
      json::array({"command"}));
}

json progress_schema() {
  auto kind = text("A checkpoint travels with the next claim.");
  kind["enum"] = json::array();
  for (auto x : {job_event_kind::status, job_event_kind::delta, job_event_kind::tool_call, job_event_kind::tool_result,
                 job_event_kind::usage, job_event_kind::checkpoint})
    kind["enum"].push_back(to_string(x));
  json data = {{"type", {"object", "null"}},
               {"description", std::to_string(limits::event_bytes_max) + " bytes at most, except for a checkpoint."}};
  auto event = object({{"type", std::move(kind)}, {"data", std::move(data)}}, json::array({"type"}));
  return {{"oneOf", {event, {{"type", "array"}, {"items", event}}}}};
}

json wanted_token() {
  auto role = text("What it may be used for.");
  role["enum"] = json::array();
  for (auto x : {token_role::bot, token_role::worker, token_role::admin, token_role::reader})
    role["enum"].push_back(to_string(x));
  json worker_id = {{"type", {"string", "null"}}, {"description", "Role worker only: the one that it may speak for."}};
  json caps = {{"type", {"array", "null"}},
               {"items", {{"type", "string"}}},
               {"description", "Role worker only: the most that it may claim with."}};
  return object({{"role", std::move(role)},
                 {"name", text("Whose it is: 1 to 64 of A-Z, a-z, 0-9 and ._:-")},
                 {"worker_id", std::move(worker_id)},
                 {"caps", std::move(caps)},
                 {"expires_at", integer(0, wall_s_max, "Unix seconds; from then on it is wrong.")}},
                json::array({"role", "name"}));
}

json parameter(std::string_view where, std::string_view name, json schema, std::string_view description) {
  return {{"in", where}, {"name", name}, {"schema", std::move(schema)}, {"description", description}};
}

json query(std::string_view name, std::string_view description, json schema = {{"type", "string"}}) {
  return parameter("query", name, std::move(schema), description);
}

json header(std::string_view name, std::string_view description, std::size_t bytes_max) {
  return parameter("header", name, {{"type", "string"}, {"maxLength", bytes_max}}, description);
}

json path_id_of(const char* what, json schema, const char* name = "id") {
  auto x = parameter("path", name, std::move(schema), what);
  x["required"] = true;
  return x;
}

} // namespace

json command_names() {
  auto names = json::array();
  for (const auto name : known_commands())
    names.push_back(name);
  return names;
}

json openapi_requests() {
  json error = {{"type", {"string", "null"}}, {"description", "Trimmed; blank or absent is stored as \"unknown\"."}};
  return {{"NewJob", new_job_schema()},
          {"Line", object({{"text", text("As somebody types it.")}}, json::array({"text"}))},
          {"Result", object({{"result", {{"type", "string"}}}}, json::array({"result"}))},
          {"Failure", object({{"error", std::move(error)}}, json::array())},
          {"Progress", progress_schema()},
          {"WantedToken", wanted_token()},
          {"Nothing", {{"type", {"object", "null"}}, {"description", "Nobody reads it; it may be left out."}}}};
}

json openapi_parameters() {
  const auto of_worker = limits::worker_id_bytes_max;
  json status = {{"type", "string"}, {"enum", {"queued", "running", "done", "failed"}}};
  json limit = {{"type", "integer"}, {"minimum", 1}, {"maximum", limits::page_jobs_max}, {"default", 50}};
  json wait = {{"type", "number"}, {"minimum", 0}, {"maximum", limits::claim_wait_max.count()}, {"default", 0}};
  json number = {{"type", "integer"}, {"minimum", 0}};
  json texts = {{"type", "integer"}, {"minimum", 0}, {"maximum", cut_text_bytes_max}};
  return {
      {"job_id", path_id_of("A job.", {{"type", "string"}, {"format", "uuid"}})},
      {"id_of_worker", path_id_of("A worker's id, percent-encoded.", {{"type", "string"}})},
      {"kid", path_id_of("What stands before the dot of a token.", {{"type", "string"}}, "kid")},
      {"id_of_file", path_id_of("A file of the page.", {{"type", "string"}})},
      {"wait", query("wait", "Seconds to hold the answer until there is something to tell.", std::move(wait))},
      {"after", query("after", "The sequence number of the last event that is known.", number)},
      {"status", query("status", "Only jobs of this status.", std::move(status))},
      {"command", query("command", "Only jobs of this command.")},
      {"requester", query("requester", "Only jobs of this requester.")},
      {"worker_id", query("worker_id", "Only jobs of this worker.")},
      {"limit", query("limit", "Jobs in a page.", std::move(limit))},
      {"texts", query("texts", "Leave result out, and of payload and error all but so many bytes.", std::move(texts))},
      {"cursor", query("cursor", "The next_cursor of the page before.")},
      {"X-Worker-Id", header("X-Worker-Id", "The worker's name; empty counts as absent.", of_worker)},
      {"X-Worker-Caps", header("X-Worker-Caps", "What it can do: a JSON array of strings, or a comma-separated list.",
                               limits::header_bytes_max)},
      {"X-Worker-Boot-Id",
       header("X-Worker-Boot-Id", "New at each start: the jobs of the start before are requeued.", of_worker)},
      {"X-Worker-Version", header("X-Worker-Version", "Shown in /workers.", of_worker)},
      {"X-Worker-Notes",
       parameter("header", "X-Worker-Notes", {{"type", "string"}},
                 "Why it can do less than it was set up for; shown in /workers. Cut off after "
                     + std::to_string(limits::worker_notes_bytes_max) + " bytes.")},
      {"X-Lease-Id", header("X-Lease-Id", "The lease_id of the claim; 409 when it is no longer the job's.",
                            limits::header_bytes_max)},
      {"Idempotency-Key",
       header("Idempotency-Key", "The same key and body within 24 h give the same job.", limits::create_key_bytes_max)},
      {"If-None-Match", header("If-None-Match", "The ETag of what the client has.", limits::header_bytes_max)},
      {"Last-Event-ID",
       header("Last-Event-ID", "Of a stream that goes on: the id of the last event that was seen.", 20)},
  };
}

} // namespace claw
