#include "net/command_codec.hpp"

#include "net/bounded_json.hpp"

#include <utility>

namespace claw {

producer_api::request request_of(const chat_job& x, std::string requester) {
  producer_api::request request{x.command, x.text, std::nullopt, std::move(requester)};
  if (!x.fields.empty()) {
    auto payload = nlohmann::json::object();
    for (const auto& [name, value] : x.fields)
      std::visit([&, &key = name](const auto& content) { payload[key] = content; }, value);
    request.payload = json_text(payload);
  }
  if (!x.required_cap.empty())
    request.requires_json = json_text({{"caps", {x.required_cap}}});
  return request;
}

} // namespace claw
