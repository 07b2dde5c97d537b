#pragma once
// What a worker says of itself in the headers of each of its requests.

#include "actors/domain/error.hpp"
#include "actors/protocol/broker_messages.hpp"
#include "net/api_access.hpp"
#include "net/http_exchange.hpp"

#include <string_view>

namespace claw {

/// Reads X-Worker-Caps: a JSON array of strings, or a comma-separated list. Text that begins with `[` but is not JSON
/// is read as a list; what stands in an array and is no string is no cap. Errors: `bad_request` for JSON with a number
/// that no double holds.
outcome<caps> parse_worker_caps(std::string_view header);

/// What the token is bound to is filled in where the headers say nothing of it. Errors: `bad_request` when a header is
/// longer, or names more caps, than a worker may have, or cannot be read; `forbidden` when it names another worker, or
/// a cap, than the token allows.
outcome<worker_facts> worker_facts_of(const http_request& x, const api_caller& who);

/// By what this request shows that a job is its sender's.
lease_proof lease_proof_of(const http_request& x, const api_caller& who);

} // namespace claw
