#pragma once
// Reads what a broker answered (docs/HTTP_API.md), also one that knows only the base contract, and
// trusts nothing in it: a wrong shape is a `bad_reply`, never an exception. Pure functions.

#include "actors/ports/broker_api.hpp"
#include "net/bounded_json.hpp"
#include "net/curl_session.hpp"

#include <string>
#include <string_view>

namespace claw {

/// True when a 404 or 405 says that the broker does not know the route, rather than the job, worker
/// or token.
bool is_unknown_route(const curl_answer& x);

/// What a status other than 2xx means.
/// @param token never appears in the sentence, also when the broker sends it back
failure failure_of_answer(const curl_answer& x, std::string_view token);

/// The JSON object of a 2xx answer.
outcome<nlohmann::json> read_object(const curl_answer& x);

/// A job object. Times that are no integers count as absent.
outcome<remote_job> read_job(const nlohmann::json& x);

outcome<remote_event> read_event(const nlohmann::json& x);

/// What an event tells; an empty object where that is none.
nlohmann::json data_of(const remote_event& event);

outcome<remote_token> read_token(const nlohmann::json& x);
outcome<remote_worker> read_worker(const nlohmann::json& x);

/// The array under `key`; `bad_reply` when there is none.
outcome<nlohmann::json> read_array(const nlohmann::json& object, const char* key);

// Optional members; the fallback also stands for a value of another type.
std::string string_member(const nlohmann::json& object, const char* key);
int64_t integer_member(const nlohmann::json& object, const char* key, int64_t fallback = 0);
bool bool_member(const nlohmann::json& object, const char* key);

} // namespace claw
