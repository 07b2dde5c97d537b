#pragma once
// What an inspector is told of a program's actors. Plain values: how they are gathered says
// actors/shared/actor_roster.hpp, how they look on the wire net/json_inspection_codec.hpp.

#include "actors/domain/mailbox_meter.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace claw {

/// One thing that an actor tells of its state.
struct actor_fact {
  std::string name; ///< one word, e.g. `queued`
  std::variant<int64_t, bool, std::string> value;
};
using actor_facts = std::vector<actor_fact>;

/// A fact that counts something.
template <class Count>
actor_fact counted(std::string name, Count count) {
  return {std::move(name), static_cast<int64_t>(count)};
}

struct actor_failure {
  std::string why;
  std::chrono::milliseconds ago{};
};

struct actor_account {
  uint64_t id = 0;
  uint64_t parent = 0; ///< 0: it has none, or that one has ended
  std::string name;    ///< its kind, e.g. `job_queue`
  std::chrono::milliseconds age{};
  mailbox_meter::reading mailbox;
  std::optional<actor_failure> last_failure; ///< of its own, or of a child's end
  bool tells_facts = false;
  bool silent = false; ///< it was asked for its facts and did not answer in time
  actor_facts facts; ///< what it has told, or what it showed before it began to block
};

enum class actor_event_kind : uint8_t { started, ended, failed };

struct actor_event {
  uint64_t number = 0; ///< counted from 1 since the program's start
  std::chrono::milliseconds ago{};
  actor_event_kind kind = actor_event_kind::started;
  uint64_t actor = 0;
  uint64_t parent = 0;
  std::string name;
  std::string why; ///< failed: what happened
};

/// The program itself.
struct node_account {
  std::string program;
  std::string version;
  int64_t pid = 0;
  int64_t started_ms = 0; ///< wall time, since the Unix epoch
};

namespace inspection_limits {

inline constexpr std::size_t actors_max = 1'000; ///< in one answer; those that started first
inline constexpr std::size_t events_kept = 512;
inline constexpr std::size_t text_bytes_max = 256; ///< of a name, a value, a reason
inline constexpr std::size_t facts_max = 16;       ///< of one actor
inline constexpr std::size_t gathers_max = 8;      ///< questions under way at a time
inline constexpr std::size_t question_bytes_max = 1'024;
inline constexpr std::chrono::milliseconds facts_wait{500};

} // namespace inspection_limits

/// What an inspector asks: for every actor, for one, or for what has happened.
struct inspection_question {
  enum class kind : uint8_t { tree, actor, events };
  kind what = kind::tree;
  uint64_t actor = 0; ///< kind::actor
  uint64_t after = 0; ///< kind::events: those with a higher number
};

struct inspection_answer {
  node_account node;
  int64_t now_ms = 0;                ///< wall time, since the Unix epoch
  std::vector<actor_account> actors; ///< a parent before its children; kind::actor: that one and its children
  uint64_t left_out = 0;             ///< actors over the limit
  std::vector<actor_event> events;   ///< kind::events; oldest first
  uint64_t events_seen = 0;          ///< the number of the newest one
};

} // namespace claw
