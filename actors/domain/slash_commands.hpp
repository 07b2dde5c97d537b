#pragma once
// The slash commands that the bot offers: the command language with a form to fill in. `domain/slash_text` makes a line
// of that language of a filled one. @source Discord API reference, "Application Commands"

#include "actors/domain/snowflake.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace claw {

struct slash_option {
  enum class kind : uint8_t { text, number };

  std::string name;        ///< 1 to 32 characters, lower case
  std::string description; ///< 1 to 100 characters
  bool required = false;   ///< those that are required stand first
  bool completed = false;  ///< the bot offers choices while it is typed
  kind what = kind::text;
};

struct slash_command {
  std::string name, description; ///< as of an option
  std::vector<slash_option> options;
};

/// All of them, in the order in which people see them.
std::vector<slash_command> slash_commands();

/// The same for a server that completes nothing and takes no numbers: all options are texts.
std::vector<slash_command> plain_commands(std::vector<slash_command> all);

/// Changes whenever Discord has to be told anew. @param guild where they are registered; none: everywhere
std::string slash_digest(const std::vector<slash_command>& all, snowflake application, snowflake guild);

/// One value that an option may take, as a person sees it and as the bot gets it.
struct command_choice {
  std::string name, value; ///< at most 100 characters each
};

/// Those that hold what has been typed, in any case; at most 25, as Discord takes them.
std::vector<command_choice> matching_choices(const std::vector<command_choice>& all, const std::string& typed);

} // namespace claw
