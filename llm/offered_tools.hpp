#pragma once
// The tools of one request, as the readers of text calls need them: names, the order of parameters, their types.

#include "actors/domain/transcript.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace claw {

/// A call found in an answer's text.
struct found_call {
  std::string name;
  std::string arguments_json;
  std::string exact;     ///< the call as it stood there, without its marks
  std::size_t begin = 0; ///< the bytes that it takes in the answer, with its marks
  std::size_t end = 0;
  bool repaired = false;
};

class offered_tools {
public:
  explicit offered_tools(const std::vector<tool_spec>& specs);

  bool empty() const noexcept { return tools_.empty(); }
  bool has(std::string_view name) const;

  /// Parameter names in the order that positional arguments take: the required ones first.
  const std::vector<std::string>& parameters(std::string_view name) const;

  /// A parameter that came as bare text (XML dialects), read as its schema's type; text where that does not work.
  nlohmann::json typed(std::string_view tool, const std::string& parameter,
                       const std::string& text) const;

  /// Reads `{"name", "arguments" | "parameters" | "args" | "input"}`, the arguments an object or a
  /// JSON string of one.
  /// @param bare the call has no marks around it: then it must have arguments and no foreign keys
  std::optional<found_call> call_from(const nlohmann::json& x, bool bare) const;

private:
  struct tool {
    std::vector<std::string> order;
    std::map<std::string, std::string> types;
  };
  std::map<std::string, tool, std::less<>> tools_;
};

} // namespace claw
