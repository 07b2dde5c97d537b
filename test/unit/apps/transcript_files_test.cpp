#include "apps/transcript_files.hpp"
#include "apps/cli/transcript_view.hpp"
#include "apps/transcript_chain.hpp"
#include "llm/transcript_codec.hpp"
#include "test/support/catch.hpp"
#include "test/support/temporary_folder.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

using namespace claw;
namespace fs = std::filesystem;

namespace {

constexpr const char* job = "0191d3f0-0000-7000-8000-000000000001";

std::string read(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

void write(const fs::path& path, const std::string& text) {
  std::ofstream{path, std::ios::binary} << text;
}

std::string a_line(const std::string& why) {
  run_line x;
  x.job_id = job;
  x.what = record_ended{record_ended::how::stopped, why};
  return json_transcript_codec{redactor{}}.render(x);
}

std::string a_beginning() {
  run_line x;
  x.job_id = job;
  record_begun begun;
  begun.task.prompt = "what?";
  begun.time_max = std::chrono::seconds{300};
  x.what = begun;
  return json_transcript_codec{redactor{}}.render(x);
}

struct transcripts {
  fs::path path() const { return folder.path() / "transcripts" / (std::string{job} + ".jsonl"); }
  std::string place() const { return (folder.path() / "transcripts").string(); }

  int shown(bool json = false) {
    out.str("");
    return show_transcript(path().string(), json, out, out);
  }

  temporary_folder folder;
  std::ostringstream out;
};

} // namespace

TEST_CASE("lines are appended, readable by their owner alone, and chained", "[apps][transcript]") {
  transcripts x;
  transcript_files files{x.place()};
  REQUIRE(files.append(job, a_beginning()));
  REQUIRE(files.append(job, a_line("one")));
  struct stat facts {};
  REQUIRE(::stat(x.path().c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777) == 0600);
  REQUIRE(::stat(x.place().c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777) == 0700);
  CHECK(x.shown() == 0);
  CHECK(x.out.str().find("chain: intact\nreplay: the same\n") != std::string::npos);
}

TEST_CASE("the chain goes on after a restart, and a torn line is cut off", "[apps][transcript]") {
  transcripts x;
  REQUIRE(transcript_files{x.place()}.append(job, a_beginning()));
  write(x.path(), read(x.path()) + R"({"type":"ende)");
  REQUIRE(transcript_files{x.place()}.append(job, a_line("two")));
  CHECK(x.shown() == 0);
}

TEST_CASE("a line that was changed, taken out or moved shows", "[apps][transcript]") {
  transcripts x;
  transcript_files files{x.place()};
  for (const auto& line : {a_beginning(), a_line("one"), a_line("two"), a_line("three")})
    REQUIRE(files.append(job, line));
  const auto good = read(x.path());
  std::istringstream in{good};
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);)
    lines.push_back(line + "\n");
  REQUIRE(lines.size() == 4);
  auto changed = good;
  changed.replace(changed.find("\"two\""), 5, "\"six\"");
  for (const auto& text :
       {changed, lines[0] + lines[2] + lines[3], lines[0] + lines[2] + lines[1] + lines[3], lines[1] + lines[2]}) {
    write(x.path(), text);
    CHECK(x.shown() != 0);
    CHECK(x.shown(true) != 0);
  }
  write(x.path(), good);
  CHECK(x.shown() == 0);
}

TEST_CASE("a file that is full says so once and grows no more", "[apps][transcript]") {
  transcripts x;
  transcript_limits limits;
  limits.file_bytes_max = 2'000;
  for (int i = 0; i < 30; ++i) // each time as after a restart
    REQUIRE(transcript_files{x.place(), limits}.append(job, i == 0 ? a_beginning() : a_line("again")));
  CHECK(read(x.path()).size() < 2'300);
  CHECK(x.shown() == 0);
  CHECK(x.out.str().find("reached its limit") != std::string::npos);
}

TEST_CASE("the oldest transcripts make room for new ones", "[apps][transcript]") {
  transcripts x;
  transcript_limits limits;
  limits.file_bytes_max = 1'000;
  limits.all_bytes_max = 3'000;
  transcript_files files{x.place(), limits};
  for (int i = 0; i < 20; ++i) {
    REQUIRE(files.append("job " + std::to_string(i), a_line("x")));
    for (const auto& entry : fs::directory_iterator{x.place()}) // the clock of files may be coarse
      fs::last_write_time(entry.path(), fs::last_write_time(entry.path()) - std::chrono::seconds{1});
  }
  uint64_t bytes = 0;
  for (const auto& entry : fs::directory_iterator{x.place()})
    bytes += entry.file_size();
  CHECK(bytes <= limits.all_bytes_max);
  CHECK(bytes > 0);
}

TEST_CASE("an id that is no id of ours names no path", "[apps][transcript]") {
  transcripts x;
  REQUIRE(transcript_files{x.place()}.append("../../escape", a_line("x")));
  for (const auto& entry : fs::recursive_directory_iterator{x.folder.path()})
    CHECK((entry.is_directory() || entry.path().parent_path() == x.place()));
}

TEST_CASE("a transcript that is a link is not written to", "[apps][transcript]") {
  transcripts x;
  REQUIRE(transcript_files{x.place()}.append("another", a_line("x")));
  write(x.folder.path() / "target", "");
  fs::create_symlink(x.folder.path() / "target", x.path());
  CHECK_FALSE(transcript_files{x.place()}.append(job, a_line("x")));
  CHECK(read(x.folder.path() / "target").empty());
}

TEST_CASE("what is no transcript is refused with a sentence", "[apps][transcript]") {
  transcripts x;
  CHECK(x.shown() == 2);
  CHECK(x.out.str().find("it cannot be read") != std::string::npos);
  fs::create_directories(x.place());
  write(x.path(), "hello\n");
  CHECK(x.shown() == 2);
  CHECK(x.out.str().find("line 1: this is no line of a transcript") != std::string::npos);
}
