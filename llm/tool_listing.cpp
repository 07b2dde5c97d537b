#include "llm/tool_listing.hpp"

#include "llm/bounded_json.hpp"

namespace claw {

std::string tool_listing(const std::vector<tool_spec>& tools) {
  std::string out = "You may use these tools:\n<tools>\n";
  for (const auto& x : tools) {
    const auto parameters = parse_foreign_json(x.parameters_json);
    out += json_text({{"name", x.name},
                      {"description", x.description},
                      {"parameters", parameters ? *parameters : nlohmann::json::object()}})
           + "\n";
  }
  return out + "</tools>\n";
}

} // namespace claw
