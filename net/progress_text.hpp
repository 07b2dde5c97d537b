#pragma once
// Events and listings as lines for a terminal, or for a code block in a chat. Pure functions; what came from elsewhere
// is redacted and freed of control characters and direction marks, since a worker's text must not move the cursor or
// look like another one.

#include "actors/domain/redaction.hpp"
#include "actors/ports/broker_api.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace claw {

/// One line on an event, `claimed by laptop`, `tool repo_grep {"query":"x"}`; "" for one that people need not see.
std::string progress_line(const remote_event& event, const redactor& redact);

/// The text of a `delta` event; "" for others.
std::string delta_text(const remote_event& event);

/// @param now_s wall time, for ages
std::string jobs_table(const std::vector<remote_job>& jobs, const redactor& redact, int64_t now_s);
std::string workers_table(const std::vector<remote_worker>& workers, const redactor& redact,
                          int64_t now_s);
std::string queue_text(const std::string& queue_json, const redactor& redact, int64_t now_s);

/// @param now_s wall time, for what is left of each
std::string tokens_table(const std::vector<remote_token>& tokens, int64_t now_s);

/// @param text the token itself where it is new; "" else
std::string token_json(const remote_token& token, const std::string& text);
std::string tokens_json(const std::vector<remote_token>& tokens);

/// @param queue the broker's own document on its queue; "" where it has none
std::string status_json(const remote_health& health, const std::string& broker_url, const std::string& queue);

std::string event_json(const remote_event& event, const redactor& redact);
std::string jobs_json(const std::vector<remote_job>& jobs, const redactor& redact);
std::string workers_json(const std::vector<remote_worker>& workers, const redactor& redact);

} // namespace claw
