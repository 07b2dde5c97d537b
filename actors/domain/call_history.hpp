#pragma once
// What a model has already asked for in this job, so that one that turns in circles is noticed. A
// call is known by its name and its canonical arguments (toolbox::check), since models vary white
// space and key order.

#include "actors/domain/transcript.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace claw {

/// The identity of a call.
std::string call_key(std::string_view name, std::string_view checked_arguments_json);

/// False for the tools that make something new each time: their calls are run again and never count as repeats.
bool is_repeatable(std::string_view name);

class call_history {
public:
  struct entry {
    uint32_t first_step = 0;
    uint32_t times = 0; ///< how often it was asked for
    tool_result result; ///< of the first time
  };

  /// The earlier time that this call was made, or none.
  const entry* find(const std::string& key) const;

  /// A call that was run.
  void ran(const std::string& key, uint32_t step, const tool_result& result);

  /// A call that was answered from here. @returns how often it was asked for by now.
  uint32_t repeated(const std::string& key);

  /// True when the last six calls were A, B, A, B, A, B.
  bool alternates() const;

  /// Counts an error sentence. @returns how often this tool has said it.
  uint32_t failed(std::string_view name, std::string_view error);

private:
  std::map<std::string, entry> entries_;
  std::vector<std::string> order_;
  std::map<std::string, uint32_t> errors_;
};

} // namespace claw
