#include "actors/domain/retry_policy.hpp"

#include <algorithm>

namespace claw {

namespace {

using std::chrono::milliseconds;

/// Anything between the least wait and a ceiling that doubles with each try.
milliseconds jittered(uint32_t tries, uint64_t random) {
  const auto ceiling
      = std::min(retry_policy::wait_max, retry_policy::wait_min * (1 << std::min(tries, 5u)));
  const auto span = static_cast<uint64_t>((ceiling - retry_policy::wait_min).count()) + 1;
  return retry_policy::wait_min + milliseconds{static_cast<int64_t>(random % span)};
}

} // namespace

bool is_passing(chat_error kind) {
  switch (kind) {
  case chat_error::loading:
  case chat_error::overloaded:
  case chat_error::server_fault:
  case chat_error::timed_out:
  case chat_error::cancelled: // by the other side: our own stop ends the run before this is asked
    return true;
  case chat_error::none:
  case chat_error::context_overflow:
  case chat_error::tools_unsupported:
  case chat_error::template_error:
  case chat_error::bad_request:
  case chat_error::auth:
  case chat_error::model_missing:
    return false;
  }
  return false;
}

std::optional<milliseconds> retry_policy::after(const chat_failure& x, uint64_t random) {
  if (!is_passing(x.kind))
    return std::nullopt;
  const bool loading = x.kind == chat_error::loading;
  auto wait = jittered(loading ? ++loading_tries_ : ++tries_, random);
  if (x.wait)
    wait = std::clamp(*x.wait, wait_min, asked_wait_max);
  if (loading) { // counted by its time, not its tries: a large model takes minutes
    loading_ += wait;
    return loading_ <= loading_max ? std::optional{wait} : std::nullopt;
  }
  if (tries_ >= tries_per_step_max || retries_ >= retries_per_job_max)
    return std::nullopt;
  ++retries_;
  return wait;
}

} // namespace claw
