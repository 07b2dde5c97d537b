#pragma once
// Puts the pieces of tool calls together as servers stream them.
// Dialects that were seen: pieces by `index`, with id and name only in the first (llama.cpp, vLLM);
// the id or the name in every piece; no index at all; index 0 always, a new id for a new call; the
// name in pieces; a whole call in one piece (Ollama); no arguments for a tool without parameters
// (vLLM's hermes parser); arguments as an object; the old `function_call`. Two pieces without
// index, id or a known name cannot be told apart: they count as one call.

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace claw {

/// A call as the server wrote it.
struct raw_call {
  std::string id;
  std::string name;
  std::string arguments; ///< "" where the server sent none

  friend bool operator==(const raw_call&, const raw_call&) = default;
};

/// Follows a JSON text as it grows: is its outermost object or array closed yet?
class json_balance {
public:
  void feed(const std::string& piece);
  bool closed() const noexcept { return opened_ && depth_ == 0; }

private:
  int64_t depth_ = 0;
  bool opened_ = false, in_string_ = false, escaped_ = false;
};

class call_assembler {
public:
  static constexpr std::size_t calls_max = 128; ///< more in one answer are ignored

  /// @param known_names the tools that were offered: how a repeated name is told from the second half of one
  explicit call_assembler(std::vector<std::string> known_names = {});

  /// @param pieces the `tool_calls` of a delta; anything but an array is ignored
  void feed(const nlohmann::json& pieces);

  /// @param calls the `tool_calls` of a whole message: every element is a call, whatever its id and index
  void feed_whole(const nlohmann::json& calls);

  /// @param piece a legacy `function_call` value
  void feed_function_call(const nlohmann::json& piece);

  bool empty() const noexcept { return slots_.empty(); }

  /// All calls in the order they began. Names are trimmed and lose a `functions.` prefix; calls
  /// without a name are left out.
  std::vector<raw_call> calls() const;

private:
  struct slot {
    raw_call call;
    json_balance balance;
  };
  struct piece {
    bool has_index = false;
    int64_t index = 0;
    std::string id, name, arguments;
  };

  static piece read(const nlohmann::json& x);
  bool is_known(const std::string& name) const;
  bool starts_new_call(const slot& current, const piece& x) const;
  void add(const piece& x);
  void merge(slot& s, const piece& x) const;

  std::vector<std::string> known_names_;
  std::vector<slot> slots_;
  std::map<int64_t, std::size_t> by_index_;
};

} // namespace claw
