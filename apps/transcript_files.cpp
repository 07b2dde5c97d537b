#include "apps/transcript_files.hpp"

#include "actors/domain/job_id.hpp"
#include "apps/open_file.hpp"
#include "apps/transcript_chain.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>
#include <vector>

namespace claw {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t ends_kept_max = 256; ///< of files; the others are read again
constexpr const char* full_line = R"({"type":"full"})";

failure disk_failure(std::string_view doing) {
  return io_failure(std::string{doing} + " a transcript failed", errno);
}

} // namespace

transcript_files::transcript_files(std::string folder, transcript_limits limits)
    : folder_(std::move(folder)), limits_(limits) {}

std::string transcript_files::path_of(const std::string& job_id) const {
  // An id is a stranger's word: what is none of ours is named by its hash.
  const auto name = parse_job_id(job_id) ? job_id : sha256_hex(job_id).substr(0, 32);
  return folder_ + "/" + name + ".jsonl";
}

/// The end of a file that an earlier start wrote. A line that it did not get to end is cut off.
outcome<transcript_files::end_of_file> transcript_files::read_end(const std::string& path) const {
  end_of_file out{std::string{chain_start}, false};
  std::ifstream file{path, std::ios::binary};
  if (!file)
    return out;
  std::string text{std::istreambuf_iterator<char>{file}, {}};
  const auto last_break = text.rfind('\n');
  const auto whole = last_break == std::string::npos ? 0 : last_break + 1;
  if (whole < text.size() && ::truncate(path.c_str(), static_cast<off_t>(whole)) != 0)
    return disk_failure("mending");
  if (whole == 0)
    return out;
  text.resize(whole - 1);
  const auto begin = text.rfind('\n');
  const auto last = unseal(std::string_view{text}.substr(begin == std::string::npos ? 0 : begin + 1));
  if (last)
    out = {last->chain, last->json == full_line};
  return out;
}

/// Removes the oldest files until those that stay and one new file fit.
void transcript_files::make_room() const {
  struct kept {
    fs::file_time_type written;
    fs::path path;
    uint64_t bytes;
  };
  std::vector<kept> all;
  uint64_t bytes = limits_.file_bytes_max;
  std::error_code problem;
  for (fs::directory_iterator at{folder_, problem}, end; !problem && at != end;
       at.increment(problem)) {
    std::error_code gone;
    kept x{fs::last_write_time(at->path(), gone), at->path(), at->file_size(gone)};
    if (gone || x.path.extension() != ".jsonl")
      continue;
    bytes += x.bytes;
    all.push_back(std::move(x));
  }
  std::sort(all.begin(), all.end(),
            [](const kept& a, const kept& b) { return a.written < b.written; });
  for (const auto& x : all) {
    if (bytes <= limits_.all_bytes_max)
      return;
    fs::remove(x.path, problem);
    bytes -= x.bytes;
  }
}

outcome<done> transcript_files::append(const std::string& job_id, const std::string& line_json) {
  if (::mkdir(folder_.c_str(), 0700) != 0 && errno != EEXIST)
    return disk_failure("making the folder for");
  const auto path = path_of(job_id);
  auto known = ends_.find(path);
  if (known == ends_.end()) {
    if (::access(path.c_str(), F_OK) != 0)
      make_room();
    auto end = read_end(path);
    if (!end)
      return end.error();
    if (ends_.size() >= ends_kept_max)
      ends_.clear();
    known = ends_.emplace(path, *std::move(end)).first;
  }
  auto& end = known->second;
  if (end.full)
    return done{};
  const open_file file{path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW};
  struct stat facts {};
  if (!file.ok() || ::fstat(file.fd(), &facts) != 0)
    return disk_failure("opening");
  const auto size = static_cast<uint64_t>(facts.st_size);
  const bool full = size + line_json.size() > limits_.file_bytes_max;
  const std::string line = full ? full_line : line_json;
  auto chain = chain_of(end.chain, line);
  if (!file.write(sealed_line(line, chain) + "\n")) {
    ends_.erase(known); // what stands there now is read again
    return disk_failure("writing");
  }
  end = {std::move(chain), full};
  return done{};
}

} // namespace claw
