#include "apps/cli/inspect_view.hpp"

#include "actors/domain/utc_text.hpp"
#include "net/bounded_json.hpp"

#include <algorithm>
#include <map>
#include <vector>

namespace claw {

namespace {

using nlohmann::json;

constexpr int64_t second = 1'000, minute = 60 * second, hour = 60 * minute, day = 24 * hour;
constexpr std::size_t name_columns = 34;
constexpr std::size_t state_columns = 16;

int64_t number(const json& from, const char* key) {
  const auto i = from.find(key);
  return i != from.end() && i->is_number() ? i->get<int64_t>() : 0;
}

std::string text(const json& from, const char* key) {
  const auto i = from.find(key);
  return i != from.end() && i->is_string() ? i->get<std::string>() : "";
}

std::string padded(std::string x, std::size_t columns) {
  x.resize(std::max(x.size() + 1, columns), ' ');
  return x;
}

std::string right(const std::string& x, std::size_t columns) {
  return std::string(x.size() < columns ? columns - x.size() : 0, ' ') + x;
}

std::string facts_text(const json& actor) {
  if (actor.value("silent", false))
    return "does not answer";
  std::string all;
  if (const auto facts = actor.find("facts"); facts != actor.end())
    for (const auto& [name, value] : facts->items())
      all += (all.empty() ? "" : " ") + name + "=" + (value.is_string() ? value.get<std::string>() : json_text(value));
  return all;
}

std::string state_text(const json& actor) {
  const auto in_hand = actor.find("in_hand_ms");
  const bool works = in_hand != actor.end() && in_hand->is_number();
  return works ? text(actor, "state") + " " + span_text(in_hand->get<int64_t>()) : text(actor, "state");
}

std::string actor_line(const json& actor, std::size_t depth) {
  const auto oldest = actor.find("oldest_ms");
  const bool waits = oldest != actor.end() && oldest->is_number();
  auto line = padded(std::string(2 * depth, ' ') + text(actor, "name") + " " + std::to_string(number(actor, "id")),
                     name_columns);
  line += padded(state_text(actor), state_columns) + right(std::to_string(number(actor, "mailbox")), 7);
  line += right(waits ? span_text(oldest->get<int64_t>()) : "-", 10) + "  " + facts_text(actor);
  line.erase(line.find_last_not_of(' ') + 1);
  line += "\n";
  if (const auto failed = actor.find("last_failure"); failed != actor.end() && failed->is_object())
    line += std::string(2 * depth + 2, ' ') + "! " + span_text(number(*failed, "ago_ms"))
            + " ago: " + text(*failed, "why") + "\n";
  return line;
}

class tree_writer {
public:
  explicit tree_writer(const json& actors) {
    for (const auto& x : actors)
      if (x.is_object())
        places_[number(x, "id")] = &x;
    for (const auto& [id, place] : places_) {
      const auto& x = *place;
      const auto parent = number(x, "parent");
      children_[places_.contains(parent) ? parent : 0].push_back(&x);
    }
  }

  std::string write() {
    add_children(0, 0);
    return std::move(out_);
  }

private:
  void add_children(int64_t of, std::size_t depth) {
    const auto found = children_.find(of);
    if (found == children_.end())
      return;
    const auto children = std::exchange(found->second, {}); // none is written twice, whatever the answer says
    for (const auto* x : children) {
      out_ += actor_line(*x, depth);
      add_children(number(*x, "id"), depth + 1);
    }
  }

  std::map<int64_t, const json*> places_;
  std::map<int64_t, std::vector<const json*>> children_; ///< 0: of nobody
  std::string out_;
};

} // namespace

std::string span_text(int64_t ms) {
  if (ms < second)
    return std::to_string(ms) + " ms";
  if (ms < minute)
    return std::to_string(ms / second) + "." + std::to_string(ms % second / 100) + " s";
  if (ms < hour)
    return std::to_string(ms / minute) + " min";
  return ms < 2 * day ? std::to_string(ms / hour) + " h" : std::to_string(ms / day) + " d";
}

std::string inspection_tree_text(const json& answer) {
  const auto& node = answer.at("node");
  const auto& actors = answer.at("actors");
  std::string out = text(node, "program") + " " + text(node, "version") + ", pid " + std::to_string(number(node, "pid"))
                    + ", up " + span_text(number(answer, "now_ms") - number(node, "started_ms")) + ", "
                    + std::to_string(actors.size()) + " actors, " + utc_text(number(answer, "now_ms") / 1'000) + "\n";
  out += padded("ACTOR", name_columns) + padded("STATE", state_columns) + "MAILBOX    OLDEST  TELLS\n";
  out += tree_writer{actors}.write();
  if (const auto more = number(answer, "left_out"); more > 0)
    out += "and " + std::to_string(more) + " more\n";
  return out;
}

std::string inspection_events_text(const json& answer) {
  std::string out;
  for (const auto& x : answer.at("events")) {
    out += utc_text(number(x, "at_ms") / 1'000) + " " + padded(text(x, "event"), 8) + text(x, "name") + " "
           + std::to_string(number(x, "actor"));
    if (const auto why = text(x, "why"); !why.empty())
      out += ": " + why;
    out += "\n";
  }
  return out;
}

} // namespace claw
