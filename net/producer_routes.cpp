// The routes of producers: their jobs.

#include "actors/domain/code_points.hpp"
#include "actors/domain/limits.hpp"
#include "net/api_bodies.hpp"
#include "net/api_codec.hpp"
#include "net/bounded_json.hpp"
#include "net/broker_http.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace claw {

namespace {

/// A page of a listing stops growing here: its jobs carry their payloads and results.
constexpr std::size_t page_bytes_max = 1'048'576;

/// A page of cut texts ends here, too: to check what is whole, all of it is read, in the server's one thread.
constexpr std::size_t looked_at_bytes_max = 16 << 20;

/// The `reason` of a rejected job's audit line; "" where the door writes none: the queue writes its own.
std::string_view rejection_reason(ec code) {
  if (code == ec::rate_limited)
    return "rate_limit";
  if (code == ec::bad_command)
    return "invalid_command";
  if (code == ec::payload_too_large)
    return "payload_too_large";
  if (code == ec::requires_too_large)
    return "requires_too_large";
  return {};
}

void reject(api_scope& scope, http_exchange& to, const failure& why, std::string fields = {}) {
  scope.tally.rejected(why.code);
  if (const auto reason = rejection_reason(why.code); !reason.empty())
    spdlog::info("event=job_rejected reason={}", reason);
  auto answer = failure_reply(why);
  answer.fields += fields;
  to.answer(std::move(answer));
}

/// What counts the new jobs of the caller's token. @pre there is a limit
rate_window& rate_of(api_scope& scope, const api_caller& who) {
  return scope.created.try_emplace({who.kind, who.kid}, scope.options.jobs_per_minute_max.value()).first->second;
}

void reject_for_rate(api_scope& scope, const api_caller& who, http_exchange& to) {
  const auto wait = std::chrono::ceil<std::chrono::seconds>(rate_of(scope, who).wait(scope.options.now()));
  reject(scope, to, {ec::rate_limited, ""},
         "Retry-After: " + std::to_string(std::max(std::chrono::seconds{1}, wait).count()) + "\r\n");
}

/// The job as it is committed; what everybody is shown.
void answer_with_job(api_scope& scope, const std::shared_ptr<http_exchange>& to, const job_id& id) {
  with_room_for(scope, *to, id, [&scope, to, id] {
    auto found = scope.door.jobs().document(id);
    if (!found)
      return to->answer(failure_reply(found.error()));
    if (!*found)
      return to->answer(failure_reply({ec::no_such_job, ""}));
    to->answer(json_reply(json_text(job_object(**std::move(found)))));
  });
}

/// Tells what became of the job.
reply<job> answered_with_job(api_scope& scope, const std::shared_ptr<http_exchange>& to) {
  return heard_by<job>(to, [&scope, to](http_exchange&, const outcome<job>& x) {
    if (!x)
      return to->answer(failure_reply(x.error()));
    answer_with_job(scope, to, x->id);
  });
}

std::string page_body(nlohmann::json jobs, const std::optional<job_id>& next) {
  return json_text({{"jobs", std::move(jobs)},
                    {"next_cursor", next ? nlohmann::json(to_string(*next)) : nlohmann::json(nullptr)}});
}

/// The beginnings of the texts of many jobs, and what they cost.
class text_heads {
public:
  text_heads(const job_reader& jobs, std::size_t bytes_max) : jobs_(jobs), bytes_max_(bytes_max) {}

  /// Without half a character at its end; none where there is no such text.
  outcome<std::optional<std::string>> of(const job_id& id, job_text kind) {
    auto found = jobs_.beginning(id, kind, bytes_max_);
    if (!found)
      return found.error();
    if (!*found)
      return std::optional<std::string>{};
    auto& [text, bytes] = **found;
    looked_at_ += bytes;
    if (text.size() < bytes)
      text.resize(whole_characters(text));
    told_ += text.size();
    return std::optional{std::move(text)};
  }

  bool enough() const { return looked_at_ > looked_at_bytes_max || told_ > page_bytes_max; }

private:
  const job_reader& jobs_;
  std::size_t bytes_max_;
  std::size_t looked_at_ = 0;
  std::size_t told_ = 0;
};

/// What a list of many jobs shows: no results, and of their other texts the beginning.
void answer_with_heads(const api_scope& scope, http_exchange& to, job_page page, std::size_t text_bytes_max) {
  text_heads texts{scope.door.jobs(), text_bytes_max};
  auto jobs = nlohmann::json::array();
  for (const auto& x : page.jobs) {
    if (texts.enough()) {
      page.next = page.jobs[jobs.size() - 1].id;
      break;
    }
    const auto payload = texts.of(x.id, job_text::payload);
    const auto error = texts.of(x.id, job_text::error);
    if (!payload || !error)
      return to.answer(failure_reply(!payload ? payload.error() : error.error()));
    auto object = job_object({x, payload->value_or(""), std::nullopt, *error});
    object.erase("result");
    jobs.push_back(std::move(object));
  }
  to.answer(json_reply(page_body(std::move(jobs), page.next)));
}

/// Ends a page behind the job whose texts make it too large. @returns how many bytes of text its jobs have
outcome<std::size_t> cut(const api_scope& scope, job_page& page) {
  std::size_t sum = 0;
  for (std::size_t i = 0; i < page.jobs.size(); ++i) {
    const auto bytes = scope.door.jobs().text_bytes(page.jobs[i].id);
    if (!bytes)
      return bytes;
    sum += *bytes;
    if (sum > page_bytes_max && i + 1 < page.jobs.size()) {
      page.jobs.resize(i + 1);
      page.next = page.jobs.back().id;
    }
  }
  return sum;
}

void answer_with_documents(api_scope& scope, http_exchange& to, const job_page& page) {
  auto jobs = nlohmann::json::array();
  for (const auto& x : page.jobs) {
    auto found = scope.door.jobs().document(x.id);
    if (!found)
      return to.answer(failure_reply(found.error()));
    if (*found) // else it was pruned in between
      jobs.push_back(job_object(**std::move(found)));
  }
  to.answer(json_reply(page_body(std::move(jobs), page.next)));
}

} // namespace

void create_job(api_scope& scope, api_call call) {
  auto what = parse_new_job(call.body);
  if (!what)
    return reject(scope, *call.from, what.error());
  what->owner = call.caller->principal;
  if (const auto key = call.request.field("Idempotency-Key")) {
    if (key->empty() || key->size() > limits::create_key_bytes_max)
      return reject(scope, *call.from, {ec::bad_shape, "Idempotency-Key must have 1 to 255 bytes"});
    const auto digest = sha256(call.body);
    what->create_key = *key;
    what->create_digest.assign(digest.begin(), digest.end());
  }
  const bool limited = scope.options.jobs_per_minute_max.has_value();
  const auto now = scope.options.now();
  const bool over = limited && !rate_of(scope, *call.caller).admit(now);
  if (over && what->create_key.empty())
    return reject_for_rate(scope, *call.caller, *call.from);
  auto heard = [&scope, who = call.caller, counted = limited && !over, now](http_exchange& to,
                                                                            const outcome<created_job>& x) {
    if (!x)
      return x.error().code == ec::rate_limited ? reject_for_rate(scope, *who, to) : reject(scope, to, x.error());
    if (counted && x->repeated)
      rate_of(scope, *who).take_back(now);
    to.answer(json_reply(created_body(*x)));
  };
  auto& door = scope.door;
  door.ask(create_request{std::move(*what), heard_by<created_job>(std::move(call.from), std::move(heard)), over});
}

void read_job(api_scope& scope, api_call call) {
  answer_with_job(scope, call.from, call.id);
}

void list_jobs(api_scope& scope, api_call call) {
  auto question = parse_listing(call.request.query);
  if (!question)
    return call.from->answer(failure_reply(question.error()));
  if (call.caller->kind == caller_kind::bot)
    question->filter.owner = call.caller->principal;
  auto page = scope.door.jobs().list(question->filter, question->before, question->limit);
  if (!page)
    return call.from->answer(failure_reply(page.error()));
  if (question->text_bytes_max)
    return answer_with_heads(scope, *call.from, *std::move(page), *question->text_bytes_max);
  const auto bytes = cut(scope, *page);
  if (!bytes)
    return call.from->answer(failure_reply(bytes.error()));
  auto tell = [&scope, to = call.from, page = *std::move(page)] { answer_with_documents(scope, *to, page); };
  if (*bytes > limits::large_bytes)
    call.from->when_room(std::move(tell));
  else
    tell();
}

void cancel_job(api_scope& scope, api_call call) {
  scope.door.ask(cancel_request{call.id, answered_with_job(scope, call.from)});
}

void retry_job(api_scope& scope, api_call call) {
  scope.door.ask(retry_request{call.id, answered_with_job(scope, call.from)});
}

} // namespace claw
