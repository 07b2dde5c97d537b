#pragma once
// ROSTER: which actors of this program live, under whom, with their mailboxes' meters; and what has happened to them
// lately. Actors write themselves in and out (observed_actor.hpp). It is no actor: it can be read while all of them
// hang.

#include "actors/domain/actor_account.hpp"
#include "actors/protocol/caf.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace claw {

/// Thread-safe. The caller brings the time.
class actor_roster {
public:
  using time_point = mailbox_meter::time_point;

  // -- the actors themselves ------------------------------------------------------------------------------------

  /// @param parent 0: none @returns what counts the newcomer's messages
  std::shared_ptr<mailbox_meter> join(caf::actor_id id, caf::actor_id parent, caf::weak_actor_ptr who, time_point now);

  /// It begins to live.
  void begun(caf::actor_id id, std::string name, time_point now);

  /// It answers a `facts_question`.
  void tells_facts(caf::actor_id id);

  /// What it is at; instead of what it showed before.
  void shows(caf::actor_id id, actor_facts facts);

  /// From now on `parent` looks after it.
  void adopt(caf::actor_id parent, caf::actor_id child);

  /// Something went wrong that it survived.
  void failed(caf::actor_id id, const std::string& why, time_point now);

  /// @param why the failure that ended it, which is noted at its parent too; "" for an end in good order
  void left(caf::actor_id id, const std::string& why, time_point now);

  // -- whoever looks ------------------------------------------------------------------------------------------------

  /// The first ones by id. @param left_out how many there are besides
  std::vector<actor_account> accounts(time_point now, uint64_t& left_out) const;

  /// Those with a higher number that are still known.
  std::vector<actor_event> events(uint64_t after, time_point now) const;
  uint64_t events_seen() const;

  /// @returns null when it has ended
  caf::actor find(caf::actor_id id) const;

private:
  struct failure_note {
    std::string why;
    time_point at{};
  };

  struct member {
    caf::actor_id parent = 0;
    std::string name = "starting";
    bool tells_facts = false;
    actor_facts shown;
    caf::weak_actor_ptr who;
    time_point joined{};
    std::optional<failure_note> last_failure;
    std::shared_ptr<mailbox_meter> meter;
  };

  struct happening {
    actor_event what;
    time_point at{};
  };

  void note(actor_event_kind kind, caf::actor_id id, const member& who, std::string why, time_point now);

  mutable std::mutex mutex_;
  std::map<caf::actor_id, member> members_;
  std::deque<happening> happenings_; ///< at most inspection_limits::events_kept
  uint64_t events_ = 0;
};

} // namespace claw
