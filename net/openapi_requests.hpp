#pragma once
// What clients send, as schemas and parameters of the OpenAPI document. The limits are those that the door checks.

#include <nlohmann/json_fwd.hpp>

namespace claw {

/// The commands that the broker knows, as a list.
nlohmann::json command_names();

/// The bodies of requests, for `components.schemas`.
nlohmann::json openapi_requests();

/// `components.parameters`, each by the name that it has on the wire; path ids are `job_id`, `id_of_worker` and `kid`.
nlohmann::json openapi_parameters();

} // namespace claw
