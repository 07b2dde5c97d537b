#include "llm/plan_store.hpp"

#include "actors/domain/ascii.hpp"
#include "llm/file_descriptor.hpp"
#include "llm/text_cut.hpp"

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/random.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <optional>

namespace claw {
namespace {

using ordered = nlohmann::ordered_json;

constexpr std::size_t summary_characters_max = 200;
constexpr std::size_t uuid_length = 36;
const failure unknown_plan{ec::tool_refused, "unknown plan_id"};

bool is_dash_place(std::size_t i) {
  return i == 8 || i == 13 || i == 18 || i == 23;
}

/// @source RFC 9562 section 5.4 (version 4)
std::optional<std::string> new_uuid() {
  std::array<unsigned char, 16> bytes;
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    return std::nullopt;
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0FU) | 0x40U);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3FU) | 0x80U);
  constexpr char digits[] = "0123456789abcdef";
  std::string result;
  for (const auto byte : bytes) {
    if (is_dash_place(result.size()))
      result += '-';
    result += digits[byte >> 4U];
    result += digits[byte & 0x0FU];
  }
  return result;
}

/// The id in lower case, "" when it is none: nothing else may become part of a path.
std::string plain_uuid(std::string_view text) {
  text = trimmed(text);
  if (text.size() != uuid_length)
    return {};
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = in_lower_case(text[i]);
    const bool digit = is_digit(c) || (c >= 'a' && c <= 'f');
    if (is_dash_place(i) ? c != '-' : !digit)
      return {};
    result += c;
  }
  return result;
}

/// Whole or not at all: written beside, made durable, moved into place.
outcome<done> write_atomically(const std::string& path, const std::string& text) {
  const auto beside = path + ".new";
  file_descriptor fd{
      ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600)};
  if (!fd)
    return io_failure("cannot keep the plan", errno);
  std::string_view rest = text;
  while (!rest.empty()) {
    const auto count = ::write(fd.get(), rest.data(), rest.size());
    if (count < 0 && errno != EINTR)
      break;
    rest.remove_prefix(count < 0 ? 0 : static_cast<std::size_t>(count));
  }
  if (!rest.empty() || ::fsync(fd.get()) != 0 || ::rename(beside.c_str(), path.c_str()) != 0) {
    const auto why = io_failure("cannot keep the plan", errno);
    ::unlink(beside.c_str());
    return why;
  }
  return done{};
}

} // namespace

plan_store::plan_store(std::string folder) : folder_(std::move(folder)) {}

outcome<std::string> plan_store::propose(std::string_view text) {
  const auto id = new_uuid();
  if (!id)
    return io_failure("cannot make a plan id", errno);
  const auto clean = to_utf8(text);
  ordered plan;
  plan["type"] = "plan";
  plan["plan_id"] = *id;
  plan["summary"]
      = "Echo plan for: " + std::string(first_characters(clean, summary_characters_max));
  plan["proposed_actions"] = ordered::array({"(no-op)"});
  plan["requires_approval"] = true;
  auto result = plan.dump();
  std::error_code failed;
  std::filesystem::create_directories(folder_, failed);
  ::chmod(folder_.c_str(), 0700);
  if (const auto kept = write_atomically(folder_ + '/' + *id + ".json", result); !kept)
    return kept.error();
  return result;
}

outcome<std::string> plan_store::approve(std::string_view plan_id) {
  const auto id = plain_uuid(plan_id);
  struct stat about {};
  if (id.empty() || ::lstat((folder_ + '/' + id + ".json").c_str(), &about) != 0
      || !S_ISREG(about.st_mode))
    return unknown_plan;
  ordered approval;
  approval["type"] = "approval";
  approval["plan_id"] = id;
  approval["status"] = "approved";
  approval["applied"] = false;
  approval["note"] = "no-op (scaffold)";
  return approval.dump();
}

} // namespace claw
