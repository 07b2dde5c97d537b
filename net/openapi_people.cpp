#include "net/openapi_people.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <initializer_list>

namespace claw {

namespace {

using nlohmann::json;

json text() {
  return {{"type", "string"}};
}

json text_or_null() {
  return {{"type", {"string", "null"}}};
}

json truth() {
  return {{"type", "boolean"}};
}

json object(json properties, std::initializer_list<const char*> left_out = {}) {
  auto required = json::array();
  for (const auto& [name, schema] : properties.items())
    required.push_back(name);
  for (const auto* name : left_out)
    required.erase(std::find(required.begin(), required.end(), name));
  return {{"type", "object"}, {"properties", std::move(properties)}, {"required", std::move(required)}};
}

json meaning_schema() {
  json is = {{"type", "string"}, {"enum", {"job", "question", "advice"}}};
  return object({{"is", std::move(is)},
                 {"command", text()},
                 {"payload", text()},
                 {"requires", text_or_null()},
                 {"what", text()},
                 {"job_id", text()},
                 {"text", text()}},
                {"command", "payload", "requires", "what", "job_id", "text"});
}

} // namespace

json openapi_people() {
  json may = object({{"create", truth()}, {"cancel", truth()}, {"retry", truth()}, {"drain", truth()}});
  json expires = {{"type", {"integer", "null"}}};
  json caller
      = object({{"role", text()}, {"name", text()}, {"expires_at", std::move(expires)}, {"may", std::move(may)}});
  json answer = object(
      {{"status", text()}, {"answer", text_or_null()}, {"footer", text_or_null()}, {"failed", truth()}});
  return {{"Page", text()},
          {"Caller", std::move(caller)},
          {"Meaning", meaning_schema()},
          {"Answer", std::move(answer)}};
}

} // namespace claw
