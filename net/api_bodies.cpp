#include "net/api_bodies.hpp"

#include "actors/domain/limits.hpp"
#include "net/bounded_json.hpp"
#include "net/http_text.hpp"
#include "net/requires_codec.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace claw {

namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 15> commands = {
    "ping",             "capabilities", "plan_echo",     "approve_echo", "repo_list",
    "repo_status",      "repo_last_commit", "repo_grep", "repo_readfile", "repo_log",
    "repo_diff",        "repo_show",    "repo_blame",    "repo_tree",    "llm_task",
};

/// A longer name is none of a field of ours, and is not repeated to its sender.
constexpr std::size_t named_bytes_max = 64;

failure bad_shape(std::string why) {
  return {ec::bad_shape, std::move(why)};
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n\f\v";
  const auto first = text.find_first_not_of(blanks);
  return first == std::string_view::npos
             ? std::string_view{}
             : text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

/// An empty body counts as `{}`.
outcome<json> parse_body(std::string_view body) {
  if (body.empty())
    return json::object();
  auto value = parse_bounded_json(body);
  if (value)
    return value;
  if (value.error().code != ec::bad_shape)
    return failure{ec::bad_json, "invalid JSON"};
  const auto name = member_too_large(body);
  return bad_shape((name.empty() || name.size() > named_bytes_max ? "body" : name) + ": " + value.error().why);
}

outcome<json> parse_object(std::string_view body) {
  auto value = parse_body(body);
  if (value && !value->is_object())
    return bad_shape("body must be an object");
  return value;
}

/// A member; nothing when it is absent or null.
const json* member_of(const json& object, const char* key) {
  const auto at = object.find(key);
  return at == object.end() || at->is_null() ? nullptr : &*at;
}

outcome<std::string> string_or(const json& object, const char* key, std::string fallback) {
  const auto* at = member_of(object, key);
  if (at == nullptr)
    return fallback;
  if (!at->is_string())
    return bad_shape(std::string{key} + " must be a string");
  return at->get<std::string>();
}

/// As `string_or`, but takes the text out: it may be large.
outcome<std::string> take_string_or(json& object, const char* key, std::string fallback) {
  const auto at = object.find(key);
  if (at != object.end() && at->is_string())
    return std::move(at->get_ref<std::string&>());
  return string_or(object, key, std::move(fallback));
}

outcome<std::optional<int64_t>> integer_in(const json& object, const char* key, int64_t least,
                                           int64_t most) {
  const auto* at = member_of(object, key);
  if (at == nullptr)
    return std::optional<int64_t>{};
  const auto range = std::to_string(least) + " to " + std::to_string(most);
  const bool fits
      = at->is_number_integer()
        && !(at->is_number_unsigned() && at->get<uint64_t>() > static_cast<uint64_t>(most))
        && at->get<int64_t>() >= least && at->get<int64_t>() <= most;
  if (!fits)
    return bad_shape(std::string{key} + " must be an integer from " + range);
  return std::optional{at->get<int64_t>()};
}

std::optional<std::string> requires_text(const json& object) {
  const auto* at = member_of(object, "requires");
  if (at == nullptr)
    return std::nullopt;
  return at->is_string() ? at->get<std::string>() : json_text(*at);
}

outcome<done> read_tags(const json& object, new_job& into) {
  const auto* tags = member_of(object, "tags");
  if (tags == nullptr)
    return done{};
  if (!tags->is_object())
    return bad_shape("tags must be an object");
  std::size_t bytes = 0;
  for (const auto& [name, value] : tags->items()) {
    if (!value.is_string())
      return bad_shape("tags must be an object of strings");
    bytes += name.size() + value.get_ref<const std::string&>().size();
    into.tags[name] = value.get<std::string>();
  }
  if (into.tags.size() > limits::tags_max || bytes > limits::tags_bytes_max)
    return bad_shape("tags may be " + std::to_string(limits::tags_max) + " with "
                     + std::to_string(limits::tags_bytes_max) + " bytes together");
  return done{};
}

/// The keys that came after the base contract.
outcome<done> read_additions(const json& object, new_job& into) {
  const auto attempts = integer_in(object, "max_attempts", 1, attempts_most);
  if (!attempts)
    return attempts.error();
  if (*attempts)
    into.attempts_max = static_cast<uint32_t>(**attempts);
  const auto priority = integer_in(object, "priority", -limits::priority_max, limits::priority_max);
  if (!priority)
    return priority.error();
  into.priority = static_cast<int32_t>(priority->value_or(0));
  auto requester = string_or(object, "requester", "");
  if (!requester)
    return requester.error();
  if (requester->size() > requester_bytes_max)
    return bad_shape("requester must have at most 255 bytes");
  into.requester = std::move(*requester);
  const auto not_before = integer_in(object, "not_before", 0, wall_s_max);
  if (!not_before)
    return not_before.error();
  into.not_before_s = *not_before;
  const auto deadline = integer_in(object, "deadline", 0, wall_s_max);
  if (!deadline)
    return deadline.error();
  into.deadline_s = *deadline;
  return read_tags(object, into);
}

/// A set that is there may be empty: then the worker gets only jobs that anyone may claim.
outcome<done> read_token_caps(const json& object, access_token& into) {
  const auto* names = member_of(object, "caps");
  if (names == nullptr)
    return done{};
  std::vector<std::string> list;
  if (!names->is_array())
    return bad_shape("caps must be an array of strings");
  for (const auto& x : *names) {
    if (!x.is_string())
      return bad_shape("caps must be an array of strings");
    list.push_back(x.get<std::string>());
  }
  into.caps = caps{std::move(list)};
  return done{};
}

outcome<progress_request::entry> parse_entry(const json& x) {
  if (!x.is_object())
    return bad_shape("an event must be an object");
  const auto type = string_or(x, "type", "");
  if (!type)
    return type.error();
  const auto kind = parse_progress_kind(*type);
  if (!kind)
    return bad_shape("type must be status, delta, tool_call, tool_result, usage or checkpoint");
  const auto* at = member_of(x, "data");
  if (at != nullptr && !at->is_object())
    return bad_shape("data must be an object");
  progress_request::entry entry{*kind, at == nullptr ? "{}" : json_text(*at)};
  if (*kind != job_event_kind::checkpoint && entry.data_json.size() > limits::event_bytes_max)
    return failure{ec::body_too_large, "event too large"};
  return entry;
}

template <class T>
std::optional<T> number_in(std::string_view text) {
  T x{};
  const auto [end, why] = std::from_chars(text.data(), text.data() + text.size(), x);
  const bool whole = why == std::errc{} && end == text.data() + text.size() && !text.empty();
  return whole ? std::optional{x} : std::nullopt;
}

} // namespace

std::span<const std::string_view> known_commands() {
  return commands;
}

outcome<new_job> parse_new_job(std::string_view body) {
  const auto object = parse_object(body);
  if (!object)
    return object.error();
  new_job x;
  auto command = string_or(*object, "command", "");
  if (!command)
    return command.error();
  x.command = trimmed(*command);
  if (std::find(commands.begin(), commands.end(), x.command) == commands.end())
    return failure{ec::bad_command, "invalid command"};
  auto payload = string_or(*object, "payload", "");
  if (!payload)
    return payload.error();
  x.payload = std::move(*payload);
  if (x.payload.size() > limits::payload_bytes_max)
    return failure{ec::payload_too_large, "payload too large"};
  x.requires_json = requires_text(*object);
  if (x.requires_json && x.requires_json->size() > limits::requires_bytes_max)
    return failure{ec::requires_too_large, "requires too large"};
  if (x.requires_json) {
    auto required = required_caps(*x.requires_json);
    if (!required)
      return required.error();
    x.required = *std::move(required);
  }
  if (auto ok = read_additions(*object, x); !ok)
    return ok.error();
  return x;
}

outcome<access_token> parse_new_token(std::string_view body) {
  const auto object = parse_object(body);
  if (!object)
    return object.error();
  access_token x;
  const auto role = string_or(*object, "role", "");
  if (!role)
    return role.error();
  const auto known = parse_token_role(*role);
  if (!known)
    return bad_shape("role must be bot, worker, admin or read-only");
  x.role = *known;
  auto name = string_or(*object, "name", "");
  if (!name)
    return name.error();
  x.principal = std::move(*name);
  auto worker = string_or(*object, "worker_id", "");
  if (!worker)
    return worker.error();
  x.worker_id = trimmed(*worker);
  const auto expires = integer_in(*object, "expires_at", 0, wall_s_max);
  if (!expires)
    return expires.error();
  x.expires_s = *expires;
  if (auto ok = read_token_caps(*object, x); !ok)
    return ok.error();
  return x;
}

outcome<std::string> parse_line(std::string_view body) {
  const auto object = parse_object(body);
  if (!object)
    return object.error();
  if (member_of(*object, "text") == nullptr)
    return bad_shape("text is missing");
  return string_or(*object, "text", "");
}

outcome<std::string> parse_finish(finish_kind kind, std::string_view body,
                                  std::size_t text_bytes_max) {
  auto object = parse_object(body);
  if (!object)
    return object.error();
  const char* key = kind == finish_kind::result ? "result" : "error";
  if (kind == finish_kind::result && member_of(*object, key) == nullptr)
    return bad_shape("result is missing");
  auto text = take_string_or(*object, key, "");
  if (!text)
    return text.error();
  if (text->size() > text_bytes_max)
    return failure{ec::body_too_large, "request body too large"};
  if (kind == finish_kind::result)
    return text;
  const auto kept = trimmed(*text);
  return kept.empty() ? std::string{"unknown"} : std::string{kept};
}

outcome<std::vector<progress_request::entry>> parse_progress(std::string_view body) {
  auto value = parse_body(body);
  if (!value)
    return value.error();
  std::vector<progress_request::entry> entries;
  const auto list = value->is_array() ? std::move(*value) : json::array({std::move(*value)});
  for (const auto& x : list) {
    auto entry = parse_entry(x);
    if (!entry)
      return entry.error();
    entries.push_back(std::move(*entry));
  }
  return entries;
}

outcome<done> check_unread(std::string_view body) {
  const auto value = parse_body(body);
  if (!value)
    return value.error();
  return value->is_object() || value->is_null() ? outcome<done>{done{}} : bad_shape("body must be an object");
}

outcome<std::chrono::milliseconds> parse_wait(std::string_view query) {
  const auto text = query_value(query, "wait");
  if (!text || text->empty())
    return std::chrono::milliseconds{0};
  const auto seconds = number_in<double>(*text);
  const auto most = static_cast<double>(limits::claim_wait_max.count());
  if (!seconds || !(*seconds >= 0 && *seconds <= most))
    return bad_shape("wait must be a number of seconds from 0 to 60");
  return std::chrono::milliseconds{static_cast<int64_t>(*seconds * 1'000)};
}

outcome<uint64_t> parse_after(std::string_view query) {
  const auto text = query_value(query, "after");
  if (!text || text->empty())
    return uint64_t{0};
  const auto after = number_in<uint64_t>(*text);
  if (!after)
    return bad_shape("after must be the sequence number of an event");
  return *after;
}

outcome<listing_question> parse_listing(std::string_view query) {
  listing_question x;
  x.filter.command = query_value(query, "command").value_or("");
  x.filter.requester = query_value(query, "requester").value_or("");
  x.filter.worker_id = query_value(query, "worker_id").value_or("");
  if (const auto status = query_value(query, "status"); status && !status->empty()) {
    for (auto candidate :
         {job_status::queued, job_status::running, job_status::done, job_status::failed})
      if (to_string(candidate) == *status)
        x.filter.status = candidate;
    if (!x.filter.status)
      return bad_shape("status must be queued, running, done or failed");
  }
  if (const auto limit = query_value(query, "limit"); limit && !limit->empty()) {
    const auto n = number_in<std::size_t>(*limit);
    if (!n || *n == 0 || *n > limits::page_jobs_max)
      return bad_shape("limit must be a number from 1 to 500");
    x.limit = *n;
  }
  if (const auto texts = query_value(query, "texts"); texts && !texts->empty()) {
    x.text_bytes_max = number_in<std::size_t>(*texts);
    if (!x.text_bytes_max || *x.text_bytes_max > cut_text_bytes_max)
      return bad_shape("texts must be a number of bytes from 0 to 4096");
  }
  if (const auto cursor = query_value(query, "cursor"); cursor && !cursor->empty()) {
    x.before = parse_job_id(*cursor);
    if (!x.before)
      return bad_shape("cursor must be the next_cursor of an earlier page");
  }
  return x;
}

} // namespace claw
