#include "actors/domain/call_review.hpp"

#include "actors/domain/job_id.hpp"

#include <algorithm>

namespace claw {

namespace {

constexpr std::size_t uuid_size = 36;

reviewed_call refusal(std::string content, std::string error) {
  reviewed_call x{call_verdict::refused, {}};
  x.result.refused = true;
  x.result.content = std::move(content);
  x.result.error = std::move(error);
  return x;
}

reviewed_call unknown_tool(const std::vector<tool_spec>& offered) {
  std::string names;
  for (const auto& tool : offered)
    names += (names.empty() ? "\"" : ",\"") + tool.name + '"';
  return refusal(R"({"error":"unknown_tool","available":[)" + names + "]}", "unknown_tool");
}

bool is_told(std::string_view id, const std::vector<std::string>& told) {
  return std::any_of(told.begin(), told.end(),
                     [&](const std::string& text) { return text.find(id) != std::string::npos; });
}

} // namespace

bool names_known_plan(std::string_view arguments_json, const std::vector<std::string>& told) {
  for (std::size_t i = 0; i + uuid_size <= arguments_json.size(); ++i)
    if (const auto id = arguments_json.substr(i, uuid_size); parse_job_id(id) && !is_told(id, told))
      return false;
  return true;
}

reviewed_call review(const checked_call& x, const std::vector<tool_spec>& offered,
                     const std::vector<std::string>& told) {
  const auto is_offered = std::any_of(offered.begin(), offered.end(), [&](const tool_spec& tool) {
    return tool.name == x.call.name;
  });
  if (!is_offered || (!x.arguments && x.arguments.error().code == ec::no_such_route))
    return unknown_tool(offered);
  if (!x.arguments) {
    const auto& why = x.arguments.error();
    auto out = refusal(why.why, why.why);
    if (why.code == ec::bad_shape) {
      out.verdict = call_verdict::malformed;
      out.result.refused = false;
    }
    return out;
  }
  // An id that a file suggests is not a person's approval.
  if (x.call.name == "approve_echo" && !names_known_plan(*x.arguments, told)) {
    const std::string why = "plan_id must come from the user or from plan_echo in this job";
    return refusal("{\"error\":\"" + why + "\"}", why);
  }
  return {};
}

} // namespace claw
