#include "apps/outbox_files.hpp"

#include "actors/domain/log_value.hpp"
#include "apps/open_file.hpp"
#include "apps/transcript_chain.hpp"
#include "net/bounded_json.hpp"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string_view>
#include <utility>

namespace claw {

namespace {

namespace fs = std::filesystem;

constexpr int64_t format_version = 1;
constexpr std::uintmax_t file_bytes_max = 67'108'864;

failure disk_failure(std::string_view doing) {
  return io_failure(std::string{doing} + " in the outbox failed", errno);
}

bool sync_folder(const std::string& folder) {
  const open_file opened{folder, O_RDONLY | O_DIRECTORY};
  return opened.ok() && opened.sync();
}

std::string text_of(const run_report& x) {
  return json_text({{"version", format_version},
                    {"job_id", x.job_id},
                    {"lease_id", x.lease_id},
                    {"worker_id", x.worker_id},
                    {"kind", x.what == run_report::kind::result ? "result" : "failure"},
                    {"text", x.text},
                    {"made_at", x.made_at_s}});
}

std::optional<run_report> report_of(const std::string& text) {
  const auto read = parse_bounded_json(text);
  if (!read || !read->is_object())
    return std::nullopt;
  const auto string_at = [&](const char* key) -> std::optional<std::string> {
    const auto at = read->find(key);
    return at != read->end() && at->is_string() ? std::optional{at->get<std::string>()}
                                                : std::nullopt;
  };
  const auto version = read->find("version");
  const auto made_at = read->find("made_at");
  const auto kind = string_at("kind");
  const auto job_id = string_at("job_id"), lease_id = string_at("lease_id");
  const auto worker_id = string_at("worker_id"), words = string_at("text");
  if (version == read->end() || *version != format_version || made_at == read->end()
      || !made_at->is_number_integer() || !kind || !job_id || !lease_id || !worker_id || !words)
    return std::nullopt;
  if (*kind != "result" && *kind != "failure")
    return std::nullopt;
  return run_report{
      *job_id,    *lease_id,
      *worker_id, *kind == "result" ? run_report::kind::result : run_report::kind::failure,
      *words,     made_at->get<int64_t>()};
}

std::optional<run_report> read_report(const fs::path& path) {
  std::error_code problem;
  if (!fs::is_regular_file(fs::symlink_status(path, problem))
      || fs::file_size(path, problem) > file_bytes_max || problem)
    return std::nullopt;
  std::ifstream file{path, std::ios::binary};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  return file.bad() ? std::nullopt : report_of(text);
}

} // namespace

outbox_files::outbox_files(std::string folder) : folder_(std::move(folder)) {}

std::string outbox_files::path_of(const run_report& x) const {
  // Ids are a stranger's words; as a file name their hash stands for them.
  return folder_ + "/" + sha256_hex(x.job_id + '\0' + x.lease_id).substr(0, 32) + ".json";
}

outcome<done> outbox_files::keep(const run_report& x) {
  const bool fresh = ::mkdir(folder_.c_str(), 0700) == 0;
  if (!fresh && errno != EEXIST)
    return disk_failure("making the folder");
  if (fresh && !sync_folder(fs::path{folder_}.parent_path()))
    return disk_failure("keeping the new folder");
  const auto path = path_of(x);
  const auto half = path + ".tmp";
  ::unlink(half.c_str());
  {
    const open_file file{half, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW};
    if (!file.ok() || !file.write(text_of(x)) || !file.sync()) {
      auto why = disk_failure("writing");
      ::unlink(half.c_str());
      return why;
    }
  }
  if (::rename(half.c_str(), path.c_str()) != 0 || !sync_folder(folder_))
    return disk_failure("renaming");
  return done{};
}

outcome<done> outbox_files::drop(const run_report& x) {
  if (::unlink(path_of(x).c_str()) != 0 && errno != ENOENT)
    return disk_failure("removing");
  return done{};
}

outcome<std::vector<run_report>> outbox_files::load() {
  std::vector<run_report> all;
  std::error_code problem;
  if (!fs::exists(folder_, problem))
    return all;
  for (fs::directory_iterator at{folder_, problem}, end; !problem && at != end;
       at.increment(problem)) {
    const auto& path = at->path();
    if (path.extension() == ".tmp") {
      ::unlink(path.c_str());
    } else if (path.extension() == ".json") {
      // A copy under another name would never be dropped, and so be delivered again by every start.
      if (auto x = read_report(path); x && path == path_of(*x))
        all.push_back(std::move(*x));
      else
        spdlog::warn("event=outbox_file_unreadable file={}", log_value(path.filename().string()));
    }
  }
  if (problem)
    return failure{ec::io_failed, "reading the outbox failed: " + problem.message()};
  std::sort(all.begin(), all.end(),
            [](const run_report& a, const run_report& b) { return a.made_at_s < b.made_at_s; });
  return all;
}

} // namespace claw
