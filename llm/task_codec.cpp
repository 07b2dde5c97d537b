#include "llm/task_codec.hpp"

#include "actors/domain/shorten.hpp"
#include "llm/bounded_json.hpp"
#include "llm/redacted_json.hpp"

#include <algorithm>
#include <utility>

namespace claw {

namespace {

using nlohmann::json;
constexpr std::size_t shown_arguments_bytes_max = 1'024;

failure wrong(const char* why) {
  return {ec::bad_shape, why};
}

/// The arguments as JSON where they are JSON, else as the text that the model wrote.
json arguments_of(const std::string& arguments_json) {
  auto x = parse_foreign_json(arguments_json);
  return x ? std::move(*x) : json(arguments_json);
}

json short_arguments(const std::string& arguments_json) {
  if (arguments_json.size() <= shown_arguments_bytes_max)
    return arguments_of(arguments_json);
  return one_line(arguments_json, shown_arguments_bytes_max);
}

} // namespace

json_task_codec::json_task_codec(std::vector<std::string> allowed_tools, redactor rules)
    : allowed_tools_(std::move(allowed_tools)), rules_(std::move(rules)) {}

outcome<llm_task> json_task_codec::parse(const std::string& payload) const {
  const auto x = parse_foreign_json(payload);
  if (!x)
    return wrong("llm_task payload must be valid JSON");
  llm_task out;
  if (x->is_object())
    out.prompt = text_at(*x, "prompt");
  if (out.prompt.find_first_not_of(" \t\r\n") == std::string::npos)
    return wrong("llm_task payload must include prompt");
  if (const auto tools = x->find("tools"); tools != x->end() && !tools->is_null()) {
    constexpr auto not_subset = "llm_task tools must be subset of LLM_ALLOWED_TOOLS";
    if (!tools->is_array())
      return wrong(not_subset);
    out.tools.emplace();
    for (const auto& name : *tools) {
      if (!name.is_string()
          || std::find(allowed_tools_.begin(), allowed_tools_.end(), name.get<std::string>())
                 == allowed_tools_.end())
        return wrong(not_subset);
      out.tools->push_back(name.get<std::string>());
    }
  }
  if (const auto context = x->find("repo_context"); context != x->end() && !context->is_null()) {
    if (!context->is_object())
      return wrong("llm_task repo_context must be an object");
    out.context_repo = text_at(*context, "repo");
    out.context_path_hint = text_at(*context, "path_hint");
  }
  if (const auto steps = x->find("max_steps"); steps != x->end() && !steps->is_null()) {
    if (!steps->is_number_unsigned() || steps->get<uint64_t>() == 0
        || steps->get<uint64_t>() > UINT32_MAX)
      return wrong("llm_task max_steps must be a whole number above 0");
    out.max_steps = steps->get<uint32_t>();
  }
  out.preferred = text_at(*x, "preferred");
  return out;
}

std::string json_task_codec::render(const llm_report& x) const {
  json calls = json::array();
  for (const auto& call : x.calls)
    calls.push_back({{"name", call.name},
                     {"args", arguments_of(redacted_json(call.arguments_json, rules_))},
                     {"status", call.ok ? "ok" : "error"},
                     {"truncated_output", call.output}});
  json workers = json::array();
  for (const auto& worker : x.workers)
    workers.push_back(
        {{"worker_id", worker.worker_id}, {"model", worker.model}, {"steps", worker.steps}});
  return json_text(
      {{"final", x.final_text},
       {"tool_calls", std::move(calls)},
       {"model", x.model},
       {"worker_id", x.worker_id},
       {"workers", std::move(workers)},
       {"tool_mode", x.tool_mode},
       {"safety",
        {{"reason", x.safety_reason},
         {"truncations", x.truncations},
         {"max_steps_reached", x.max_steps_reached},
         {"refusals", x.refusals},
         {"notes", x.notes}}},
       {"usage", {{"prompt_tokens", x.prompt_tokens}, {"completion_tokens", x.completion_tokens}}},
       {"steps", x.steps},
       {"duration_ms", x.duration.count()}});
}

std::string json_task_codec::redacted(const std::string& result) const {
  return redacted_json(result, rules_);
}

std::string json_task_codec::tool_started(const tool_call& call, uint32_t step) const {
  return json_text({{"id", call.id},
                    {"name", call.name},
                    {"args", short_arguments(redacted_json(call.arguments_json, rules_))},
                    {"step", step}});
}

std::string json_task_codec::tool_ended(const tool_call& call, uint32_t step,
                                        const tool_result& result,
                                        std::chrono::milliseconds took) const {
  json out{{"id", call.id},
           {"name", call.name},
           {"step", step},
           {"status", result.ok ? "ok" : "error"},
           {"ms", took.count()},
           {"bytes", result.content.size()},
           {"truncated", result.truncated}};
  if (!result.ok)
    out["error"] = result.error;
  return json_text(out);
}

std::string json_task_codec::status(const std::string& what, const std::string& why) const {
  json out{{"status", what}};
  if (!why.empty())
    out["why"] = why;
  return json_text(out);
}

std::string json_task_codec::text_delta(const std::string& text) const {
  return json_text({{"text", text}});
}

std::string json_task_codec::usage(uint64_t prompt_tokens, uint64_t completion_tokens) const {
  return json_text({{"prompt_tokens", prompt_tokens}, {"completion_tokens", completion_tokens}});
}

std::string json_task_codec::events(const std::vector<event>& x) const {
  json out = json::array();
  for (const auto& e : x) {
    auto data = parse_foreign_json(e.data_json);
    out.push_back({{"type", e.type}, {"data", data ? std::move(*data) : json::object()}});
  }
  return json_text(out);
}

} // namespace claw
