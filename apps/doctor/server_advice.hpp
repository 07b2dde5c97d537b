#pragma once
// The flags of the model servers that people run, for advice. A server is known by what its list of models says.
// @source the servers' own documentation: llama.cpp tools/server, vLLM and SGLang server arguments, Ollama FAQ

#include "llm/endpoint_probe.hpp"

#include <string>

namespace claw {

enum class model_server : unsigned char { unknown, llama_cpp, vllm, sglang, ollama };

model_server server_of(const endpoint_facts& x);
std::string name_of(model_server x);

std::string advice_for_tools(model_server x);   ///< how to make it take and return tool calls
std::string advice_for_context(model_server x); ///< how to give requests more context
std::string advice_for_name(model_server x);    ///< how to give the model the name that is asked for

} // namespace claw
