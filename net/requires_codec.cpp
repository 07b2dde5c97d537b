#include "net/requires_codec.hpp"

#include "actors/domain/limits.hpp"
#include "net/bounded_json.hpp"

namespace claw {

outcome<caps> required_caps(std::string_view requires_json) {
  const auto value = parse_bounded_json(requires_json, limits::requires_bytes_max); // its bytes bound its depth
  if (!value && value.error().code == ec::bad_shape)
    return failure{ec::bad_shape, "requires: " + value.error().why};
  if (!value)
    return caps{};
  if (!value->is_object())
    return caps{};
  const auto at = value->find("caps");
  if (at == value->end())
    return caps{};
  if (at->is_string())
    return caps{{at->get<std::string>()}}; // {"caps": "x"} asks for one
  if (!at->is_array())
    return caps{};
  std::vector<std::string> names;
  for (const auto& x : *at)
    names.push_back(x.is_string() ? x.get<std::string>() : json_text(x));
  caps required{std::move(names)};
  if (required.size() > limits::worker_caps_max)
    return failure{ec::bad_shape, "requires names more than 256 caps, and no worker has so many"};
  return required;
}

} // namespace claw
