#pragma once
// What the handlers of a runner's commands share: the call, its payload, the envelope of repo commands
// (docs/COMMANDS.md).

#include "actors/domain/error.hpp"
#include "llm/plan_store.hpp"
#include "llm/repo_errors.hpp"
#include "llm/repo_tools.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>

namespace claw {

struct command_registry_config;

/// What a handler gets to work with.
struct command_call {
  const command_registry_config& config;
  repo_tools& repos;
  plan_store& plans;
  const std::string& command;
  const std::string& payload;
  call_bounds bounds;
};

using command_handler = outcome<std::string> (*)(const command_call&);

/// @param repo its name; null for what is about none
std::string repo_envelope(const command_call& x, const nlohmann::ordered_json& repo, bool truncated,
                          nlohmann::ordered_json content);

/// The payload as an object. Errors: `payload must be valid JSON`, `repo required`.
outcome<nlohmann::ordered_json> repo_payload(const command_call& x);

/// An integer of the payload; left as it is where there is none. @returns false for anything else.
bool integer_at(const nlohmann::ordered_json& payload, const char* key, int64_t& out);

} // namespace claw
