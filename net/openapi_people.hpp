#pragma once
// The schemas of what the page for people is told (people_routes.cpp, dashboard.cpp).

#include <nlohmann/json_fwd.hpp>

namespace claw {

/// By name.
nlohmann::json openapi_people();

} // namespace claw
