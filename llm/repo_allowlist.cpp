#include "llm/repo_allowlist.hpp"

#include "llm/repo_errors.hpp"
#include "llm/repo_scope.hpp"

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include <array>

namespace claw {
namespace {

constexpr std::size_t allowlist_bytes_max = 1'048'576;

} // namespace

outcome<std::map<std::string, std::string>> parse_allowlist(std::string_view text) {
  const bool ends_early = text.find('\0') != std::string_view::npos; // for the parser: it reads no further
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (ends_early || !json.is_object())
    return repo_errors::failed(repo_errors::broken_allowlist);
  std::map<std::string, std::string> result;
  for (const auto& [name, path] : json.items()) {
    if (!path.is_string())
      return repo_errors::failed(repo_errors::broken_allowlist);
    result.emplace(name, path.get<std::string>());
  }
  return result;
}

repo_allowlist::repo_allowlist(std::string first, std::string second)
    : first_(std::move(first)), second_(std::move(second)) {}

outcome<std::map<std::string, std::string>> repo_allowlist::entries() {
  const std::lock_guard lock(mutex_);
  for (const auto* name : {&first_, &second_}) {
    const file_descriptor fd{name->empty() ? -1 : ::open(name->c_str(), O_RDONLY | O_CLOEXEC)};
    if (!fd)
      continue;
    struct stat about {};
    ::fstat(fd.get(), &about);
    stamp now{*name,         about.st_dev,         about.st_ino,
              about.st_size, about.st_mtim.tv_sec, about.st_mtim.tv_nsec};
    if (now == read_stamp_)
      return entries_;
    const auto text = read_all(fd.get(), allowlist_bytes_max);
    if (!text)
      return repo_errors::failed(repo_errors::broken_allowlist);
    auto fresh = parse_allowlist(*text);
    if (fresh) {
      entries_ = *fresh;
      read_stamp_ = std::move(now);
    }
    return fresh; // a broken file allows nothing, also not what it allowed before
  }
  return std::map<std::string, std::string>{};
}

outcome<std::string> repo_allowlist::path_of(const std::string& name) {
  auto all = entries();
  if (!all)
    return all.error();
  const auto found = all->find(name);
  if (found == all->end())
    return repo_errors::refused(repo_errors::not_allowlisted);
  return found->second;
}

} // namespace claw
