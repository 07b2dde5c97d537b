#include "llm/endpoint_probe.hpp"

#include "actors/domain/retry_policy.hpp"
#include "llm/base_url.hpp"
#include "llm/bounded_json.hpp"
#include "llm/error_class.hpp"
#include "llm/http_exchange.hpp"

#include <ctime>

namespace claw {

namespace {

constexpr std::size_t small_document_bytes_max = 4u << 20;

/// Servers write 0 where they do not know.
std::optional<uint32_t> known_count(const nlohmann::json& x, const char* key) {
  const auto value = count_at(x, key);
  return value == 0U ? std::nullopt : value;
}

/// What the list of models tells of the server: llama.cpp's carries what no other does.
void take_server(std::string_view body, endpoint_facts& into) {
  const auto x = parse_foreign_json(body);
  if (!x || !x->is_object() || !x->contains("data") || !(*x)["data"].is_array())
    return;
  for (const auto& item : (*x)["data"]) {
    if (!item.is_object())
      continue;
    if (into.owner.empty())
      into.owner = text_at(item, "owned_by");
    const auto meta = item.find("meta");
    into.is_llama_cpp |= meta != item.end() && meta->is_object() && meta->contains("n_ctx_train");
  }
}

/// Keeps the body; the whole must be there in time.
class body_watch final : public http_watch {
public:
  explicit body_watch(std::chrono::milliseconds limit)
      : deadline_(std::chrono::steady_clock::now() + limit), limit_(limit) {}

  void on_body(const http_head&, std::string_view bytes) override { body += bytes; }
  bool has_enough() const override { return false; }
  time_point next_check() const override { return deadline_; }

  std::optional<std::string> overdue(time_point now) const override {
    if (now < deadline_)
      return std::nullopt;
    return "no answer within " + std::to_string(limit_.count()) + " ms";
  }

  std::string body;

private:
  time_point deadline_;
  std::chrono::milliseconds limit_;
};

failure failure_of(const http_answer& answer, const std::string& where) {
  switch (answer.ending) {
  case http_ending::stopped:
    return {ec::cancelled, "stopped"};
  case http_ending::overdue:
    return {ec::timed_out, where + ": " + answer.why};
  case http_ending::refused:
  case http_ending::broken:
    return {ec::unreachable, where + ": " + answer.why};
  case http_ending::too_large:
    return {ec::bad_reply, where + ": " + answer.why};
  case http_ending::complete:
    break;
  }
  return {ec::bad_reply, where + " did not answer as a model endpoint"};
}

} // namespace

std::optional<uint32_t> endpoint_facts::context_tokens(std::string_view model) const {
  for (const auto& x : models)
    if (x.id == model)
      return x.context_tokens;
  return models.size() == 1 ? models.front().context_tokens : std::nullopt;
}

outcome<std::vector<served_model>> parse_models(std::string_view body) {
  const auto x = parse_foreign_json(body);
  if (!x || !x->is_object() || !x->contains("data") || !(*x)["data"].is_array())
    return failure{ec::bad_reply, "the answer to GET /models is not a list of models"};
  std::vector<served_model> out;
  for (const auto& item : (*x)["data"]) {
    if (!item.is_object() || !item.contains("id") || !item["id"].is_string())
      continue;
    served_model model{item["id"].get<std::string>(), known_count(item, "max_model_len")};
    if (const auto meta = item.find("meta");
        !model.context_tokens && meta != item.end() && meta->is_object())
      model.context_tokens = known_count(*meta, "n_ctx");
    out.push_back(std::move(model));
  }
  return out;
}

server_traits parse_traits(std::string_view body) {
  server_traits out;
  const auto x = parse_foreign_json(body);
  if (!x || !x->is_object())
    return out;
  out.slots = known_count(*x, "total_slots");
  const auto caps = x->find("chat_template_caps");
  if (caps != x->end() && caps->is_object())
    if (const auto tools = caps->find("supports_tools"); tools != caps->end() && tools->is_boolean())
      out.knows_tools = tools->get<bool>();
  return out;
}

namespace {

/// The body of an answer with status 200. Errors: as probe_endpoint. @param json_body none: GET
outcome<std::string> fetched(const std::string& url, const std::string& api_key, std::chrono::milliseconds limit,
                             const stop_token& stop, std::optional<std::string> json_body = {}) {
  http_question question;
  question.url = url;
  question.json_body = std::move(json_body);
  question.bearer = api_key;
  question.connect = std::min(question.connect, limit);
  question.response_bytes_max = small_document_bytes_max;
  body_watch watch{limit};
  const auto answer = exchange(question, stop, watch);
  const auto where = endpoint_name(url);
  if (answer.ending != http_ending::complete)
    return failure_of(answer, where);
  if (answer.head.status == 200)
    return std::move(watch.body);
  const auto error = classify_error(answer.head.status, watch.body, answer.head.retry_after,
                                    std::time(nullptr));
  const auto sentence = where + ": " + error.failure.why;
  if (error.failure.kind == chat_error::auth)
    return failure{ec::bad_token, sentence};
  if (is_passing(error.failure.kind))
    return failure{ec::unavailable, sentence};
  return failure{ec::bad_reply, sentence};
}

} // namespace

outcome<endpoint_facts> probe_endpoint(const std::string& base_url, const std::string& api_key,
                                       std::chrono::milliseconds limit, const stop_token& stop) {
  const auto base = normalised_base_url(base_url);
  if (!base)
    return base.error();
  const auto body = fetched(*base + "/models", api_key, limit, stop);
  if (!body)
    return body.error();
  auto models = parse_models(*body);
  if (!models)
    return failure{ec::bad_reply, endpoint_name(*base) + ": " + models.error().why};
  endpoint_facts out{*base, std::move(*models)};
  take_server(*body, out);
  return out;
}

namespace {

/// What a server has beside its versioned interface.
std::string beside(const std::string& base_url, const char* path) {
  return base_url.substr(0, base_url.rfind('/')) + path;
}

} // namespace

outcome<server_traits> probe_traits(const std::string& base_url, const std::string& api_key,
                                    std::chrono::milliseconds limit, const stop_token& stop) {
  const auto base = normalised_base_url(base_url);
  if (!base)
    return base.error();
  const auto body = fetched(beside(*base, "/props"), api_key, limit, stop);
  if (!body)
    return body.error();
  return parse_traits(*body);
}

outcome<uint64_t> probe_token_count(const endpoint_facts& where, const std::string& api_key, const std::string& model,
                                    const std::string& text, std::chrono::milliseconds limit, const stop_token& stop) {
  const char* const key = where.is_llama_cpp ? "content" : "prompt";
  const auto url = beside(where.base_url, "/tokenize");
  const auto body = fetched(url, api_key, limit, stop, json_text({{"model", model}, {key, text}}));
  if (!body)
    return body.error();
  const auto count = parse_token_count(*body);
  if (!count || *count == 0)
    return failure{ec::bad_reply, endpoint_name(url) + " counts no tokens"};
  return *count;
}

std::optional<uint64_t> parse_token_count(std::string_view body) {
  const auto x = parse_foreign_json(body);
  if (!x || !x->is_object())
    return std::nullopt;
  if (const auto count = x->find("count"); count != x->end() && count->is_number_unsigned())
    return count->get<uint64_t>();
  const auto tokens = x->find("tokens");
  return tokens != x->end() && tokens->is_array() ? std::optional{uint64_t{tokens->size()}} : std::nullopt;
}

} // namespace claw
