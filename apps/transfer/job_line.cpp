#include "apps/transfer/job_line.hpp"

#include "apps/transfer/json_fields.hpp"
#include "net/bounded_json.hpp"

#include <array>
#include <limits>
#include <utility>

namespace claw {

namespace {

using nlohmann::json;

constexpr int64_t any_least = std::numeric_limits<int64_t>::min();
constexpr int64_t any_most = std::numeric_limits<int64_t>::max();
constexpr int64_t uint32_most = std::numeric_limits<uint32_t>::max();

struct named_text {
  job_text kind;
  const char* key;
};

constexpr std::array texts = {named_text{job_text::payload, "payload"}, named_text{job_text::result, "result"},
                              named_text{job_text::error, "error"}, named_text{job_text::checkpoint, "checkpoint"}};

template <class T>
json or_null(const std::optional<T>& x) {
  return x ? json(*x) : json(nullptr);
}

json or_null(const std::optional<std::string>& x) {
  return x ? text_json(*x) : json(nullptr);
}

// -- writing -------------------------------------------------------------------------------------------------------

json event_json(const job_event& x) {
  return {{"sequence", x.sequence},
          {"at_ms", x.at_ms},
          {"type", std::string{to_string(x.kind)}},
          {"attempt", x.attempt},
          {"worker_id", text_json(x.worker_id)},
          {"why", text_json(x.why)},
          {"data", text_json(x.data_json)}};
}

/// What the producer said.
json wish_json(const job& x) {
  return {{"id", to_string(x.id)},
          {"created_at", x.created_s},
          {"command", text_json(x.command)},
          {"requires", or_null(x.requires_json)},
          {"caps", x.required.names()},
          {"priority", x.priority},
          {"requester", text_json(x.requester)},
          {"not_before", or_null(x.not_before_s)},
          {"deadline", or_null(x.deadline_s)},
          {"tags", x.tags},
          {"idempotency_key", text_json(x.create_key)},
          {"idempotency_digest", hex_of(x.create_digest)},
          {"owner", text_json(x.owner)},
          {"max_attempts", x.attempts_max}};
}

// -- reading -------------------------------------------------------------------------------------------------------

std::optional<job_status> parse_status(std::string_view text) {
  for (const auto x : {job_status::queued, job_status::running, job_status::done, job_status::failed})
    if (to_string(x) == text)
      return x;
  return std::nullopt;
}

std::optional<job_end> parse_end(std::string_view text) {
  for (const auto x : {job_end::none, job_end::done, job_end::failed, job_end::cancelled, job_end::dead})
    if (to_string(x) == text)
      return x;
  return std::nullopt;
}

void read_wish(json_fields& in, job& x) {
  x.id = in.word<job_id>("id", parse_job_id);
  x.created_s = in.integer("created_at", any_least, any_most);
  x.command = in.text("command");
  x.requires_json = in.maybe_text("requires");
  std::vector<std::string> names;
  for (const auto& name : in.array("caps"))
    if (name.is_string())
      names.push_back(name.get<std::string>());
    else
      in.complain("caps", "must be an array of strings");
  x.required = caps{std::move(names)};
  x.priority = static_cast<int32_t>(in.integer("priority", std::numeric_limits<int32_t>::min(),
                                               std::numeric_limits<int32_t>::max()));
  x.requester = in.text("requester");
  x.not_before_s = in.maybe_integer("not_before");
  x.deadline_s = in.maybe_integer("deadline");
  for (const auto& [name, value] : in.object("tags").items())
    if (value.is_string())
      x.tags[name] = value.get<std::string>();
    else
      in.complain("tags", "must be an object of strings");
  x.create_key = in.text("idempotency_key");
  x.create_digest = in.bytes("idempotency_digest");
  x.owner = in.text("owner");
  x.attempts_max = static_cast<uint32_t>(in.integer("max_attempts", 0, uint32_most));
}

void read_life(json_fields& in, job& x) {
  x.status = in.word<job_status>("status", parse_status);
  x.end = in.word<job_end>("outcome", parse_end);
  x.attempt = static_cast<uint32_t>(in.integer("attempt", 0, uint32_most));
  x.worker_id = in.text("worker_id");
  x.worker_boot_id = in.text("worker_boot_id");
  x.lease_id = in.text("lease_id");
  x.last_lease_id = in.text("last_lease_id");
  x.lease_principal = in.text("lease_principal");
  x.lease_kid = in.text("lease_kid");
  x.started_s = in.maybe_integer("started_at");
  x.finished_s = in.maybe_integer("finished_at");
  x.lease_until_s = in.maybe_integer("lease_until");
  x.cancel_asked = in.flag("cancel_asked");
}

outcome<job_event> event_of(const json& object, std::size_t number) {
  json_fields in{object, "event " + std::to_string(number)};
  job_event x;
  x.sequence = static_cast<uint64_t>(in.integer("sequence", 1, any_most));
  x.at_ms = in.integer("at_ms", any_least, any_most);
  x.kind = in.word<job_event_kind>("type", parse_event_kind);
  x.attempt = static_cast<uint32_t>(in.integer("attempt", 0, uint32_most));
  x.worker_id = in.text("worker_id");
  x.why = in.text("why");
  x.data_json = in.text("data");
  if (!x.data_json.empty() && !parse_bounded_json(x.data_json))
    in.complain("data", "must be the text of a JSON value");
  const auto good = in.end();
  return good ? outcome<job_event>{std::move(x)} : good.error();
}

} // namespace

std::string job_line(const job_change& whole) {
  const auto& x = whole.after;
  auto line = wish_json(x);
  line.update({{"status", std::string{to_string(x.status)}},
               {"outcome", std::string{to_string(x.end)}},
               {"attempt", x.attempt},
               {"worker_id", text_json(x.worker_id)},
               {"worker_boot_id", text_json(x.worker_boot_id)},
               {"lease_id", text_json(x.lease_id)},
               {"last_lease_id", text_json(x.last_lease_id)},
               {"lease_principal", text_json(x.lease_principal)},
               {"lease_kid", text_json(x.lease_kid)},
               {"started_at", or_null(x.started_s)},
               {"finished_at", or_null(x.finished_s)},
               {"lease_until", or_null(x.lease_until_s)},
               {"cancel_asked", x.cancel_asked}});
  for (const auto& each : texts)
    line[each.key] = nullptr;
  for (const auto& [kind, text] : whole.texts)
    line[texts[static_cast<std::size_t>(kind)].key] = or_null(text);
  auto& events = line["events"] = json::array();
  for (const auto& e : whole.events)
    events.push_back(event_json(e));
  return json_text(line);
}

outcome<job_change> parse_job_line(std::string_view line) {
  const auto object = parse_bounded_json(line);
  if (!object)
    return object.error();
  json_fields in{*object, ""};
  job_change x;
  read_wish(in, x.after);
  read_life(in, x.after);
  for (const auto& each : texts)
    if (auto text = in.maybe_text(each.key))
      x.texts.emplace_back(each.kind, std::move(text));
  std::size_t number = 0;
  for (const auto& object_of_event : in.array("events")) {
    auto event = event_of(object_of_event, ++number);
    if (!event)
      return event.error();
    x.events.push_back(*std::move(event));
  }
  x.after.events = x.events.size();
  const auto good = in.end();
  return good ? outcome<job_change>{std::move(x)} : good.error();
}

} // namespace claw
