#pragma once
// What the commands about a repo's history answer, as text for people. Each begins with the repo and the commit that it
// is about, the way a person can type it: `demo@3f2a9c1b7d20`.

#include "net/answer_text.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>

namespace claw {

/// @param data of the envelope; untrusted. @returns none for another command
std::optional<std::string> history_text(const std::string& command, const nlohmann::json& data, text_style style);

} // namespace claw
