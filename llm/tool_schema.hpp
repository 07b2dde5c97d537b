#pragma once
// What a tool's arguments are, and the check of a model's arguments against it: one table serves
// the definition that is offered, the check and the one-line usage in its errors.

#include "actors/domain/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace claw {

enum class argument_kind : uint8_t { text, integer };

struct tool_argument {
  std::string_view name;
  argument_kind kind = argument_kind::text;
  bool required = false;
  std::string_view description;
  bool free_text = false;                       ///< may hold a URL inside; must not be one
  std::optional<int64_t> fallback_integer = {}; ///< filled in when left out
  std::string fallback_text = {};               ///< "" for none; filled in when left out
};

struct tool_schema {
  std::string_view name;
  std::string_view description;
  std::vector<tool_argument> arguments;
};

/// A JSON Schema of type object.
std::string parameters_json(const tool_schema& schema);

/// The arguments made canonical: defaults filled in, keys sorted, "12" taken for 12, a one-element
/// array for its element.
/// @returns a failure whose sentence is JSON for the model: `bad_shape` for arguments that are not
/// what the schema says, `tool_refused` for a URL or more than `bytes_max`.
outcome<std::string> check_arguments(const tool_schema& schema, const std::string& arguments_json,
                                     std::size_t bytes_max);

} // namespace claw
