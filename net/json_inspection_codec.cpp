#include "net/json_inspection_codec.hpp"

#include "actors/domain/shorten.hpp"
#include "net/bounded_json.hpp"

#include <algorithm>

namespace claw {

namespace {

using nlohmann::json;
using kind = inspection_question::kind;

constexpr std::size_t question_depth_max = 2;

int64_t ms(std::chrono::nanoseconds x) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(x).count();
}

json ms_or_null(const std::optional<mailbox_meter::duration>& x) {
  return x ? json(ms(*x)) : json(nullptr);
}

/// Texts on their way out: without secrets, and then not too long, so that no half of a secret is left.
class plain_text {
public:
  explicit plain_text(const redactor& redact) : redact_(redact) {}
  std::string operator()(const std::string& x) const {
    return one_line(redact_.whole(x), inspection_limits::text_bytes_max);
  }

private:
  const redactor& redact_;
};

const char* state_of(const mailbox_meter::reading& x) {
  return x.in_hand ? "working" : x.waiting > 0 ? "waiting" : "idle";
}

json facts_json(const actor_facts& facts, const plain_text& text) {
  json all = json::object();
  for (std::size_t i = 0; i < std::min(facts.size(), inspection_limits::facts_max); ++i) {
    auto& place = all[facts[i].name];
    if (const auto* words = std::get_if<std::string>(&facts[i].value))
      place = text(*words);
    else
      std::visit([&](const auto& x) { place = x; }, facts[i].value);
  }
  return all;
}

json account_json(const actor_account& x, const plain_text& text) {
  json one{{"id", x.id},
           {"parent", x.parent == 0 ? json(nullptr) : json(x.parent)},
           {"name", text(x.name)},
           {"state", state_of(x.mailbox)},
           {"age_ms", ms(x.age)},
           {"mailbox", x.mailbox.waiting},
           {"oldest_ms", ms_or_null(x.mailbox.oldest)},
           {"in_hand_ms", ms_or_null(x.mailbox.in_hand)},
           {"handled", x.mailbox.dealt_with},
           {"last_failure", nullptr},
           {"silent", x.silent},
           {"facts", facts_json(x.facts, text)}};
  if (x.last_failure)
    one["last_failure"] = {{"why", text(x.last_failure->why)}, {"ago_ms", ms(x.last_failure->ago)}};
  return one;
}

const char* name_of(actor_event_kind x) {
  switch (x) {
  case actor_event_kind::started:
    return "started";
  case actor_event_kind::ended:
    return "ended";
  case actor_event_kind::failed:
    return "failed";
  }
  return "";
}

json event_json(const actor_event& x, int64_t now_ms, const plain_text& text) {
  return {{"number", x.number},
          {"at_ms", now_ms - ms(x.ago)},
          {"event", name_of(x.kind)},
          {"actor", x.actor},
          {"parent", x.parent == 0 ? json(nullptr) : json(x.parent)},
          {"name", text(x.name)},
          {"why", x.why.empty() ? json(nullptr) : json(text(x.why))}};
}

outcome<uint64_t> number_at(const json& from, const char* key) {
  const auto i = from.find(key);
  if (i == from.end() || !i->is_number_unsigned())
    return failure{ec::bad_shape, std::string{key} + " must be a number"};
  return i->get<uint64_t>();
}

} // namespace

outcome<inspection_question> json_inspection_codec::question(std::string_view text) const {
  const auto read = parse_bounded_json(text, question_depth_max);
  if (!read)
    return read.error();
  if (!read->is_object() || !read->contains("ask") || !read->at("ask").is_string())
    return failure{ec::bad_shape, "ask must be tree, actor or events"};
  const auto& what = read->at("ask").get_ref<const std::string&>();
  inspection_question asked;
  if (what == "tree")
    return asked;
  asked.what = what == "actor" ? kind::actor : kind::events;
  if (what != "actor" && what != "events")
    return failure{ec::bad_shape, "ask must be tree, actor or events"};
  const auto number = number_at(*read, what == "actor" ? "actor" : "after");
  if (!number)
    return number.error();
  (what == "actor" ? asked.actor : asked.after) = *number;
  return asked;
}

std::string json_inspection_codec::answer(const inspection_question& asked, const inspection_answer& x) const {
  const plain_text text{redact_};
  json all{{"node",
            {{"program", x.node.program},
             {"version", x.node.version},
             {"pid", x.node.pid},
             {"started_ms", x.node.started_ms}}},
           {"now_ms", x.now_ms},
           {"events_seen", x.events_seen}};
  if (asked.what == kind::events) {
    auto& events = all["events"] = json::array();
    for (const auto& each : x.events)
      events.push_back(event_json(each, x.now_ms, text));
    return json_text(all);
  }
  auto& actors = all["actors"] = json::array();
  for (const auto& each : x.actors)
    actors.push_back(account_json(each, text));
  all["left_out"] = x.left_out;
  return json_text(all);
}

std::string json_inspection_codec::refusal(const failure& why) const {
  return json_text({{"error", plain_text{redact_}(why.why)}, {"code", to_string(why.code)}});
}

std::string inspection_question_text(const inspection_question& x) {
  switch (x.what) {
  case kind::tree:
    return json_text({{"ask", "tree"}});
  case kind::actor:
    return json_text({{"ask", "actor"}, {"actor", x.actor}});
  case kind::events:
    return json_text({{"ask", "events"}, {"after", x.after}});
  }
  return "";
}

} // namespace claw
