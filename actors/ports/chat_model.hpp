#pragma once
// A language model behind an OpenAI-compatible endpoint. `llm/chat_client` implements it on libcurl, and
// `test/support` with a script.

#include "actors/domain/chat.hpp"
#include "actors/domain/error.hpp"
#include "actors/ports/stop_token.hpp"

#include <functional>
#include <string>

namespace claw {

/// What is heard while an answer is on its way. Called in the thread of `complete`.
struct chat_progress {
  enum class kind : uint8_t {
    waiting,   ///< for other requests to the same endpoint
    condensed, ///< older tool results were shortened, so that the conversation fits
    prefill,
    thinking,
    text
  } what = kind::text;
  std::string text;       ///< text: a piece of the answer
  double fraction = 0;    ///< prefill: 0..1 where the server tells
};
using chat_listener = std::function<void(const chat_progress&)>;

/// May be called from several threads, one call a thread at a time. What it learns of the endpoint (context size,
/// template quirks, dialect) it keeps for the next call. `complete` makes one logical request: rewrites that the
/// server's own error calls for (dropping `stream_options`, splitting parallel calls, ...) happen inside; waiting
/// and trying again after `loading`, `overloaded` and `server_fault` is the caller's.
class chat_model {
public:
  virtual ~chat_model() = default;

  virtual chat_outcome complete(const chat_request& x, const stop_token& stop,
                                const chat_listener& listener) = 0;

  /// The configured model name.
  virtual std::string name() const = 0;
};

} // namespace claw
