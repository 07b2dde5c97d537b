#pragma once
// Pieces of which the texts for people are made.

#include "net/answer_text.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace claw {

std::string without_last_breaks(std::string text);

/// A block whose fence is longer than any run of backticks inside, so that no content can end it; in a terminal the
/// bare lines.
std::string block(const std::string& content, text_style style);

/// null where there is no such member
const nlohmann::json& member(const nlohmann::json& object, const char* key);

} // namespace claw
