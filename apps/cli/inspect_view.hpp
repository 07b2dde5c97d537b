#pragma once
// How an answer of inspection looks to a person.

#include <nlohmann/json.hpp>

#include <string>

namespace claw {

/// The program in a line, then a line an actor, children below their parent and further in; failures in lines of
/// their own.
std::string inspection_tree_text(const nlohmann::json& answer);

/// A line an event: when, what, who, why.
std::string inspection_events_text(const nlohmann::json& answer);

/// `350 ms`, `4.2 s`, `3 min`, `2 h`, `5 d`
std::string span_text(int64_t ms);

} // namespace claw
