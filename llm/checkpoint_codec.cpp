#include "llm/checkpoint_codec.hpp"

#include "llm/bounded_json.hpp"
#include "llm/message_json.hpp"
#include "llm/redacted_json.hpp"

#include <optional>
#include <utility>

namespace claw {

namespace {

using nlohmann::json;

constexpr int checkpoint_version = 1;
reported_call call_of(const json& x) {
  return {x.at("name").get<std::string>(), x.at("arguments").get<std::string>(),
          x.at("ok").get<bool>(), x.at("output").get<std::string>()};
}

/// Every call must be answered, in order, right after the message that made it: servers refuse anything else.
bool is_paired(const std::vector<chat_message>& messages) {
  for (std::size_t i = 0; i < messages.size(); ++i) {
    for (const auto& call : messages[i].calls)
      if (++i >= messages.size() || messages[i].role != message_role::tool
          || messages[i].call_id != call.id)
        return false;
    if (i + 1 < messages.size() && messages[i + 1].role == message_role::tool)
      return false;
  }
  return true;
}

std::optional<llm_checkpoint> checkpoint_of(const json& x) {
  llm_checkpoint out;
  out.prompt = x.at("prompt").get<std::string>();
  out.fence = x.at("fence").get<std::string>();
  out.escape = x.value("escape", "");
  out.steps = x.at("steps").get<uint32_t>();
  out.completion_tokens = x.value("completion_tokens", uint64_t{0});
  for (const auto& message : x.at("messages")) {
    auto read = message_of(message);
    if (!read)
      return std::nullopt;
    out.messages.push_back(*std::move(read));
  }
  for (const auto& call : x.at("calls"))
    out.calls.push_back(call_of(call));
  for (const auto& worker : x.value("workers", json::array()))
    out.workers.push_back({worker.at("worker_id").get<std::string>(),
                           worker.at("model").get<std::string>(),
                           worker.at("steps").get<uint32_t>()});
  out.notes = x.value("notes", std::vector<std::string>{});
  out.malformed = x.value("malformed", 0u);
  out.refusals = x.value("refusals", 0u);
  out.truncations = x.value("truncations", 0u);
  return out;
}

} // namespace

std::string json_checkpoint_codec::render(const llm_checkpoint& x) const {
  json out{{"version", checkpoint_version},
           {"prompt", x.prompt},
           {"fence", x.fence},
           {"steps", x.steps},
           {"escape", x.escape},
           {"completion_tokens", x.completion_tokens},
           {"malformed", x.malformed},
           {"refusals", x.refusals},
           {"truncations", x.truncations},
           {"notes", x.notes},
           {"workers", json::array()},
           {"messages", json::array()},
           {"calls", json::array()}};
  for (const auto& message : x.messages)
    out["messages"].push_back(json_of(message, &rules_));
  for (const auto& call : x.calls)
    out["calls"].push_back({{"name", call.name},
                            {"arguments", redacted_json(call.arguments_json, rules_)},
                            {"ok", call.ok},
                            {"output", call.output}});
  for (const auto& worker : x.workers)
    out["workers"].push_back(
        {{"worker_id", worker.worker_id}, {"model", worker.model}, {"steps", worker.steps}});
  return json_text(out);
}

outcome<llm_checkpoint> json_checkpoint_codec::parse(const std::string& text) const {
  const failure not_ours{ec::bad_shape, "this is no checkpoint of an llm run"};
  const auto x = parse_foreign_json(text);
  try {
    if (!x || !x->is_object() || x->value("version", 0) != checkpoint_version)
      return not_ours;
    auto out = checkpoint_of(*x);
    if (!out || !is_paired(out->messages))
      return not_ours;
    return *std::move(out);
  } catch (const json::exception&) {
    return not_ours;
  }
}

} // namespace claw
