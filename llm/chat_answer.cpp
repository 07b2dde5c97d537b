#include "llm/chat_answer.hpp"

#include "actors/domain/ascii.hpp"
#include "llm/bounded_json.hpp"
#include "llm/json_steps.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace claw {

namespace {

using nlohmann::json;

std::vector<std::string> names_of(const std::vector<tool_spec>& tools) {
  std::vector<std::string> out;
  out.reserve(tools.size());
  for (const auto& x : tools)
    out.push_back(x.name);
  return out;
}

/// A text, or a list of parts of which those of type text count.
std::string text_of(const json& x, const char* key) {
  const auto found = x.find(key);
  if (found == x.end())
    return {};
  if (found->is_string())
    return found->get<std::string>();
  std::string out;
  if (found->is_array())
    for (const auto& part : *found)
      if (part.is_object() && part.contains("text") && part["text"].is_string())
        out += part["text"].get<std::string>();
  return out;
}

uint64_t count_of(const json& x, const char* key) {
  return count_at(x, key).value_or(0);
}

chat_finish finish_of(const std::string& reason) {
  if (reason.empty() || reason == "stop" || reason == "eos" || reason == "end_turn")
    return chat_finish::stop;
  if (reason == "tool_calls" || reason == "function_call")
    return chat_finish::tool_calls;
  if (reason == "length" || reason == "max_tokens")
    return chat_finish::length;
  return reason == "content_filter" ? chat_finish::content_filter : chat_finish::other;
}

bool has_error(const json& x, const std::string& event_name) {
  const auto found = x.find("error");
  return event_name == "error" || (found != x.end() && !found->is_null())
         || x.value("object", json{}) == "error";
}

endpoint_error unreadable(std::string_view why) {
  endpoint_error out;
  out.status = 200;
  out.failure = {chat_error::server_fault, std::string{why}, {}, {}};
  return out;
}

} // namespace

chat_answer::chat_answer(const chat_request& request, const chat_listener& listener, tool_mode mode)
    : request_(request), listener_(listener), mode_(mode), assembler_(names_of(request.tools)),
      holdback_(request.tools) {}

std::optional<endpoint_error> chat_answer::take(const sse_event& event) {
  const auto trimmed_data = trimmed(event.data);
  if (trimmed_data == "[DONE]") {
    ended_ = true;
    return std::nullopt;
  }
  const auto x = parse_foreign_json(trimmed_data);
  if (!x || !x->is_object()) {
    if (event.name == "error")
      return classify_stream_error({{"error", trimmed_data}});
    return unreadable("the endpoint sent an event that is not JSON");
  }
  if (has_error(*x, event.name))
    return classify_stream_error(*x);
  take_usage(*x);
  const auto progress = x->find("prompt_progress");
  const bool is_reading = progress != x->end() && progress->is_object();
  if (is_reading)
    take_progress(*progress);
  if (const auto choices = x->find("choices");
      choices != x->end() && choices->is_array() && !choices->empty()) {
    pieces_ += is_reading ? 0 : 1; // the empty piece in which llama.cpp tells of its reading is none
    take_choice(choices->front(), "delta", false);
  }
  return std::nullopt;
}

std::optional<endpoint_error> chat_answer::take_whole(std::string_view body) {
  const auto x = parse_foreign_json(body);
  if (!x || !x->is_object())
    return unreadable(body.empty()
                          ? "the endpoint sent an empty answer"
                          : "the endpoint sent an answer that is not JSON: is LLM_BASE_URL right?");
  if (has_error(*x, ""))
    return classify_stream_error(*x);
  const auto choices = x->find("choices");
  if (choices == x->end() || !choices->is_array())
    return unreadable("the endpoint sent an answer without choices");
  take_usage(*x);
  if (!choices->empty())
    take_choice(choices->front(), "message", true);
  finished_ = true;
  return std::nullopt;
}

void chat_answer::take_usage(const json& x) {
  if (const auto usage = x.find("usage"); usage != x.end() && usage->is_object())
    usage_ = chat_usage{count_of(*usage, "prompt_tokens"), count_of(*usage, "completion_tokens")};
  if (model_.empty())
    model_ = text_of(x, "model");
}

void chat_answer::take_progress(const json& x) {
  const auto total = count_of(x, "total");
  const auto processed = count_of(x, "processed");
  prompt_read_ = std::max(prompt_read_, processed);
  if (total > 0 && listener_)
    listener_({chat_progress::kind::prefill, {}, static_cast<double>(processed) / static_cast<double>(total)});
}

void chat_answer::take_choice(const json& choice, const char* part, bool whole) {
  if (!choice.is_object())
    return;
  const auto found = choice.find(part);
  if (found != choice.end() && found->is_object()) {
    const json& delta = *found;
    auto reasoning = text_of(delta, "reasoning_content");
    if (reasoning.empty())
      reasoning = text_of(delta, "reasoning");
    if (!reasoning.empty() && listener_)
      listener_({chat_progress::kind::thinking, {}, 0});
    spoke_ = spoke_ || !reasoning.empty();
    reasoning_ += reasoning;
    take_text(text_of(delta, "content"));
    if (const auto calls = delta.find("tool_calls"); calls != delta.end())
      whole ? assembler_.feed_whole(*calls) : assembler_.feed(*calls);
    if (const auto call = delta.find("function_call"); call != delta.end())
      assembler_.feed_function_call(*call);
    spoke_ = spoke_ || !content_.empty() || !assembler_.empty();
  }
  if (const auto reason = text_of(choice, "finish_reason"); !reason.empty()) {
    finish_ = reason;
    finished_ = spoke_ = true;
  }
}

void chat_answer::take_text(const std::string& text) {
  if (text.empty())
    return;
  content_ += text;
  if (!listener_ || (is_json(mode_) && !request_.tools.empty()))
    return; // the text of a step is shown when it is whole
  auto split = filter_.feed(text);
  if (!split.thought.empty())
    listener_({chat_progress::kind::thinking, {}, 0});
  show(holdback_.feed(split.text));
}

void chat_answer::show(std::string text) {
  if (shown_.empty())
    text.erase(0, std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  const bool has_half_pair = text.find("\xF4\x8F") != std::string::npos; // waits for the end
  if (text.empty() || has_half_pair)
    return;
  shown_ += text;
  listener_({chat_progress::kind::text, std::move(text), 0});
}

/// Every tool that a call in the text may mean. Where none may be called now, those called before
/// are still known, so that a call in the text is cut out rather than shown.
std::vector<tool_spec> chat_answer::callable() const {
  if (!request_.tools.empty())
    return request_.tools;
  std::vector<tool_spec> out;
  for (const auto& message : request_.messages)
    for (const auto& call : message.calls)
      out.push_back({call.name, "", ""});
  return out;
}

void chat_answer::add_native_calls(chat_reply& out,
                                   const std::function<std::string()>& new_id) const {
  auto raw = assembler_.calls();
  if (out.finish == chat_finish::length && !assembler_.empty()) {
    // The last call may be cut anywhere, in its name too: only whole JSON shows that it is not.
    if (raw.empty() || !parse_foreign_json(raw.back().arguments)) {
      out.calls_cut = true;
      if (!raw.empty())
        raw.pop_back();
    }
  }
  for (auto& call : raw) {
    if (trimmed(call.arguments).empty())
      call.arguments = "{}"; // some servers leave them out where a tool has no parameters
    out.calls.push_back({new_id(), std::move(call.name), std::move(call.arguments), false});
  }
}

void chat_answer::add_text_calls(chat_reply& out,
                                 const std::function<std::string()>& new_id) const {
  std::vector<std::string_view> results;
  for (const auto& message : request_.messages)
    if (message.role == message_role::tool)
      results.push_back(message.content);
  auto found = find_text_calls(out.content, callable(), results);
  if (found.quoted > 0)
    spdlog::warn("event=text_call_quoted count={}", found.quoted);
  out.content = std::move(found.rest);
  for (auto& call : found.calls) {
    spdlog::debug("event=text_call_found tool={} repaired={}", call.name, call.repaired);
    out.calls.push_back({new_id(), std::move(call.name), std::move(call.arguments_json), true});
  }
}

/// An answer that is no step is taken at its words: a weak model's answer is better than none.
void chat_answer::take_step(chat_reply& out, const std::function<std::string()>& new_id) const {
  auto step = read_step(out.content, request_.tools);
  if (!step) {
    const bool begun = out.content.starts_with("{");
    out.calls_cut = begun && out.finish == chat_finish::length;
    out.step_unreadable = !out.calls_cut;
    return;
  }
  out.content = step->tool.empty() ? std::move(step->text) : "";
  if (!step->tool.empty())
    out.calls.push_back({new_id(), std::move(step->tool), std::move(step->arguments_json), true});
}

chat_reply chat_answer::reply(const std::function<std::string()>& new_id) {
  chat_reply out;
  out.finish = finish_of(finish_);
  out.usage = usage_;
  out.model = model_;
  auto split = split_thinking(join_surrogates(content_));
  out.content = trimmed(split.text);
  out.reasoning = join_surrogates(reasoning_) + split.thought;
  out.mode = to_string(mode_);
  add_native_calls(out, new_id);
  if (assembler_.empty() && is_json(mode_) && !request_.tools.empty())
    take_step(out, new_id);
  else if (assembler_.empty())
    add_text_calls(out, new_id);
  if (request_.tools.empty() || request_.tools_forbidden) {
    if (!out.calls.empty())
      spdlog::info("event=forbidden_calls_dropped count={}", out.calls.size());
    out.calls.clear();
    out.calls_cut = false;
  }
  if (listener_ && out.content.size() > shown_.size()
      && out.content.compare(0, shown_.size(), shown_) == 0)
    show(out.content.substr(shown_.size()));
  return out;
}

} // namespace claw
