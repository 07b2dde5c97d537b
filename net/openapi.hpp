#pragma once
// The broker's HTTP interface as an OpenAPI 3.1 document, made of the table of routes (api_routes), the facts of each
// route (openapi_routes) and schemas that are read off what the codec writes (openapi_schemas).
// @source https://spec.openapis.org/oas/v3.1.0

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace claw {

nlohmann::json openapi_document();

/// The document as text; made once.
const std::string& openapi_text();

} // namespace claw
