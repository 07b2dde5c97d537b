#include "llm/git_refs.hpp"

#include "actors/domain/ascii.hpp"
#include "llm/path_rules.hpp"
#include "llm/repo_errors.hpp"
#include "llm/text_cut.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>

namespace claw {
namespace {

constexpr std::size_t ref_bytes_max = 4'096;
constexpr std::size_t packed_refs_bytes_max = 64U << 20;
constexpr std::size_t revision_bytes_max = 255;
constexpr std::size_t short_hash_digits_min = 4;
constexpr std::size_t steps_max = 16; // of `~` and `^` behind a name
constexpr std::size_t step_digits_max = 6;
constexpr int symbolic_refs_max = 5;

bool is_hexadecimal(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == text.npos;
}

bool is_ref_name(std::string_view name) {
  const auto checked = checked_relative_path(name);
  return checked && *checked == name && name.starts_with("refs/");
}

bool is_folder(const repo_scope& place, const std::string& name) {
  struct stat about {};
  return ::fstatat(place.fd(), name.c_str(), &about, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(about.st_mode);
}

outcome<std::optional<std::string>> packed_ref(const git_place& place, const std::string& name) {
  auto packed = read_plain(place.common, "packed-refs", packed_refs_bytes_max);
  if (!packed || !*packed)
    return packed;
  const auto wanted = ' ' + name + '\n';
  const auto at = (*packed)->find(wanted);
  if (at == std::string::npos)
    return std::optional<std::string>{};
  const auto before = (*packed)->rfind('\n', at);
  const auto line_start = before == std::string::npos ? 0 : before + 1;
  return std::optional{(*packed)->substr(line_start, at - line_start)};
}

/// The text of a ref; none where there is no such ref.
outcome<std::optional<std::string>> read_ref(const git_place& place, const std::string& name) {
  if (is_folder(place.common, name)) // `topic` beside the branch `topic/one`
    return packed_ref(place, name);
  auto text = read_plain(place.common, name, ref_bytes_max);
  if (text && !*text)
    text = packed_ref(place, name);
  return text;
}

/// From the text of HEAD or of a ref to a hash; none where it ends at a ref that is not there.
outcome<std::optional<std::string>> followed(const git_place& place, std::string text) {
  for (int i = 0; i < symbolic_refs_max; ++i) {
    const auto value = trimmed(text);
    if (is_full_hash(value))
      return std::optional{std::string(value)};
    constexpr std::string_view prefix = "ref: ";
    const std::string name(value.starts_with(prefix) ? value.substr(prefix.size()) : "");
    if (!is_ref_name(name))
      return repo_errors::bad_layout();
    auto next = read_ref(place, name);
    if (!next || !*next)
      return next;
    text = std::move(**next);
  }
  return repo_errors::bad_layout();
}

/// Where the `~N` and `^N` behind a name begin.
std::size_t steps_at(std::string_view text) {
  return std::min(text.find_first_of("~^"), text.size());
}

/// Any number of `~`, `~12`, `^`, `^2`; none of `^{...}`, `^!`, `^@`.
bool are_steps(std::string_view text) {
  std::size_t count = 0;
  while (!text.empty()) {
    if ((text.front() != '~' && text.front() != '^') || ++count > steps_max)
      return false;
    text.remove_prefix(1);
    const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits > step_digits_max)
      return false;
    text.remove_prefix(digits);
  }
  return true;
}

/// What may be the name of a branch or a tag. @source git-check-ref-format(1)
bool is_name(std::string_view text) {
  return !text.empty() && text.front() != '-' && is_utf8(text) && !has_control_character(text)
         && text.find_first_of(" :?*[\\") == text.npos && text.find("..") == text.npos && text.find("@{") == text.npos
         && is_ref_name("refs/" + std::string(text));
}

/// The places where git looks for a name, in its order.
outcome<std::optional<std::string>> named_hash(const git_place& place, const std::string& name) {
  for (const auto& candidate : {name, "refs/" + name, "refs/tags/" + name, "refs/heads/" + name, "refs/remotes/" + name,
                                "refs/remotes/" + name + "/HEAD"}) {
    if (!is_ref_name(candidate))
      continue;
    auto text = read_ref(place, candidate);
    if (!text)
      return text;
    if (*text)
      return followed(place, std::move(**text));
  }
  return std::optional<std::string>{};
}

} // namespace

bool is_full_hash(std::string_view text) {
  return (text.size() == 40 || text.size() == 64) && is_hexadecimal(text);
}

outcome<git_head> read_head(const git_place& place) {
  auto text = read_plain(place.own, "HEAD", ref_bytes_max);
  if (!text)
    return text.error();
  if (!*text)
    return repo_errors::bad_layout();
  git_head result{"HEAD", std::nullopt};
  constexpr std::string_view ref = "ref: ";
  constexpr std::string_view branches = "refs/heads/";
  if (const auto value = trimmed(**text); value.starts_with(ref)) {
    const auto name = value.substr(ref.size());
    result.branch = name.starts_with(branches) ? name.substr(branches.size()) : name;
  }
  auto hash = followed(place, std::move(**text));
  if (!hash)
    return hash.error();
  result.hash = std::move(*hash);
  return result;
}

outcome<std::string> revision_for_git(const git_place& place, const std::string& head_hash, std::string_view text) {
  if (text.size() > revision_bytes_max)
    return repo_errors::refused(repo_errors::bad_revision);
  const auto behind = steps_at(text);
  const std::string name(text.substr(0, behind));
  const std::string steps(text.substr(behind));
  if (!are_steps(steps))
    return repo_errors::refused(repo_errors::bad_revision);
  if (name == "HEAD" || name == "@" || text.empty())
    return head_hash + steps;
  if (!is_name(name))
    return repo_errors::refused(repo_errors::bad_revision);
  const auto digits = in_lower_case(name);
  if (is_full_hash(digits))
    return digits + steps;
  const auto hash = named_hash(place, name);
  if (!hash)
    return hash.error();
  if (*hash)
    return **hash + steps;
  if (digits.size() >= short_hash_digits_min && digits.size() < 64 && is_hexadecimal(digits))
    return digits + steps;
  return repo_errors::failed(repo_errors::no_revision);
}

} // namespace claw
