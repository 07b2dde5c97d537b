#include "net/openapi.hpp"

#include "net/bounded_json.hpp"
#include "net/http_text.hpp"
#include "net/metrics_text.hpp"
#include "net/openapi_requests.hpp"
#include "net/openapi_routes.hpp"
#include "net/openapi_schemas.hpp"

namespace claw {

namespace {

using nlohmann::json;

json reference(std::string_view kind, std::string_view name) {
  return {{"$ref", "#/components/" + std::string{kind} + '/' + std::string{name}}};
}

json content_of(std::string_view media, std::string_view schema) {
  return {{std::string{media}, {{"schema", reference("schemas", schema)}}}};
}

/// Whose token a route wants: the least of those that may.
std::string_view caller_of(const route_row& row) {
  if (row.side() == api_side::workers)
    return "worker";
  return row.may.contains(caller_kind::shared_bot) ? "bot" : "admin";
}

/// A right token may be the wrong one: of another role, or of another worker.
bool may_forbid(const route_row& row) {
  return row.side() == api_side::workers || !row.may.contains(caller_kind::bot)
         || !row.may.contains(caller_kind::reader);
}

std::string_view id_parameter(path_id x) {
  return x == path_id::job      ? "job_id"
         : x == path_id::worker ? "id_of_worker"
         : x == path_id::token  ? "kid"
                                : "id_of_file";
}

std::vector<std::string_view> media_of(api_route x) {
  if (x == api_route::metrics)
    return {metrics_text::content_type};
  if (x == api_route::show_page)
    return {"text/html"};
  if (x == api_route::show_page_file)
    return {"text/html", "text/css", "text/javascript"};
  return {"application/json"};
}

json answer_of(api_route route, const route_facts& facts) {
  json answer = {{"description", "Done."}, {"content", json::object()}};
  for (const auto media : media_of(route))
    answer["content"].update(content_of(media, facts.answer));
  if (route == api_route::read_events) // a frame an event (WHATWG HTML, "Server-sent events")
    answer["content"]["text/event-stream"] = {{"schema", {{"type", "string"}}}};
  return answer;
}

json responses_of(const route_row& row, const route_facts& facts) {
  auto refusals = facts.refusals;
  if (row.side() != api_side::open) {
    refusals.insert(refusals.end(), {401, 500});
    if (may_forbid(row))
      refusals.push_back(403);
  }
  json all = {{"200", answer_of(row.route, facts)}};
  for (const auto status : refusals)
    all[std::to_string(status)] = reference("responses", std::to_string(status));
  if (row.route == api_route::ready)
    all["503"]
        = {{"description", "Not ready; says what is wrong."}, {"content", content_of("application/json", "Ready")}};
  all["default"] = reference("responses", "refused");
  return all;
}

json operation_of(const route_row& row) {
  const auto facts = facts_of(row.route);
  json x = {{"summary", facts.summary}, {"responses", responses_of(row, facts)}};
  auto parameters = json::array();
  if (row.id != path_id::none)
    parameters.push_back(reference("parameters", id_parameter(row.id)));
  for (const auto name : facts.parameters)
    parameters.push_back(reference("parameters", name));
  if (!parameters.empty())
    x["parameters"] = std::move(parameters);
  if (!facts.body.empty())
    x["requestBody"] = {{"content", content_of("application/json", facts.body)}};
  x["security"]
      = row.side() == api_side::open ? json::array() : json::array({{{std::string{caller_of(row)}, json::array()}}});
  return x;
}

json paths() {
  json all = json::object();
  for (const auto& row : route_table()) {
    std::string method;
    for (const char c : row.method)
      method += static_cast<char>(c - 'A' + 'a');
    all[route_path(row)][method] = operation_of(row);
  }
  return all;
}

json refusals() {
  json all;
  for (const auto status : {400u, 401u, 403u, 404u, 409u, 413u, 422u, 429u, 500u, 503u})
    all[std::to_string(status)]
        = {{"description", reason_phrase(status)}, {"content", content_of("application/json", "Error")}};
  all["304"] = {{"description", "The client has it already: If-None-Match names it."}};
  all["refused"]
      = {{"description", "What is refused before any route hears of it: a malformed, slow or oversized request, a "
                         "method that the path does not have, too many connections."},
         {"content", content_of("application/json", "Error")}};
  return all;
}

json security_schemes() {
  const auto scheme = [](std::string_view header, std::string_view tokens) {
    return json{{"type", "apiKey"},
                {"in", "header"},
                {"name", header},
                {"description", std::string{tokens} + "; the same as Authorization: Bearer."}};
  };
  return {{"bot", scheme("X-Bot-Token", "BOT_TOKEN, ADMIN_TOKEN, or a client's own of a role that may do this")},
          {"admin", scheme("X-Bot-Token", "ADMIN_TOKEN, or a client's own of role admin")},
          {"worker", scheme("X-Worker-Token", "WORKER_TOKEN, or a client's own of role worker")}};
}

} // namespace

json openapi_document() {
  return {{"openapi", "3.1.0"},
          {"info",
           {{"title", "OpenClaw Broker"},
            {"version", CLAW_VERSION},
            {"license", {{"name", "MIT"}}},
            {"description", "A durable job queue. docs/HTTP_API.md tells the whole contract in words."}}},
          {"servers", json::array({{{"url", "/"}}})},
          {"paths", paths()},
          {"components",
           {{"schemas", openapi_schemas()},
            {"parameters", openapi_parameters()},
            {"responses", refusals()},
            {"securitySchemes", security_schemes()}}}};
}

const std::string& openapi_text() {
  static const std::string text = json_text(openapi_document());
  return text;
}

} // namespace claw
