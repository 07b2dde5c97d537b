#pragma once
// What the HTTP server and the application behind it say to each other. Nothing here knows sockets, so an application
// is tested with plain values.

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace claw {

struct http_field {
  std::string_view name;
  std::string_view value; ///< without blanks at both ends
};

/// One request. The views are valid only during the call that hands it over.
struct http_request {
  std::string_view method;
  std::string_view path;  ///< as sent, still percent-encoded
  std::string_view query; ///< without the `?`
  std::span<const http_field> fields;
  std::string body; ///< empty while the head is judged
  std::shared_ptr<const void> sender; ///< as the application's `admit` said; null while the head is judged

  /// The first field of that name (any case); nothing when there is none.
  std::optional<std::string_view> field(std::string_view name) const;
};

/// One whole answer.
struct http_reply {
  unsigned status = 200;
  std::string body;
  std::string fields; ///< more header lines, each ended by CRLF
  /// Called instead of delivering when the client is known to be gone, or the writing failed.
  std::function<void()> undelivered;
  std::string_view content_type = "application/json; charset=utf-8";
  std::string_view cache_control = "no-store";
};

/// One request that waits for its answer. Shared: the answer often comes much later, from another thread.
/// Except for `post`, everything is called in the server's thread.
class http_exchange {
public:
  virtual ~http_exchange() = default;

  /// Runs the work soon in the server's thread. May be called by any thread.
  virtual void post(std::function<void()> work) = 0;

  /// Answers; the first answer counts. A large one that was made without asking for room is not delivered where there
  /// is none: the client is told to try again.
  virtual void answer(http_reply x) = 0;

  /// The listener is called, at most once, when the client goes away before the answer. A request without a listener
  /// is worked on to its end, whether somebody still listens or not.
  virtual void when_gone(std::function<void()> listener) = 0;

  /// Ends a request that is held, which is one with such a listener: that is called as if the client had gone, and the
  /// client is answered `why`, or its stream ends. Any other request is worked on to its end.
  virtual void evict(http_reply why) = 0;

  /// Instead of `answer`: begins a body of unknown length.
  virtual void begin_stream(std::string_view content_type) = 0;

  /// @pre begin_stream was called and the previous piece was sent. `sent` is not called when the client is gone.
  virtual void send_piece(std::string piece, std::function<void()> sent) = 0;
  virtual void end_stream() = 0;

  /// Whoever is about to make a large answer, or piece, asks first: the work is called, in the server's thread, when
  /// there is room for one more. Where that takes too long the client is told to try again, or its stream ends; the
  /// work is not called then, nor when the client has gone.
  virtual void when_room(std::function<void()> work) = 0;
};

/// What is decided when only the head of a request is known, so that no stranger can make us read megabytes.
struct http_admission {
  std::optional<http_reply> refusal;
  std::size_t body_bytes_max = 0;
  std::size_t kind = 0; ///< under which its answer is counted (http_tally)
  std::shared_ptr<const void> sender{}; ///< whom the application took the sender for; comes back with the request
};

/// What an HTTP server serves. Called in the server's thread; may not block.
class http_application {
public:
  virtual ~http_application() = default;

  virtual http_admission admit(const http_request& head) = 0;

  /// The answer to an admitted request whose body exceeds its limit.
  virtual http_reply too_large(const http_request& head) = 0;

  virtual void handle(http_request x, std::shared_ptr<http_exchange> from) = 0;

  /// Everything that was ready has been dealt with: the moment to pass on at once what many requests ask for.
  virtual void round_over() {}
};

} // namespace claw
