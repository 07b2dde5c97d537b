#pragma once
// The configuration of a program: one constexpr table of rows makes parsing, `--help`,
// `--print-config` and the docs. Where a value comes from, strongest first: flag, environment,
// credentials (secrets only), `--env-file`, the row's fallback. A blank value counts as unset. The flag of a
// row is its key in kebab case (`WORKER_CAPS`, `--worker-caps`); secrets have no flag, since other users of a
// machine can read command lines. All problems are reported at once.
//
// Credentials are the file `tokens` in the folder that CREDENTIALS_DIRECTORY names, with lines as in an env file:
// systemd makes it from `LoadCredential=tokens:FILE`. Without such a folder they are NAME.tokens beside the env file
// NAME.env. @source systemd.exec(5), "Credentials"

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace claw {

/// How a value is read and what it counts.
enum class config_unit : uint8_t {
  text,
  path,
  url,
  list,    ///< comma-separated
  flag,    ///< 1, true, yes, on / 0, false, no, off
  count,   ///< integer
  seconds, ///< integer
  bytes,   ///< integer
  port,    ///< integer, 0..65535
  number,  ///< may have a fraction
};

/// One variable. `least` and `most` bound integers and are ignored elsewhere.
struct config_row {
  const char* env;      ///< the key, e.g. "LEASE_SECONDS"
  const char* fallback; ///< nullptr: unset when nobody sets it
  config_unit unit;
  bool secret;      ///< shown as ***, has no flag
  const char* help; ///< one plain sentence
  int64_t least = 0;
  int64_t most = std::numeric_limits<int64_t>::max();
};

class config;

/// A program's own rows; `common_rows` are added to every program.
struct config_table {
  const char* program;
  const char* purpose; ///< one plain sentence, the first line of --help
  std::span<const config_row> rows;

  /// What is wrong with values that are good each for itself: a line a problem, "" when nothing is. A value that is
  /// bad by itself has been told already and is shown to it as its fallback.
  std::string (*problems)(const config&) = nullptr;
};

/// LOG_LEVEL, LOG_FORMAT, LOG_FILE; INSPECT_PORT, INSPECT_HOST and INSPECT_CERTS.
std::span<const config_row> common_rows();

/// The values of one start, checked. Asking for a key that the table does not have breaks an assertion.
class config {
public:
  bool has(std::string_view env) const;         ///< somebody set it, or it has a fallback
  std::string text(std::string_view env) const; ///< "" when unset
  int64_t integer(std::string_view env) const;  ///< @pre has(env)
  double number(std::string_view env) const;    ///< @pre has(env)
  bool flag(std::string_view env) const;        ///< false when unset
  std::vector<std::string> list(std::string_view env) const; ///< trimmed, without empty ones

  /// none where the key is unset
  std::optional<int64_t> maybe_integer(std::string_view env) const;

  /// The values of all secret rows that are set.
  std::vector<std::string> secrets() const;

  /// `flag`, `environment`, `credentials`, `env-file`, `fallback` or `unset`
  std::string_view origin(std::string_view env) const;

private:
  friend class config_reader;
  struct entry {
    std::optional<std::string> value;
    std::string_view origin = "unset";
    bool secret = false;
  };
  const entry& at(std::string_view env) const;

  std::map<std::string, entry, std::less<>> entries_;
};

/// What a start with these arguments asks for: to run, or to print something and end.
struct config_exit {
  int code = 0; ///< 0 (help, version, print-config), 64 (wrong usage) or 78 (wrong configuration)
  std::string text; ///< to stdout for code 0, else to stderr
};
using config_outcome = std::variant<config, config_exit>;

/// The world outside, so that tests bring their own.
struct config_sources {
  std::vector<std::string> arguments; ///< without the program's name
  std::function<std::optional<std::string>(const char*)> environment;
  std::function<std::optional<std::string>(const std::string&)> read_file; ///< none: cannot be read
};

/// The real arguments, environment and files.
config_sources real_sources(int argc, char** argv);

config_outcome read_config(const config_table& table, const config_sources& sources);

/// `--lease-seconds` for `LEASE_SECONDS`
std::string flag_name(std::string_view env);

/// What `--help` prints.
std::string help_text(const config_table& table);

/// What `--help-env` prints: an env file with a comment for every variable and nothing set. Secrets are only named.
std::string help_env(const config_table& table);

/// A Markdown table of all rows, for docs/CONFIG.md.
std::string help_markdown(const config_table& table);

} // namespace claw
