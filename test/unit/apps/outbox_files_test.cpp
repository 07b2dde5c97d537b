#include "apps/outbox_files.hpp"
#include "test/support/catch.hpp"
#include "test/support/temporary_folder.hpp"

#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

using namespace claw;
namespace fs = std::filesystem;

namespace {

run_report report(const std::string& job_id, int64_t made_at_s = 1'000, const std::string& text = "text") {
  return {job_id, "lease-of-" + job_id, "box-1", run_report::kind::result, text, made_at_s};
}

/// A disk on which no file can grow beyond so many bytes, for as long as it lives.
class little_room {
public:
  explicit little_room(rlim_t bytes) : signal_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit now{bytes, before_.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &now) == 0);
  }
  little_room(const little_room&) = delete;
  little_room& operator=(const little_room&) = delete;
  ~little_room() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, signal_);
  }

private:
  void (*signal_)(int);
  rlimit before_{};
};

struct outbox_fixture {
  outbox_fixture() { spdlog::set_level(spdlog::level::off); }

  std::vector<run_report> loaded() {
    outbox_files again{place()};
    auto all = again.load();
    REQUIRE(all);
    return *all;
  }

  std::vector<fs::path> files() const {
    return {fs::directory_iterator{place()}, fs::directory_iterator{}};
  }

  fs::path only_file() const {
    REQUIRE(files().size() == 1);
    return files()[0];
  }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream{fs::path{place()} / name, std::ios::binary} << text;
  }

  std::string place() const { return (folder.path() / "outbox").string(); }
  unsigned mode_of(const fs::path& path) const {
    struct stat facts {};
    REQUIRE(::stat(path.c_str(), &facts) == 0);
    return facts.st_mode & 0777;
  }

  temporary_folder folder;
  outbox_files outbox{place()};
};

std::string content_of(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

} // namespace

TEST_CASE_METHOD(outbox_fixture, "a kept report is there after a restart, to the byte", "[outbox_files]") {
  const run_report failure{"job/../1 \n", "", "büro", run_report::kind::failure, "\"a\\b\"\n\tü \x01", -5};
  REQUIRE(outbox.keep(failure));
  CHECK(loaded() == std::vector<run_report>{failure});
  const auto large = report("2", 1'000, std::string(4'194'304, '"'));
  REQUIRE(outbox.keep(large));
  CHECK(loaded() == std::vector<run_report>{failure, large});
}

TEST_CASE_METHOD(outbox_fixture, "an outbox that never kept anything is empty and makes no folder", "[outbox_files]") {
  CHECK(loaded().empty());
  CHECK(outbox.drop(report("1")));
  CHECK_FALSE(fs::exists(place()));
}

TEST_CASE_METHOD(outbox_fixture, "the oldest report comes first", "[outbox_files]") {
  for (const int64_t at : {30, 10, 20, 5, 40})
    REQUIRE(outbox.keep(report(std::to_string(at), at)));
  std::vector<int64_t> order;
  for (const auto& x : loaded())
    order.push_back(x.made_at_s);
  CHECK(order == std::vector<int64_t>{5, 10, 20, 30, 40});
}

TEST_CASE_METHOD(outbox_fixture, "a report of the same attempt takes the place of the earlier one", "[outbox_files]") {
  REQUIRE(outbox.keep(report("1", 1, "first")));
  REQUIRE(outbox.keep(report("1", 2, "second")));
  CHECK(loaded() == std::vector<run_report>{report("1", 2, "second")});
  auto another = report("1", 3, "another attempt");
  another.lease_id = "other";
  REQUIRE(outbox.keep(another));
  CHECK(loaded().size() == 2);
}

TEST_CASE_METHOD(outbox_fixture, "a dropped report is gone, the others stay", "[outbox_files]") {
  REQUIRE(outbox.keep(report("1")));
  REQUIRE(outbox.keep(report("2")));
  REQUIRE(outbox.drop(report("1")));
  REQUIRE(outbox.drop(report("1")));
  CHECK(loaded() == std::vector<run_report>{report("2")});
}

TEST_CASE_METHOD(outbox_fixture, "reports are for their owner's eyes only", "[outbox_files]") {
  const auto before = ::umask(0);
  REQUIRE(outbox.keep(report("1")));
  ::umask(before);
  CHECK(mode_of(only_file()) == 0600);
  CHECK(mode_of(place()) == 0700);
}

TEST_CASE_METHOD(outbox_fixture, "a torn file is left out and left alone, wherever it is torn", "[outbox_files]") {
  REQUIRE(outbox.keep(report("1")));
  const auto path = only_file();
  const auto whole = content_of(path);
  REQUIRE(outbox.keep(report("2")));
  for (std::size_t bytes = 0; bytes < whole.size(); ++bytes) {
    std::ofstream{path, std::ios::binary | std::ios::trunc} << whole.substr(0, bytes);
    CHECK(loaded() == std::vector<run_report>{report("2")});
  }
  CHECK(fs::exists(path));
}

TEST_CASE_METHOD(outbox_fixture, "what an earlier start left half written is removed", "[outbox_files]") {
  REQUIRE(outbox.keep(report("1")));
  write("0123456789abcdef0123456789abcdef.json.tmp", R"({"version":1,"job_id)");
  CHECK(loaded() == std::vector<run_report>{report("1")});
  CHECK(files().size() == 1);
}

TEST_CASE_METHOD(outbox_fixture, "foreign files are neither read nor touched", "[outbox_files]") {
  REQUIRE(outbox.keep(report("1")));
  const auto ours = only_file();
  const auto text = content_of(ours);
  const std::vector<std::pair<std::string, std::string>> foreign{
      {"notes.txt", "hello"}, {"no.json", "not json"},           {"list.json", "[]"},
      {"null.json", "null"},  {"empty.json", ""},                {"copy.json", text},
      {"deep.json", std::string(100'000, '[')}};
  for (const auto& [name, content] : foreign)
    write(name, content);
  fs::create_directory(place() + "/folder.json");
  fs::create_symlink(ours, place() + "/link.json");
  CHECK(loaded() == std::vector<run_report>{report("1")});
  for (const auto& [name, content] : foreign)
    CHECK(content_of(place() + "/" + name) == content);
  CHECK(files().size() == foreign.size() + 3);
}

TEST_CASE_METHOD(outbox_fixture, "a file that says anything else than a report is no report", "[outbox_files]") {
  REQUIRE(outbox.keep(report("1")));
  const auto path = only_file();
  const auto whole = content_of(path);
  const std::vector<std::pair<std::string, std::string>> changes{
      {R"("version":1)", R"("version":2)"},
      {R"("kind":"result")", R"("kind":"other")"},
      {R"("job_id":"1")", R"("job_id":1)"},
      {R"("job_id":"1")", R"("job":"1")"},
      {R"("job_id":"1")", R"("job_id":"2")"}, // then the name is not its own
      {R"("made_at":1000)", R"("made_at":"1000")"},
      {R"("text":"text")", R"("text":null)"}};
  for (const auto& [from, to] : changes) {
    INFO(to);
    auto changed = whole;
    const auto at = changed.find(from);
    REQUIRE(at != std::string::npos);
    changed.replace(at, from.size(), to);
    std::ofstream{path, std::ios::binary | std::ios::trunc} << changed;
    CHECK(loaded().empty());
  }
}

TEST_CASE_METHOD(outbox_fixture, "a full disk is told and leaves nothing half written", "[outbox_files]") {
  REQUIRE(outbox.keep(report("1", 1, "short")));
  {
    const little_room disk{1'000};
    const auto other = outbox.keep(report("2", 2, std::string(5'000, 'x')));
    REQUIRE_FALSE(other);
    CHECK(other.error().code == ec::io_failed);
    CHECK(other.error().why.find("writing in the outbox failed: ") == 0);
    CHECK_FALSE(outbox.keep(report("1", 2, std::string(5'000, 'x'))));
    CHECK(files().size() == 1);
  }
  CHECK(loaded() == std::vector<run_report>{report("1", 1, "short")});
  REQUIRE(outbox.keep(report("2")));
  CHECK(loaded().size() == 2);
}

TEST_CASE_METHOD(outbox_fixture, "a place that cannot be a folder is told", "[outbox_files]") {
  std::ofstream{place()} << "a file";
  CHECK(outbox.keep(report("1")).error().code == ec::io_failed);
  outbox_files nowhere{(folder.path() / "none" / "outbox").string()};
  const auto kept = nowhere.keep(report("1"));
  REQUIRE_FALSE(kept);
  CHECK(kept.error().why.find("No such file") != std::string::npos);
}
