#include "apps/doctor/server_advice.hpp"

namespace claw {

model_server server_of(const endpoint_facts& x) {
  if (x.is_llama_cpp)
    return model_server::llama_cpp;
  if (x.owner == "vllm")
    return model_server::vllm;
  if (x.owner == "sglang")
    return model_server::sglang;
  return x.owner == "library" ? model_server::ollama : model_server::unknown;
}

std::string name_of(model_server x) {
  switch (x) {
  case model_server::llama_cpp:
    return "llama.cpp";
  case model_server::vllm:
    return "vLLM";
  case model_server::sglang:
    return "SGLang";
  case model_server::ollama:
    return "Ollama";
  case model_server::unknown:
    return "a server of unknown kind";
  }
  return "";
}

std::string advice_for_tools(model_server x) {
  switch (x) {
  case model_server::llama_cpp:
    return "start llama-server with --jinja and a model whose chat template knows tools (--chat-template-file)";
  case model_server::vllm:
    return "start vLLM with --enable-auto-tool-choice --tool-call-parser PARSER (hermes for Qwen, llama3_json, "
           "mistral, "
           "qwen3_coder, ...)";
  case model_server::sglang:
    return "start SGLang with --tool-call-parser PARSER (qwen25, llama3, mistral, ...)";
  case model_server::ollama:
    return "choose a model that `ollama show` lists with the capability tools";
  case model_server::unknown:
    return "llama.cpp: --jinja; vLLM: --enable-auto-tool-choice --tool-call-parser PARSER; SGLang: --tool-call-parser "
           "PARSER; NIM: NIM_ENABLE_AUTO_TOOL_CHOICE=1 NIM_TOOL_CALL_PARSER=PARSER";
  }
  return "";
}

std::string advice_for_context(model_server x) {
  switch (x) {
  case model_server::llama_cpp:
    return "start llama-server with a larger -c; it is divided among the -np slots";
  case model_server::vllm:
    return "start vLLM with a larger --max-model-len";
  case model_server::sglang:
    return "start SGLang with a larger --context-length";
  case model_server::ollama:
    return "start Ollama with OLLAMA_CONTEXT_LENGTH=16384 and set LLM_CONTEXT_TOKENS to the same: it drops old "
           "messages "
           "without a word";
  case model_server::unknown:
    return "set LLM_CONTEXT_TOKENS to what the server was started with";
  }
  return "";
}

std::string advice_for_name(model_server x) {
  if (x == model_server::vllm)
    return " (vLLM: --served-model-name)";
  return x == model_server::llama_cpp ? " (llama-server: --alias)" : "";
}

} // namespace claw
