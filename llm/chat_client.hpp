#pragma once
// The client of an OpenAI-compatible endpoint: the port `chat_model` on libcurl. One connection a
// request: servers close idle ones early, and closing it is how a request is cancelled.
// @source OpenAI API reference, "Create chat completion"; what servers really send is told in call_assembler.hpp,
// error_class.hpp and chat_codec.hpp.

#include "actors/ports/chat_model.hpp"
#include "llm/tool_mode.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace claw {

/// How long each part of a request may take. Comments of the event stream (keep-alives) are no progress.
struct chat_timers {
  std::chrono::milliseconds connect{3'000};
  std::chrono::milliseconds first_event{60'000};      ///< least wait for the first data event
  double prefill_tokens_s = 100;                      ///< of a slow machine: believed until it is measured
  std::chrono::milliseconds first_event_max{600'000}; ///< most: a long prompt on a slow machine is waited for
  std::chrono::milliseconds stall{60'000};            ///< between two data events
  std::chrono::milliseconds call_max{600'000};        ///< the whole request; the request's deadline may be earlier
  std::chrono::milliseconds ask_again{600'000};       ///< what a server tells and refuses is believed for so long
};

struct chat_client_config {
  std::string base_url;               ///< LLM_BASE_URL, with or without /v1
  std::string api_key;                ///< LLM_API_KEY, "" for none
  std::string model;                  ///< LLM_MODEL
  double temperature = 0.2;           ///< LLM_TEMPERATURE
  uint32_t answer_tokens_max = 4'096; ///< LLM_MAX_TOKENS
  uint32_t context_tokens = 0;        ///< the model's context where it is known (endpoint_probe); 0: learn it
  std::size_t response_bytes_max = 16u << 20;
  bool stream = true;
  std::optional<tool_mode> mode; ///< LLM_TOOL_MODE; none: chosen by what the server and the model do
  chat_timers timers;
};

/// Thread-safe as the port demands; what it learns of the model is shared by all its calls.
class chat_client final : public chat_model {
public:
  explicit chat_client(chat_client_config config);
  ~chat_client() override;

  chat_outcome complete(const chat_request& x, const stop_token& stop,
                        const chat_listener& listener) override;
  std::string name() const override;

  /// The endpoint did not answer for a while. It may come back with other flags: what it told and refused is forgotten.
  void endpoint_was_away();

private:
  class implementation;
  std::unique_ptr<implementation> implementation_;
};

} // namespace claw
