#include "llm/transcript_codec.hpp"

#include "actors/domain/shorten.hpp"
#include "llm/bounded_json.hpp"
#include "llm/checkpoint_codec.hpp"
#include "llm/message_json.hpp"
#include "llm/redacted_json.hpp"

#include <stdexcept>
#include <utility>

namespace claw {

namespace {

using nlohmann::json;
using std::chrono::milliseconds;

constexpr std::size_t words_bytes_max = 131'072; ///< of an answer or a thought; what they lose is counted

template <class T>
std::vector<T> list_of(const json& x, const char* key, T (*read)(const json&)) {
  std::vector<T> out;
  for (const auto& item : x.at(key))
    out.push_back(read(item));
  return out;
}

chat_message message_from(const json& x) {
  auto message = message_of(x);
  if (!message)
    throw std::invalid_argument{"an unknown role"};
  return *std::move(message);
}

// -- begun ----------------------------------------------------------------------------------------------------------

json limits_json(const loop_limits& x) {
  return {{"steps_max", x.steps_max},
          {"answer_tokens_max", x.answer_tokens_max},
          {"result_bytes_max", x.result_bytes_max}};
}

json json_of(const record_begun& x, const redactor& rules) {
  json tools = json::array();
  for (const auto& tool : x.tools)
    tools.push_back({{"name", tool.name}, {"description", tool.description},
                     {"parameters", tool.parameters_json}});
  json out{{"type", "begun"},
           {"prompt", x.task.prompt},
           {"repo", x.task.context_repo},
           {"path_hint", x.task.context_path_hint},
           {"tools", std::move(tools)},
           {"limits", limits_json(x.limits)},
           {"model", x.model},
           {"worker_id", x.worker_id},
           {"fence", x.fence},
           {"time_max_ms", x.time_max.count()}};
  if (x.task.max_steps)
    out["max_steps"] = *x.task.max_steps;
  if (x.resumed)
    out["resumed"] = json_checkpoint_codec{rules}.render(*x.resumed);
  return out;
}

tool_spec tool_from(const json& x) {
  return {x.at("name").get<std::string>(), x.at("description").get<std::string>(),
          x.at("parameters").get<std::string>()};
}

record_begun begun_from(const json& x, const redactor& rules) {
  record_begun out;
  out.task.prompt = x.at("prompt").get<std::string>();
  out.task.context_repo = x.at("repo").get<std::string>();
  out.task.context_path_hint = x.at("path_hint").get<std::string>();
  if (x.contains("max_steps"))
    out.task.max_steps = x["max_steps"].get<uint32_t>();
  out.tools = list_of(x, "tools", tool_from);
  const auto& limits = x.at("limits");
  out.limits.steps_max = limits.at("steps_max").get<uint32_t>();
  out.limits.answer_tokens_max = limits.at("answer_tokens_max").get<uint32_t>();
  out.limits.result_bytes_max = limits.at("result_bytes_max").get<std::size_t>();
  out.model = x.at("model").get<std::string>();
  out.worker_id = x.at("worker_id").get<std::string>();
  out.fence = x.at("fence").get<std::string>();
  out.time_max = milliseconds{x.at("time_max_ms").get<int64_t>()};
  if (x.contains("resumed")) {
    auto earlier = json_checkpoint_codec{rules}.parse(x["resumed"].get<std::string>());
    if (!earlier)
      throw std::invalid_argument{earlier.error().why};
    out.resumed = *std::move(earlier);
  }
  return out;
}

// -- asked ----------------------------------------------------------------------------------------------------------

json json_of(const record_asked& x, const redactor&) {
  json added = json::array();
  for (const auto& message : x.added)
    added.push_back(claw::json_of(message, nullptr));
  return {{"type", "asked"},
          {"kept", x.kept},
          {"messages", std::move(added)},
          {"tools", x.tools},
          {"tools_forbidden", x.tools_forbidden},
          {"answer_tokens_max", x.answer_tokens_max}};
}

record_asked asked_from(const json& x) {
  record_asked out;
  out.kept = x.at("kept").get<uint64_t>();
  out.added = list_of(x, "messages", message_from);
  out.tools = x.at("tools").get<uint64_t>();
  out.tools_forbidden = x.at("tools_forbidden").get<bool>();
  out.answer_tokens_max = x.at("answer_tokens_max").get<uint32_t>();
  return out;
}

// -- replied --------------------------------------------------------------------------------------------------------

void put_words(json& out, const char* key, const std::string& text) {
  out[key] = shortened(text, words_bytes_max).text;
  if (text.size() > words_bytes_max)
    out[std::string{key} + "_bytes"] = text.size();
}

json json_of(const record_replied& x, const redactor&) {
  const auto& reply = x.reply;
  json out{{"type", "replied"},
           {"finish", static_cast<int>(reply.finish)},
           {"calls", json::array()},
           {"calls_cut", reply.calls_cut},
           {"model", reply.model},
           {"tool_mode", reply.mode}};
  put_words(out, "content", reply.content);
  put_words(out, "reasoning", reply.reasoning);
  if (reply.usage)
    out["usage"] = {{"prompt", reply.usage->prompt_tokens}, {"completion", reply.usage->completion_tokens}};
  if (reply.result_bytes_max > 0)
    out["result_bytes_max"] = reply.result_bytes_max;
  if (reply.seen_tokens)
    out["seen"] = *reply.seen_tokens;
  for (const auto& checked : x.checked) {
    json call{{"id", checked.call.id},
              {"name", checked.call.name},
              {"written", checked.call.arguments_json},
              {"from_text", checked.call.from_text}};
    if (checked.arguments)
      call["arguments"] = *checked.arguments;
    else
      call["refused"] = {{"code", static_cast<int>(checked.arguments.error().code)},
                         {"why", checked.arguments.error().why}};
    out["calls"].push_back(std::move(call));
  }
  return out;
}

checked_call checked_from(const json& x) {
  checked_call out{{x.at("id").get<std::string>(), x.at("name").get<std::string>(),
                    x.at("written").get<std::string>(), x.at("from_text").get<bool>()},
                   failure{ec::bad_shape, ""}};
  if (x.contains("arguments"))
    out.arguments = x["arguments"].get<std::string>();
  else
    out.arguments = failure{static_cast<ec>(x.at("refused").at("code").get<int>()),
                            x["refused"].at("why").get<std::string>()};
  return out;
}

record_replied replied_from(const json& x) {
  record_replied out;
  out.reply.content = x.at("content").get<std::string>();
  out.reply.reasoning = x.at("reasoning").get<std::string>();
  out.reply.finish = static_cast<chat_finish>(x.at("finish").get<uint8_t>());
  out.reply.calls_cut = x.at("calls_cut").get<bool>();
  out.reply.model = x.at("model").get<std::string>();
  out.reply.mode = x.at("tool_mode").get<std::string>();
  if (x.contains("usage"))
    out.reply.usage = chat_usage{x["usage"].at("prompt").get<uint64_t>(),
                                 x["usage"].at("completion").get<uint64_t>()};
  out.reply.result_bytes_max = x.value("result_bytes_max", std::size_t{0});
  if (x.contains("seen"))
    out.reply.seen_tokens = x["seen"].get<uint64_t>();
  out.checked = list_of(x, "calls", checked_from);
  for (const auto& checked : out.checked)
    out.reply.calls.push_back(checked.call);
  return out;
}

// -- failed, waited, ran, ended
// -----------------------------------------------------------------------------------------

json json_of(const record_failed& x, const redactor&) {
  json out{{"type", "failed"},
           {"kind", static_cast<int>(x.failure.kind)},
           {"class", to_string(x.failure.kind)},
           {"why", x.failure.why},
           {"random", x.random}};
  if (x.failure.wait)
    out["wait_ms"] = x.failure.wait->count();
  if (x.failure.context_tokens)
    out["context"] = *x.failure.context_tokens;
  return out;
}

record_failed failed_from(const json& x) {
  record_failed out;
  out.failure.kind = static_cast<chat_error>(x.at("kind").get<uint8_t>());
  out.failure.why = x.at("why").get<std::string>();
  if (x.contains("wait_ms"))
    out.failure.wait = milliseconds{x["wait_ms"].get<int64_t>()};
  if (x.contains("context"))
    out.failure.context_tokens = x["context"].get<uint32_t>();
  out.random = x.at("random").get<uint64_t>();
  return out;
}

json json_of(const record_waited&, const redactor&) {
  return {{"type", "waited"}};
}

json json_of(const record_ran& x, const redactor&) {
  json results = json::array();
  for (const auto& result : x.results)
    results.push_back({{"ok", result.ok},
                       {"refused", result.refused},
                       {"escaped", result.escaped},
                       {"truncated", result.truncated},
                       {"content", result.content},
                       {"error", result.error}});
  return {{"type", "ran"}, {"results", std::move(results)}};
}

tool_result result_from(const json& x) {
  return {x.at("ok").get<bool>(),        x.at("refused").get<bool>(),
          x.at("escaped").get<bool>(),   x.at("truncated").get<bool>(),
          x.at("content").get<std::string>(), x.at("error").get<std::string>()};
}

json json_of(const record_ended& x, const redactor&) {
  return {{"type", "ended"}, {"how", static_cast<int>(x.how)}, {"why", x.why}};
}

run_record record_from(const json& x, const redactor& rules) {
  const auto type = x.at("type").get<std::string>();
  if (type == "begun")
    return begun_from(x, rules);
  if (type == "asked")
    return asked_from(x);
  if (type == "replied")
    return replied_from(x);
  if (type == "failed")
    return failed_from(x);
  if (type == "waited")
    return record_waited{};
  if (type == "ran")
    return record_ran{list_of(x, "results", result_from)};
  if (type == "ended")
    return record_ended{static_cast<enum record_ended::how>(x.at("how").get<uint8_t>()),
                        x.at("why").get<std::string>()};
  throw std::invalid_argument{"an unknown type"};
}

} // namespace

std::string json_transcript_codec::render(const run_line& x) const {
  auto out = std::visit([this](const auto& what) { return json_of(what, rules_); }, x.what);
  out["job_id"] = x.job_id;
  out["lease_id"] = x.lease_id;
  out["attempt"] = x.attempt;
  out["wall_s"] = x.wall_s;
  out["at_ms"] = x.at.count();
  return redacted_json(json_text(out), rules_);
}

outcome<run_line> json_transcript_codec::parse(const std::string& text) const {
  const failure not_ours{ec::bad_shape, "this is no line of a transcript"};
  const auto x = parse_foreign_json(text);
  if (!x || !x->is_object())
    return not_ours;
  try {
    run_line out;
    out.job_id = x->at("job_id").get<std::string>();
    out.lease_id = x->at("lease_id").get<std::string>();
    out.attempt = x->at("attempt").get<uint32_t>();
    out.wall_s = x->at("wall_s").get<int64_t>();
    out.at = milliseconds{x->at("at_ms").get<int64_t>()};
    out.what = record_from(*x, rules_);
    return out;
  } catch (const std::exception&) { // of the JSON library, or ours for a wrong value
    return not_ours;
  }
}

} // namespace claw
