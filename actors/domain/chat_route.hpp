#pragma once
// Which model a prompt is meant for: `vllm: ...`, `vllm ...`, `... preferred vllm`, in any case.

#include "actors/domain/caps.hpp"

#include <string>
#include <string_view>

namespace claw {

struct routed_prompt {
  std::string prompt; ///< without the words that chose the route; may be empty
  std::string cap;    ///< `llm:vllm`, ...; "" when nothing was chosen
};

routed_prompt route_prompt(std::string_view text, const caps& known_caps);

} // namespace claw
