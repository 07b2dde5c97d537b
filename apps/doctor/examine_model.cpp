#include "apps/doctor/doctor.hpp"
#include "apps/doctor/server_advice.hpp"
#include "llm/base_url.hpp"
#include "llm/chat_client.hpp"
#include "llm/endpoint_probe.hpp"

#include <algorithm>
#include <chrono>

namespace claw {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds probe_time_max{5'000};
constexpr milliseconds answer_time_max{120'000}; ///< a model may have to be loaded first
constexpr uint32_t context_tokens_min = 8'192;   ///< below it a tool loop has little room

/// One patient at its endpoint.
class model_check {
public:
  model_check(const runner_settings& x, findings& out) : settings_(x), out_(out) {}

  void run() {
    if (!find_endpoint())
      return skip_rest("the endpoint does not answer as one");
    examine_name();
    examine_context();
    if (!examine_answer("llm answer", false) || !examine_answer("llm stream", true))
      return skip_rest("it does not answer a plain question");
    examine_tools();
    examine_cancel();
  }

private:
  /// The address as it is used, or the same host without `/v1` where that is the one.
  bool find_endpoint() {
    const auto found = probe_endpoint(settings_.model.base_url, settings_.model.api_key, probe_time_max);
    if (found) {
      facts_ = *found;
      server_ = server_of(facts_);
      out_.good("llm endpoint", facts_.base_url + ", " + name_of(server_) + "; LLM_BASE_URL may end in /v1 or not");
      return true;
    }
    const auto& why = found.error();
    const auto normal = normalised_base_url(settings_.model.base_url);
    if (why.code == ec::bad_reply) { // there are endpoints without a list
      out_.warn("llm endpoint", why.why,
                "check the path of LLM_BASE_URL: GET " + (normal ? *normal : "") + "/models should list the models");
      return true;
    }
    out_.bad("llm endpoint", why.why,
             why.code == ec::bad_token     ? "set LLM_API_KEY to the server's key"
             : why.code == ec::unavailable ? "wait until the model is loaded, or look into the server's log"
                                           : "set LLM_BASE_URL to where the server listens, and start it");
    return false;
  }

  void examine_name() {
    const auto& wanted = settings_.model.model;
    std::string names;
    bool is_there = false;
    for (const auto& x : facts_.models) {
      names += (names.empty() ? "" : ", ") + x.id;
      is_there |= x.id == wanted;
    }
    if (facts_.models.empty())
      return out_.skip("llm model", "the endpoint lists no models");
    if (is_there)
      return out_.good("llm model", wanted);
    out_.bad("llm model", wanted + " is not served; these are: " + names,
             "set LLM_MODEL=" + facts_.models.front().id + advice_for_name(server_));
  }

  void examine_context() {
    const auto told = facts_.context_tokens(settings_.model.model);
    const auto set = settings_.model.context_tokens;
    const auto tokens = set != 0 ? set : told.value_or(0);
    if (tokens == 0)
      return out_.warn("llm context", "the server does not tell; 4096 tokens are assumed", advice_for_context(server_));
    if (set != 0 && told && set > *told)
      return out_.bad("llm context",
                      "LLM_CONTEXT_TOKENS is " + std::to_string(set) + ", the server has " + std::to_string(*told),
                      "unset LLM_CONTEXT_TOKENS, or: " + advice_for_context(server_));
    if (tokens < context_tokens_min)
      return out_.warn("llm context", std::to_string(tokens) + " tokens are little for a tool loop",
                       advice_for_context(server_));
    out_.good("llm context", std::to_string(tokens) + " tokens for a request");
  }

  chat_client client(bool stream, std::optional<tool_mode> mode = {}) const {
    auto config = settings_.model;
    config.stream = stream;
    config.mode = mode;
    config.answer_tokens_max = std::min(config.answer_tokens_max, 512u);
    return chat_client{config};
  }

  static chat_request question(std::string words) {
    chat_request x;
    x.messages = {{message_role::system, "You are a test of a connection. Be brief.", {}, ""},
                  {message_role::user, std::move(words), {}, ""}};
    x.answer_tokens_max = 512;
    x.deadline = steady_clock::now() + answer_time_max;
    return x;
  }

  bool examine_answer(const std::string& name, bool stream) {
    auto model = client(stream);
    const auto begun = steady_clock::now();
    const auto answer = model.complete(question("Say ok."), {}, [](const chat_progress&) {});
    if (!answer.reply) {
      out_.bad(name, answer.failure.why, advice_for_failure(answer.failure.kind));
      return false;
    }
    const auto took = std::chrono::duration_cast<milliseconds>(steady_clock::now() - begun);
    plain_took_ = std::max(plain_took_, took);
    const auto& usage = answer.reply->usage;
    const auto found = "answered in " + std::to_string(took.count()) + " ms";
    if (usage)
      out_.good(name, found + ", " + std::to_string(usage->prompt_tokens) + " prompt tokens");
    else
      out_.warn(name, found + ", without usage: sizes are estimated",
                "use a server that counts tokens (stream_options.include_usage)");
    return true;
  }

  std::string advice_for_failure(chat_error kind) const {
    if (kind == chat_error::model_missing)
      return "set LLM_MODEL to a name that the server lists";
    if (kind == chat_error::auth)
      return "set LLM_API_KEY to the server's key";
    if (kind == chat_error::timed_out)
      return "use a faster model, or raise RESULT_TIMEOUT_SEC; look whether the server is busy";
    return kind == chat_error::context_overflow ? advice_for_context(server_) : "look into the server's log";
  }

  static chat_request tool_question(bool with_tools) {
    auto x = question("Which repositories are there? Use the tool repo_list.");
    if (with_tools)
      x.tools = {{"repo_list", "Lists the names of all repositories.",
                  R"({"type":"object","properties":{},"additionalProperties":false})"}};
    return x;
  }

  /// A server that drops tools without a word counts the same prompt with and without them.
  void examine_tools() {
    if (server_ == model_server::llama_cpp) {
      const auto traits = probe_traits(facts_.base_url, settings_.model.api_key, probe_time_max);
      if (traits && traits->knows_tools == false)
        return out_.warn("llm tools", "the model's chat template knows no tools; they are told as text",
                         advice_for_tools(server_));
    }
    auto model = client(true, tool_mode::native);
    const auto without = model.complete(tool_question(false), {}, [](const chat_progress&) {});
    const auto with = model.complete(tool_question(true), {}, [](const chat_progress&) {});
    if (!without.reply || !with.reply)
      return out_.bad("llm tools", (with.reply ? without : with).failure.why, advice_for_tools(server_));
    if (with.reply->mode != to_string(tool_mode::native))
      return out_.warn("llm tools", "the server refuses tools; they are told as text", advice_for_tools(server_));
    if (with.reply->usage && without.reply->usage
        && with.reply->usage->prompt_tokens <= without.reply->usage->prompt_tokens)
      return out_.bad("llm tools",
                      "the prompt has " + std::to_string(with.reply->usage->prompt_tokens)
                          + " tokens with and without tools: the server drops them without a word",
                      advice_for_tools(server_) + ", or set LLM_TOOL_MODE=text");
    if (with.reply->calls.empty())
      return out_.warn("llm tools", "offered, but the model made no call",
                       "use a model that is trained on tools, or try LLM_TOOL_MODE=json");
    if (with.reply->calls.front().from_text)
      return out_.warn("llm tools", "the call came as text and was understood", advice_for_tools(server_));
    out_.good("llm tools", "a native call");
  }

  /// A long answer is broken off; if its slot is free, a short one comes as fast as before.
  void examine_cancel() {
    stop_source stop;
    auto model = client(true);
    auto endless = question("Count from 1 to 500, one number a line.");
    (void)model.complete(endless, stop.token(), [&](const chat_progress& x) {
      if (x.what == chat_progress::kind::text)
        stop.stop();
    });
    const auto begun = steady_clock::now();
    const auto answer = model.complete(question("Say ok."), {}, [](const chat_progress&) {});
    const auto took = std::chrono::duration_cast<milliseconds>(steady_clock::now() - begun);
    const auto found = "the next answer came after " + std::to_string(took.count()) + " ms";
    if (answer.reply && took <= 3 * plain_took_ + milliseconds{2'000})
      return out_.good("llm cancel", "frees the slot; " + found);
    out_.warn("llm cancel", answer.reply ? "seems not to free the slot; " + found : answer.failure.why,
              "look whether a proxy between runner and server keeps the request open");
  }

  void skip_rest(const std::string& why) {
    for (const char* name : {"llm model", "llm context", "llm answer", "llm stream", "llm tools", "llm cancel"}) {
      const auto& all = out_.all();
      const bool is_there = std::any_of(all.begin(), all.end(), [&](const finding& x) { return x.name == name; });
      if (!is_there)
        out_.skip(name, why);
    }
  }

  const runner_settings& settings_;
  findings& out_;
  endpoint_facts facts_;
  model_server server_ = model_server::unknown;
  milliseconds plain_took_{0};
};

} // namespace

void examine_model(const runner_settings& x, findings& out) {
  if (!x.has_model)
    return out.warn("llm endpoint", "there is no model: llm_task jobs fail here",
                    "set LLM_BASE_URL and LLM_MODEL, or leave it when this worker has repositories only");
  model_check{x, out}.run();
}

} // namespace claw
