#pragma once
// How the project speaks of trouble. Three kinds, three tools:
//   a wrong program    -> CLAW_ASSERT: throws, is never caught locally, the supervisor decides;
//   expected trouble   -> outcome<T>: a value or a failure, always with one `ec` and a plain sentence;
//   foreign exceptions -> caught in the adapter that called, turned into a failure, no further.

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace claw {

/// Every kind of expected trouble. Each sentence says who can mend it.
enum class ec : uint8_t {
  none,
  // -- what a client of the broker did wrong ---------------------------------------------------
  bad_token,            ///< The caller must send the right token.
  token_not_configured, ///< The operator must give the broker this token.
  forbidden,            ///< The caller's role may not do this.
  no_such_route,        ///< The caller asked for a path that the broker does not have.
  wrong_method,         ///< The caller used a method that this path does not have.
  bad_request,          ///< The caller sent a value that is not allowed; the sentence names it.
  bad_json,             ///< The caller sent a body that is not JSON.
  bad_command,          ///< The caller named a command that does not exist.
  bad_shape,            ///< The caller sent JSON of the wrong shape; the sentence names the field.
  body_too_large,       ///< The caller must send less.
  payload_too_large,    ///< The caller must send a smaller payload.
  requires_too_large,   ///< The caller must send a smaller `requires`.
  rate_limited,         ///< The caller must wait, or the operator raise RATE_LIMIT_JOBS_PER_MIN.
  queue_full,           ///< The caller must wait, or the operator raise MAX_QUEUED_JOBS.
  no_such_job,          ///< The id is wrong.
  no_such_worker,       ///< The worker id is wrong.
  no_such_token,        ///< The kid is wrong.
  not_running,          ///< The job is not running, so it cannot be finished.
  not_failed,           ///< Only a failed job can be retried.
  lease_lost,           ///< The worker no longer holds this job: it must drop the work.
  // -- what the broker's machine did wrong -----------------------------------------------------
  unavailable,  ///< The broker is starting, stopping or restarting a part: try again soon.
  store_full,   ///< The operator must free disk space or raise the size of the store.
  store_broken, ///< The operator must look at the store: it cannot be read or written.
  // -- what a runner or a client program meets -------------------------------------------------
  unreachable,    ///< No connection to the other side: check the address and the network.
  bad_reply,      ///< The other side answered something that is not its protocol.
  refused,        ///< The other side said no for good; the sentence is its own.
  timed_out,      ///< It took longer than its limit.
  cancelled,      ///< Somebody asked to stop.
  not_configured, ///< The operator must set the variable that the sentence names.
  bad_config,     ///< The operator must correct the variable that the sentence names.
  tool_refused,   ///< A rule forbids it (allowlist, path, limits); the sentence says which.
  tool_failed,    ///< The tool ran and could not do it.
  model_failed,   ///< The model's endpoint could not answer.
  io_failed,      ///< The local disk or operating system said no.
};

/// The name of a code, as logs show it: `bad_token`, `lease_lost`, ...
std::string_view to_string(ec code);

/// One piece of expected trouble: a code for programs and one plain sentence for people.
struct failure {
  ec code = ec::none;
  std::string why;

  friend bool operator==(const failure&, const failure&) = default;
};

/// An `io_failed` in the operating system's own words: `cannot open x: No such file or directory`.
/// @param error a value of errno
failure io_failure(std::string_view what, int error);

/// Thrown by a broken CLAW_ASSERT: the program is wrong, not its input.
class broken_invariant : public std::logic_error {
public:
  using std::logic_error::logic_error;
};

[[noreturn]] void throw_broken_invariant(const char* condition, const char* file, int line);

/// Either a T or a failure. An outcome that holds a failure is false.
template <class T>
class [[nodiscard]] outcome {
public:
  outcome(T value) : content_(std::in_place_index<0>, std::move(value)) {}
  outcome(failure why) : content_(std::in_place_index<1>, std::move(why)) {}

  bool ok() const noexcept { return content_.index() == 0; }
  explicit operator bool() const noexcept { return ok(); }

  /// @pre ok()
  T& operator*() & { return std::get<0>(content_); }
  const T& operator*() const& { return std::get<0>(content_); }
  T&& operator*() && { return std::get<0>(std::move(content_)); }
  T* operator->() { return &std::get<0>(content_); }
  const T* operator->() const { return &std::get<0>(content_); }

  /// @pre !ok()
  const failure& error() const { return std::get<1>(content_); }

private:
  std::variant<T, failure> content_;
};

/// What a function answers that has nothing to say but "done".
struct done {
  friend bool operator==(const done&, const done&) = default;
};

} // namespace claw

/// States what must hold here. Always on, also in release builds.
#define CLAW_ASSERT(condition)                                                                     \
  do {                                                                                             \
    if (!(condition))                                                                              \
      ::claw::throw_broken_invariant(#condition, __FILE__, __LINE__);                              \
  } while (false)
