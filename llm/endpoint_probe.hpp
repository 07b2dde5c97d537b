#pragma once
// Asks an OpenAI-compatible endpoint what it serves: `GET {base}/models`.

#include "actors/domain/error.hpp"
#include "actors/ports/stop_token.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace claw {

struct served_model {
  std::string id;
  std::optional<uint32_t> context_tokens; ///< what one request may use; many servers do not tell
};

struct endpoint_facts {
  std::string base_url; ///< normalised, ends in its version (`/v1`)
  std::vector<served_model> models;
  bool is_llama_cpp = false; ///< llama.cpp's server: it has /props and tells of its prefill
  std::string owner{};       ///< `owned_by` of its first model: llamacpp, vllm, sglang, library (Ollama), ...

  /// @returns the context of a model, of the only model when the name is unknown, or none.
  std::optional<uint32_t> context_tokens(std::string_view model) const;
};

/// Errors: `bad_config` (no URL), `unreachable`, `timed_out`, `cancelled`, `bad_token` (the
/// endpoint wants another key), `unavailable` (it is loading, busy or out of order: it may pass), `bad_reply` (it is no
/// OpenAI-compatible endpoint, or one without a list of models). The key is in no sentence.
outcome<endpoint_facts> probe_endpoint(const std::string& base_url, const std::string& api_key,
                                       std::chrono::milliseconds limit,
                                       const stop_token& stop = {});

/// What llama.cpp's server tells of the loaded model beside the OpenAI interface (`GET /props`).
struct server_traits {
  std::optional<bool> knows_tools; ///< the chat template renders tools; otherwise they are dropped without a word
  std::optional<uint32_t> slots;   ///< requests at a time
};

/// Errors: as probe_endpoint.
outcome<server_traits> probe_traits(const std::string& base_url, const std::string& api_key,
                                    std::chrono::milliseconds limit, const stop_token& stop = {});

/// Reads the body of `GET /props`; what it does not tell stays none.
server_traits parse_traits(std::string_view body);

/// Has the server's own tokenizer count a text (`POST /tokenize`: llama.cpp, vLLM, SGLang). Errors: as probe_endpoint;
/// `bad_reply` where it has none.
outcome<uint64_t> probe_token_count(const endpoint_facts& where, const std::string& api_key, const std::string& model,
                                    const std::string& text, std::chrono::milliseconds limit,
                                    const stop_token& stop = {});

/// Reads the body of `POST /tokenize`: `count`, or the length of `tokens`. none: it is neither.
std::optional<uint64_t> parse_token_count(std::string_view body);

/// Reads the body of `GET /models`: `max_model_len` (vLLM, SGLang) or `meta.n_ctx` (llama.cpp: the
/// context of one slot; `n_ctx_train` is the model's maximum and means nothing here).
outcome<std::vector<served_model>> parse_models(std::string_view body);

} // namespace claw
