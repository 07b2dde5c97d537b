#pragma once
// Redaction of JSON that a stranger wrote: what its strings and keys mean is looked at, so that no `\u0061` hides a
// secret from the eye that reads the decoded text later.

#include <string>

namespace claw {

class redactor; // actors/domain/redaction.hpp

/// @returns `json_text` where nothing in it is a secret; else JSON again, with marks in place of the secrets. A text
/// that is no JSON is redacted as it stands.
std::string redacted_json(const std::string& json_text, const redactor& rules);

} // namespace claw
