#pragma once
// What a client is told of each route besides its path and its caller.

#include "net/api_routes.hpp"

#include <string_view>
#include <vector>

namespace claw {

struct route_facts {
  std::string_view summary;
  std::string_view answer;                  ///< the schema of 200 (openapi_schemas)
  std::string_view body;                    ///< the schema of the request's body; "" where it has none
  std::vector<std::string_view> parameters; ///< by their names in openapi_parameters
  std::vector<unsigned> refusals;           ///< statuses besides 200, those that every route of its role has left out
};

route_facts facts_of(api_route x);

} // namespace claw
