// The part of git_place that reads a repo's config: a list of what is taken over, everything else is dropped.
#include "actors/domain/ascii.hpp"
#include "llm/git_place.hpp"
#include "llm/repo_errors.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <vector>

namespace claw {
namespace {

struct config_rule {
  std::string_view key;
  std::vector<std::string_view> values;
};

/// Keys that change how a work tree is compared, with the values that they may have. None of them names anything.
const std::vector<config_rule>& taken_over() {
  static const std::vector<std::string_view> truth{"true", "false", "yes", "no", "1", "0"};
  static const std::vector<config_rule> rules{
      {"core.filemode", truth},
      {"core.ignorecase", truth},
      {"core.symlinks", truth},
      {"core.precomposeunicode", truth},
      {"core.autocrlf", {"true", "false", "input"}},
      {"core.eol", {"lf", "crlf", "native"}},
      {"core.repositoryformatversion", {"0", "1"}},
      {"extensions.objectformat", {"sha1", "sha256"}},
  };
  return rules;
}

/// Extensions that change nothing for a reader who has all objects.
constexpr std::string_view harmless_extensions[]
    = {"extensions.noop", "extensions.preciousobjects", "extensions.partialclone",
       "extensions.worktreeconfig", "extensions.objectformat"};

/// `key` lower case, value without comment and quotes. Subsections get a name that no rule has.
template <class Visit>
void each_entry(std::string_view text, Visit visit) {
  std::string section;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    auto line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.starts_with('[')) {
      const auto close = line.find(']');
      section = in_lower_case(line.substr(1, close == line.npos ? line.npos : close - 1));
      line = close == line.npos ? std::string_view{} : trimmed(line.substr(close + 1));
    }
    if (line.empty() || line.front() == '#' || line.front() == ';')
      continue;
    const auto equals = line.find('=');
    auto key = section + '.';
    key += in_lower_case(trimmed(line.substr(0, equals)));
    auto value = equals == line.npos ? std::string_view{"true"} : trimmed(line.substr(equals + 1));
    value = trimmed(value.substr(0, value.find_first_of("#;")));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
      value = value.substr(1, value.size() - 2);
    visit(key, value);
  }
}

} // namespace

outcome<std::string> safe_git_config(const git_place& place) {
  const auto text = read_plain(place.common, "config", git_config_bytes_max);
  if (!text)
    return text.error();
  std::map<std::string, std::string> kept{{"core.repositoryformatversion", "0"}};
  bool known = true;
  each_entry(text->value_or(""), [&](const std::string& key, std::string_view given) {
    const auto value = in_lower_case(given);
    if (key.starts_with("extensions.")
        && std::find(std::begin(harmless_extensions), std::end(harmless_extensions), key)
               == std::end(harmless_extensions))
      known = known && key == "extensions.refstorage" && value == "files";
    for (const auto& rule : taken_over()) {
      if (rule.key == key) {
        const bool allowed
            = std::find(rule.values.begin(), rule.values.end(), value) != rule.values.end();
        known = known && (allowed || !key.ends_with("format"));
        if (allowed)
          kept[key] = value;
      }
    }
  });
  if (!known)
    return repo_errors::refused(repo_errors::refused_layout);
  std::string result;
  for (const auto& [key, value] : kept) {
    const auto dot = key.find('.');
    result += "[" + key.substr(0, dot) + "]\n\t" + key.substr(dot + 1) + " = " + value + "\n";
  }
  return result;
}

outcome<std::string> configured_work_tree(const repo_scope& git_folder) {
  const auto text = read_plain(git_folder, "config", git_config_bytes_max);
  if (!text)
    return text.error();
  std::string result;
  each_entry(text->value_or(""), [&](const std::string& key, std::string_view value) {
    if (key == "core.worktree")
      result = value;
  });
  return result;
}

} // namespace claw
