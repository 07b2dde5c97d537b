#include "apps/config.hpp"

#include "actors/domain/ascii.hpp"
#include "actors/domain/error.hpp"
#include "apps/bounded_read.hpp"
#include "apps/config_text.hpp"
#include "apps/exit_codes.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace claw {

namespace {

constexpr std::size_t env_file_bytes_max = 1'048'576;

constexpr config_row common[] = {
    {"LOG_LEVEL", "info", config_unit::text, false, "What is logged: debug, info, warn or error."},
    {"LOG_FORMAT", "text", config_unit::text, false,
     "How a line is written: text (event=name key=value), or json (one object with the same fields)."},
    {"LOG_FILE", nullptr, config_unit::path, false, "Where the log goes; unset: standard error."},
    {"INSPECT_PORT", nullptr, config_unit::port, false,
     "Where openclaw inspect may look at the actors of this program; 0 takes any free port; unset: nobody can."},
    {"INSPECT_HOST", "127.0.0.1", config_unit::text, false, "The address of that port."},
    {"INSPECT_CERTS", nullptr, config_unit::path, false,
     "Folder with ca.crt, node.crt and node.key, which deploy/make_inspect_certs.sh (openclaw-inspect-certs) makes; "
     "unset: the service's credentials, or /etc/openclaw/inspect."},
};

} // namespace

std::span<const config_row> common_rows() {
  return common;
}

std::string flag_name(std::string_view env) {
  std::string name = "--";
  for (char c : env)
    name += c == '_' ? '-' : in_lower_case(c);
  return name;
}

const config::entry& config::at(std::string_view env) const {
  const auto i = entries_.find(env);
  CLAW_ASSERT(i != entries_.end());
  return i->second;
}

bool config::has(std::string_view env) const {
  return at(env).value.has_value();
}

std::string config::text(std::string_view env) const {
  return at(env).value.value_or("");
}

int64_t config::integer(std::string_view env) const {
  const auto value = maybe_integer(env);
  CLAW_ASSERT(value.has_value());
  return *value;
}

std::optional<int64_t> config::maybe_integer(std::string_view env) const {
  const auto& value = at(env).value;
  return value ? parse_integer(*value) : std::nullopt;
}

double config::number(std::string_view env) const {
  const auto value = parse_number(at(env).value.value_or(""));
  CLAW_ASSERT(value.has_value());
  return *value;
}

bool config::flag(std::string_view env) const {
  const auto& value = at(env).value;
  return value && parse_flag(*value).value_or(false);
}

std::vector<std::string> config::list(std::string_view env) const {
  return split_list(text(env));
}

std::vector<std::string> config::secrets() const {
  std::vector<std::string> all;
  for (const auto& [env, x] : entries_)
    if (x.secret && x.value)
      all.push_back(*x.value);
  return all;
}

std::string_view config::origin(std::string_view env) const {
  return at(env).origin;
}

/// Collects the values of one start and all problems with them.
class config_reader {
public:
  config_reader(const config_table& table, const config_sources& sources)
      : table_(table), sources_(sources) {
    for (const auto& row : table.rows)
      rows_.push_back(&row);
    for (const auto& row : common)
      rows_.push_back(&row);
  }

  config_outcome read() {
    read_arguments();
    if (!usage_problems_.empty())
      return config_exit{exit_codes::usage, complaint(usage_problems_) + "Try --help.\n"};
    if (wants_help_)
      return config_exit{0, help_text(table_)};
    if (wants_markdown_)
      return config_exit{0, help_markdown(table_)};
    if (wants_env_)
      return config_exit{0, help_env(table_)};
    if (wants_version_)
      return config_exit{0, std::string{table_.program} + " " CLAW_VERSION "\n"};
    read_env_file();
    read_credentials();
    for (const auto* row : rows_)
      result_.entries_[row->env] = settle(*row);
    if (table_.problems != nullptr)
      for (auto& problem : lines_of(table_.problems(result_)))
        problems_.push_back(std::move(problem));
    if (!problems_.empty())
      return config_exit{exit_codes::config, complaint(problems_)};
    if (wants_print_)
      return config_exit{0, printed()};
    return std::move(result_);
  }

private:
  void read_arguments() {
    for (std::size_t i = 0; i < sources_.arguments.size(); ++i) {
      const std::string_view argument = sources_.arguments[i];
      const auto equals = argument.find('=');
      const auto name = argument.substr(0, equals);
      std::optional<std::string> value;
      if (equals != std::string_view::npos)
        value = std::string{argument.substr(equals + 1)};
      if (read_switch(name, value))
        continue;
      const auto* row = row_of_flag(name);
      if (row == nullptr && name != "--env-file") {
        usage_problems_.push_back("unknown argument: " + shown_argument(argument));
        continue;
      }
      if (!value && row != nullptr && row->unit == config_unit::flag)
        value = "1";
      if (!value && i + 1 < sources_.arguments.size())
        value = sources_.arguments[++i];
      if (!value)
        usage_problems_.push_back(std::string{name} + " needs a value");
      else if (row == nullptr)
        env_file_ = *value;
      else
        flags_[row->env] = *value;
    }
  }

  bool read_switch(std::string_view name, const std::optional<std::string>& value) {
    if (value)
      return false;
    bool* wanted = name == "--help" || name == "-h" ? &wants_help_
                   : name == "--help-markdown"      ? &wants_markdown_
                   : name == "--help-env"           ? &wants_env_
                   : name == "--version"            ? &wants_version_
                   : name == "--print-config"       ? &wants_print_
                                                    : nullptr;
    if (wanted != nullptr)
      *wanted = true;
    return wanted != nullptr;
  }

  /// A mistyped secret must not be repeated on the screen or in a log.
  static std::string shown_argument(std::string_view argument) {
    return std::string{argument.substr(0, argument.find('='))};
  }

  const config_row* row_of_flag(std::string_view name) const {
    for (const auto* row : rows_)
      if (!row->secret && flag_name(row->env) == name)
        return row;
    return nullptr;
  }

  void read_env_file() {
    if (env_file_.empty())
      return;
    const auto content = sources_.read_file(env_file_);
    if (!content) {
      problems_.push_back("--env-file: cannot read " + env_file_ + ", or it is no env file: it holds more than 1 MiB");
      return;
    }
    for (auto& problem : parse_env_file(*content, env_values_))
      problems_.push_back(env_file_ + ": " + problem);
  }

  /// Where the secrets may stand: with what the service manager hands over, else beside RUNNER.env in RUNNER.tokens.
  std::string credentials_file() const {
    if (const auto folder = sources_.environment("CREDENTIALS_DIRECTORY"))
      return *folder + "/tokens";
    const std::string_view name = env_file_;
    return name.ends_with(".env") ? std::string{name.substr(0, name.size() - 4)} + ".tokens" : "";
  }

  void read_credentials() {
    const auto file = credentials_file();
    const auto content = file.empty() ? std::nullopt : sources_.read_file(file);
    if (!content)
      return; // there need not be any
    for (auto& problem : parse_env_file(*content, credentials_))
      problems_.push_back(file + ": " + problem);
    for (const auto& [key, value] : credentials_)
      if (!is_secret(key))
        problems_.push_back(file + ": " + key + " is no secret of " + table_.program
                            + "; settings stand in the env file");
  }

  bool is_secret(const std::string& key) const {
    return std::any_of(rows_.begin(), rows_.end(), [&](const auto* row) { return row->secret && row->env == key; });
  }

  config::entry settle(const config_row& row) {
    for (auto [value, origin] : {std::pair{found(flags_, row.env), "flag"},
                                 std::pair{sources_.environment(row.env), "environment"},
                                 std::pair{found(credentials_, row.env), "credentials"},
                                 std::pair{found(env_values_, row.env), "env-file"},
                                 std::pair{fallback(row), "fallback"}}) {
      if (!value || trimmed(*value).empty())
        continue;
      const std::string kept{trimmed(*value)};
      if (auto problem = problem_with(row, kept); !problem.empty()) {
        problems_.push_back(std::string{row.env} + ": " + problem + " (" + origin + ")");
        return {fallback(row), "fallback", row.secret};
      }
      return {kept, origin, row.secret};
    }
    return {};
  }

  static std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> all;
    std::istringstream lines{text};
    for (std::string line; std::getline(lines, line);)
      all.push_back(line);
    return all;
  }

  static std::optional<std::string> found(const std::map<std::string, std::string>& values,
                                          const char* env) {
    const auto i = values.find(env);
    return i == values.end() ? std::nullopt : std::optional{i->second};
  }

  static std::optional<std::string> fallback(const config_row& row) {
    return row.fallback == nullptr ? std::nullopt : std::optional<std::string>{row.fallback};
  }

  std::string printed() const {
    std::ostringstream out;
    for (const auto* row : rows_) {
      const auto& entry = result_.at(row->env);
      const auto shown = !entry.value ? "" : row->secret ? "***" : *entry.value;
      out << row->env << '=' << shown << "  # " << entry.origin << '\n';
    }
    return out.str();
  }

  std::string complaint(const std::vector<std::string>& problems) const {
    std::string text;
    for (const auto& problem : problems)
      text += std::string{table_.program} + ": " + problem + '\n';
    return text;
  }

  const config_table& table_;
  const config_sources& sources_;
  std::vector<const config_row*> rows_;
  std::map<std::string, std::string> flags_;
  std::map<std::string, std::string> env_values_;
  std::map<std::string, std::string> credentials_;
  std::string env_file_;
  bool wants_help_ = false, wants_markdown_ = false, wants_env_ = false, wants_version_ = false, wants_print_ = false;
  std::vector<std::string> usage_problems_;
  std::vector<std::string> problems_;
  config result_;
};

config_outcome read_config(const config_table& table, const config_sources& sources) {
  return config_reader{table, sources}.read();
}

config_sources real_sources(int argc, char** argv) {
  config_sources sources;
  sources.arguments.assign(argv + (argc > 0 ? 1 : 0), argv + argc);
  sources.environment = [](const char* env) -> std::optional<std::string> {
    const char* value = std::getenv(env);
    return value == nullptr ? std::nullopt : std::optional<std::string>{value};
  };
  sources.read_file = [](const std::string& path) -> std::optional<std::string> {
    std::ifstream file{path, std::ios::binary};
    return file.is_open() ? read_at_most(file, env_file_bytes_max) : std::nullopt;
  };
  return sources;
}

} // namespace claw
