#pragma once
// Looks at the broker now and then, so that the bot can show how it stands, and has the names at hand that people
// choose from while they type a slash command.
//
//   in   ask_choices   answered within `patience` from what is known, be it nothing
//   out  show_presence to the bot; questions to its own producer_link, and a repo_list job where somebody wants
//        to choose a repository and the last list is old

#include "actors/bot/bot_parts.hpp"
#include "actors/domain/slash_commands.hpp"
#include "actors/protocol/bot_messages.hpp"
#include "actors/protocol/caf.hpp"
#include "actors/shared/observed_actor.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace claw {

struct lookout_config {
  bot_parts_ptr parts;
  caf::actor_addr show_to;
};

struct lookout_state {
  static constexpr std::chrono::milliseconds patience{1'500}; ///< Discord waits three seconds for choices

  lookout_config config;
  caf::actor link;
  std::vector<remote_worker> workers;
  std::vector<std::string> repos;
  std::optional<std::chrono::steady_clock::time_point> repos_known; ///< when they were last heard of
  bool asks_repos = false;
  uint32_t looks_left = 0;                     ///< at the repo_list job
  std::vector<caf::response_promise> choosers; ///< who wait for repos

  ~lookout_state() { caf::anon_send_exit(link, caf::exit_reason::user_shutdown); }

  actor_facts facts() const {
    return {counted("workers", workers.size()), counted("repos", repos.size()), counted("who_wait", choosers.size())};
  }

  static inline const char* name = "lookout";
};

caf::behavior lookout_actor(observed<lookout_state>* self, lookout_config config);

} // namespace claw
