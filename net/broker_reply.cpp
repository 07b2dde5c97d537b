#include "net/broker_reply.hpp"

#include <algorithm>
#include <limits>

namespace claw {

namespace {

constexpr std::size_t sentence_bytes_max = 300;
constexpr std::size_t id_bytes_max = 255;

failure bad_reply(std::string_view why) {
  return {ec::bad_reply, "the broker's answer makes no sense: " + std::string{why}};
}

/// A stranger's sentence made fit for a log and a terminal.
std::string tamed(std::string text, std::string_view token) {
  if (!token.empty())
    for (auto at = text.find(token); at != std::string::npos; at = text.find(token, at))
      text.replace(at, token.size(), "***");
  for (auto& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      c = ' ';
  if (text.size() > sentence_bytes_max) {
    auto end = sentence_bytes_max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80)
      --end; // not in the middle of a character
    text.resize(end);
  }
  return text;
}

std::string detail_of(const curl_answer& x) {
  const auto body = parse_bounded_json(x.body);
  return body ? string_member(*body, "detail") : std::string{};
}

std::optional<std::string> text_or_none(const nlohmann::json& object, const char* key) {
  const auto at = object.find(key);
  if (at == object.end() || !at->is_string())
    return std::nullopt;
  return at->get<std::string>();
}

std::optional<int64_t> time_or_none(const nlohmann::json& object, const char* key) {
  const auto at = object.find(key);
  if (at == object.end() || !at->is_number_integer())
    return std::nullopt;
  return integer_member(object, key);
}

/// Ids and lease ids go back to the broker in a path or a header.
bool is_id(std::string_view text) {
  return text.size() <= id_bytes_max && std::all_of(text.begin(), text.end(), [](char c) {
           return static_cast<unsigned char>(c) > 0x20 && c != 0x7f;
         });
}

uint32_t attempt_of(const nlohmann::json& object) {
  return static_cast<uint32_t>(
      std::clamp<int64_t>(integer_member(object, "attempt"), 0, std::numeric_limits<uint32_t>::max()));
}

std::vector<std::string> strings_of(const nlohmann::json& object, const char* key) {
  std::vector<std::string> result;
  if (const auto at = object.find(key); at != object.end() && at->is_array())
    for (const auto& x : *at)
      if (x.is_string())
        result.push_back(x.get<std::string>());
  return result;
}

/// A member that is JSON text, or any JSON value that is to become one; "" for null and none.
std::string json_member(const nlohmann::json& object, const char* key) {
  const auto at = object.find(key);
  if (at == object.end() || at->is_null())
    return {};
  return at->is_string() ? at->get<std::string>() : json_text(*at);
}

} // namespace

bool is_unknown_route(const curl_answer& x) {
  if (x.status == 405)
    return true;
  if (x.status != 404)
    return false;
  const auto detail = detail_of(x);
  return detail != "job not found" && detail != "worker not found" && detail != "token not found";
}

failure failure_of_answer(const curl_answer& x, std::string_view token) {
  const auto detail = tamed(detail_of(x), token);
  const auto status = std::to_string(x.status);
  const auto sentence = detail.empty() ? "the broker answered " + status : detail;
  if (x.status >= 500)
    return {ec::unreachable,
            "the broker answered " + status + (detail.empty() ? "" : ": " + detail)};
  if (x.status >= 300 && x.status < 400) // nobody's last word on a job: something stands where the broker should
    return {ec::unreachable, "the broker's address answered " + status
                                 + ", a redirect, which is not followed; set BROKER_URL to the broker itself"};
  if (x.status < 300)
    return bad_reply("status " + status);
  switch (x.status) {
  case 401:
    return {ec::bad_token, sentence};
  case 404:
    if (detail == "job not found")
      return {ec::no_such_job, sentence};
    if (detail == "worker not found")
      return {ec::no_such_worker, sentence};
    if (detail == "token not found")
      return {ec::no_such_token, sentence};
    return {ec::refused, sentence};
  case 409:
    return {ec::lease_lost, sentence};
  case 413:
    return {ec::body_too_large, sentence};
  case 429:
    return {detail.find("queue") == std::string::npos ? ec::rate_limited : ec::queue_full,
            sentence};
  default:
    return {ec::refused, sentence};
  }
}

outcome<nlohmann::json> read_object(const curl_answer& x) {
  auto body = parse_bounded_json(x.body);
  if (!body)
    return bad_reply(body.error().why);
  if (!body->is_object())
    return bad_reply("no JSON object");
  return body;
}

nlohmann::json data_of(const remote_event& event) {
  auto data = parse_bounded_json(event.data_json);
  return data && data->is_object() ? *data : nlohmann::json::object();
}

outcome<remote_token> read_token(const nlohmann::json& x) {
  if (!x.is_object())
    return bad_reply("the token is no object");
  remote_token token;
  token.kid = string_member(x, "kid");
  token.role = string_member(x, "role");
  token.name = string_member(x, "name");
  token.worker_id = string_member(x, "worker_id");
  if (const auto names = x.find("caps"); names != x.end() && names->is_array()) {
    token.caps.emplace();
    for (const auto& name : *names)
      if (name.is_string())
        token.caps->push_back(name.get<std::string>());
  }
  token.created_s = integer_member(x, "created_at");
  token.expires_s = time_or_none(x, "expires_at");
  token.state = string_member(x, "state");
  if (!is_id(token.kid) || token.kid.empty())
    return bad_reply("the token has no kid");
  return token;
}

outcome<remote_job> read_job(const nlohmann::json& x) {
  if (!x.is_object())
    return bad_reply("the job is no object");
  remote_job job;
  job.id = string_member(x, "id");
  job.status = string_member(x, "status");
  job.command = string_member(x, "command");
  job.payload = string_member(x, "payload");
  job.result = text_or_none(x, "result");
  job.error = text_or_none(x, "error");
  job.worker_id = text_or_none(x, "worker_id");
  job.requires_json = text_or_none(x, "requires");
  job.created_s = time_or_none(x, "created_at");
  job.started_s = time_or_none(x, "started_at");
  job.finished_s = time_or_none(x, "finished_at");
  job.lease_until_s = time_or_none(x, "lease_until");
  job.outcome = string_member(x, "outcome");
  job.lease_id = string_member(x, "lease_id");
  job.requester = string_member(x, "requester");
  job.attempt = attempt_of(x);
  job.events = static_cast<uint64_t>(std::max<int64_t>(integer_member(x, "events"), 0));
  if (auto checkpoint = json_member(x, "checkpoint"); !checkpoint.empty())
    job.checkpoint_json = std::move(checkpoint);
  if (job.id.empty() || !is_id(job.id) || !is_id(job.lease_id))
    return bad_reply("the job has no usable id");
  if (job.status != "queued" && job.status != "running" && job.status != "done"
      && job.status != "failed")
    return bad_reply("the job has no known status");
  return job;
}

outcome<remote_event> read_event(const nlohmann::json& x) {
  if (!x.is_object())
    return bad_reply("an event is no object");
  remote_event event;
  event.sequence = static_cast<uint64_t>(std::max<int64_t>(0, integer_member(x, "sequence")));
  event.at_ms = integer_member(x, "at_ms");
  event.type = string_member(x, "type");
  event.attempt = attempt_of(x);
  event.worker_id = string_member(x, "worker_id");
  event.why = string_member(x, "why");
  event.data_json = json_member(x, "data");
  if (event.sequence == 0 || event.type.empty())
    return bad_reply("an event has no sequence or type");
  return event;
}

outcome<remote_worker> read_worker(const nlohmann::json& x) {
  if (!x.is_object())
    return bad_reply("a worker is no object");
  remote_worker worker;
  worker.worker_id = string_member(x, "worker_id");
  worker.caps = strings_of(x, "caps");
  worker.version = string_member(x, "version");
  worker.notes = string_member(x, "notes");
  worker.first_seen_s = integer_member(x, "first_seen");
  worker.last_seen_s = integer_member(x, "last_seen");
  worker.polling = bool_member(x, "polling");
  worker.live = bool_member(x, "live");
  worker.draining = bool_member(x, "draining");
  worker.running = strings_of(x, "running");
  return worker;
}

outcome<nlohmann::json> read_array(const nlohmann::json& object, const char* key) {
  const auto at = object.find(key);
  if (at == object.end() || !at->is_array())
    return bad_reply("no list of " + std::string{key});
  return nlohmann::json(*at);
}

std::string string_member(const nlohmann::json& object, const char* key) {
  if (!object.is_object())
    return {};
  const auto at = object.find(key);
  return at != object.end() && at->is_string() ? at->get<std::string>() : std::string{};
}

int64_t integer_member(const nlohmann::json& object, const char* key, int64_t fallback) {
  const auto at = object.find(key);
  if (at == object.end() || !at->is_number_integer())
    return fallback;
  if (at->is_number_unsigned()
      && at->get<uint64_t>() > static_cast<uint64_t>(std::numeric_limits<int64_t>::max()))
    return fallback;
  return at->get<int64_t>();
}

bool bool_member(const nlohmann::json& object, const char* key) {
  const auto at = object.find(key);
  return at != object.end() && at->is_boolean() && at->get<bool>();
}

} // namespace claw
