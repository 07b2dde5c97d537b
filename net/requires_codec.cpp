#include "net/requires_codec.hpp"

#include "net/bounded_json.hpp"

namespace claw {

caps required_caps(std::string_view requires_json) {
  const auto value = parse_bounded_json(requires_json);
  if (!value || !value->is_object())
    return {};
  const auto at = value->find("caps");
  if (at == value->end())
    return {};
  if (at->is_string())
    return caps{{at->get<std::string>()}}; // {"caps": "x"} asks for one
  if (!at->is_array())
    return {};
  std::vector<std::string> names;
  for (const auto& x : *at)
    names.push_back(x.is_string() ? x.get<std::string>() : json_text(x));
  return caps{std::move(names)};
}

} // namespace claw
