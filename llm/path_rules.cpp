#include "llm/path_rules.hpp"

#include "actors/domain/ascii.hpp"
#include "llm/repo_errors.hpp"
#include "llm/text_cut.hpp"

#include <algorithm>
#include <array>

namespace claw {
namespace {

constexpr std::size_t path_bytes_max = 4'095;    // PATH_MAX without its NUL
constexpr std::size_t component_bytes_max = 255; // NAME_MAX

/// A name, or with a `*` at its front or back the end or beginning of one.
struct name_rule {
  std::string_view pattern;

  bool matches(std::string_view name) const {
    if (pattern.front() == '*')
      return name.ends_with(pattern.substr(1));
    if (pattern.back() == '*')
      return name.starts_with(pattern.substr(0, pattern.size() - 1));
    return name == pattern;
  }
};

constexpr name_rule credential_files[] = {
    {".env"},
    {".env.*"},
    {"*.env"},
    {"*.pem"},
    {"*.key"},
    {"*.p12"},
    {"*.pfx"},
    {"*.jks"},
    {"*.keystore"},
    {"*.kdbx"},
    {"*.ppk"},
    {"id_rsa*"},
    {"id_dsa*"},
    {"id_ecdsa*"},
    {"id_ed25519*"},
    {".netrc"},
    {"_netrc"},
    {".npmrc"},
    {".pypirc"},
    {".pgpass"},
    {".htpasswd"},
    {".my.cnf"},
    {".git-credentials"},
    {".dockercfg"},
    {"credentials"},
    {"credentials.json"},
    {"client_secret*"},
    {"secrets.json"},
    {"secrets.yml"},
    {"secrets.yaml"},
};

/// The last one is where deploy/quickstart.sh keeps tokens, jobs and transcripts, in a clone that the runner may read.
constexpr std::string_view credential_folders[] = {".ssh", ".gnupg", ".aws", ".azure", ".kube", ".openclaw"};

/// What is meant to be read although its name looks like one of those.
constexpr name_rule harmless_files[] = {
    {"*.pub"}, {"*.example"}, {"*.sample"}, {"*.template"}, {"*.dist"},
};

bool is_credential_file(std::string_view name) {
  const auto matches = [&](const name_rule& rule) { return rule.matches(name); };
  return std::any_of(std::begin(credential_files), std::end(credential_files), matches)
         && std::none_of(std::begin(harmless_files), std::end(harmless_files), matches);
}

} // namespace

std::vector<std::string_view> path_components(std::string_view path) {
  std::vector<std::string_view> result;
  while (!path.empty()) {
    const auto end = std::min(path.find('/'), path.size());
    const auto name = path.substr(0, end);
    if (!name.empty() && name != ".")
      result.push_back(name);
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return result;
}

outcome<std::string> checked_relative_path(std::string_view path) {
  if (path.size() > path_bytes_max)
    return repo_errors::refused(repo_errors::path_too_long);
  if (!is_utf8(path) || has_control_character(path))
    return repo_errors::refused(repo_errors::bad_path_text);
  if (path.starts_with('/'))
    return repo_errors::refused(repo_errors::path_shape);
  std::string result;
  for (const auto name : path_components(path)) {
    if (name == "..")
      return repo_errors::refused(repo_errors::path_shape);
    if (name.size() > component_bytes_max)
      return repo_errors::refused(repo_errors::path_too_long);
    if (!result.empty())
      result += '/';
    result += name;
  }
  return result;
}

bool enters_git_folder(std::string_view path) {
  for (const auto name : path_components(path)) {
    auto plain = in_lower_case(name);
    while (!plain.empty() && (plain.back() == ' ' || plain.back() == '.'))
      plain.pop_back(); // Windows drops them, and a WSL worker may stand on its file system
    if (plain == ".git" || plain == "git~1" || plain.starts_with(".git:"))
      return true;
  }
  return false;
}

bool names_credentials(std::string_view path) {
  const auto names = path_components(path);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto name = in_lower_case(names[i]);
    const bool last = i + 1 == names.size();
    if (last && is_credential_file(name))
      return true;
    if (std::find(std::begin(credential_folders), std::end(credential_folders), name)
        != std::end(credential_folders))
      return true;
  }
  return false;
}

const std::vector<std::string>& credential_globs() {
  static const auto globs = [] {
    std::vector<std::string> result;
    for (const auto& rule : credential_files)
      result.push_back("**/" + std::string(rule.pattern));
    for (const auto folder : credential_folders)
      result.push_back("**/" + std::string(folder) + "/**");
    return result;
  }();
  return globs;
}

} // namespace claw
