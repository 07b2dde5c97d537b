#pragma once
// The schemas of the OpenAPI document. The schema of an answer is read off what the codec writes for one
// value with everything in it and one with nothing, so that it cannot say anything else than the codec does.

#include <nlohmann/json.hpp>

#include <vector>

namespace claw {

/// The JSON Schema that all the samples fit, as narrow as they are: types, keys of objects, those that all have.
nlohmann::json schema_of_samples(const std::vector<nlohmann::json>& samples);

/// `components.schemas`
nlohmann::json openapi_schemas();

} // namespace claw
