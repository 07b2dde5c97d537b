// Any path, as a stranger may name it: what opens lies inside the repo, is no part of `.git` and no credential,
// whatever links stand there; and the rules on its text agree with themselves.
#include "actors/domain/error.hpp"
#include "llm/path_rules.hpp"
#include "llm/repo_scope.hpp"
#include "test/fuzz/seeded.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace {

namespace fs = std::filesystem;

/// A folder with links in all directions, and a secret beside it.
struct yard {
  std::string root;
  yard() {
    std::string pattern = fs::canonical(fs::temp_directory_path()) / "claw-fuzz-XXXXXX";
    root = ::mkdtemp(pattern.data());
    for (const auto* folder : {"/repo/a/b", "/repo/.git", "/outside"})
      fs::create_directories(root + folder);
    for (const auto* file : {"/repo/f", "/repo/a/f", "/repo/.env", "/repo/.git/config", "/outside/secret"})
      std::ofstream(root + file) << "x";
    const std::pair<const char*, const char*> links[]{
        {"../outside", "/repo/o"}, {"/", "/repo/r"},    {".git", "/repo/g"}, {"a/b", "/repo/i"},
        {"/proc/self", "/repo/p"}, {".env", "/repo/e"}, {"l", "/repo/l"},    {"../../outside/secret", "/repo/a/s"}};
    for (const auto& [target, name] : links)
      fs::create_symlink(target, root + name);
  }
  ~yard() {
    std::error_code ignored;
    fs::remove_all(root, ignored);
  }
};

} // namespace

FUZZ_SEEDS({"a/f", "./a//b/../f", "o/secret", "r/etc/passwd", "i/../.git/config", "p/fd/0", "e", "a/s", ".GIT/x",
            ".env", std::string(300, 'a') + "/" + std::string(300, '/')})

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, std::size_t size) {
  static const yard home;
  static const auto scope = claw::repo_scope::open(home.root + "/repo");
  const std::string_view path{reinterpret_cast<const char*>(bytes), size};
  if (const auto checked = claw::checked_relative_path(path)) {
    CLAW_ASSERT(!checked->starts_with('/') && !checked->ends_with('/'));
    for (const auto name : claw::path_components(*checked))
      CLAW_ASSERT(name != ".." && name != "." && !name.empty());
    CLAW_ASSERT(*claw::checked_relative_path(*checked) == *checked);
    CLAW_ASSERT(claw::enters_git_folder(path) == claw::enters_git_folder(*checked));
  }
  if (const auto opened = scope->enter_for_stranger(path)) {
    const auto real = fs::read_symlink("/proc/self/fd/" + std::to_string(opened->fd.get())).string();
    CLAW_ASSERT(real == home.root + "/repo" || real.starts_with(home.root + "/repo/"));
    CLAW_ASSERT(real.find("/.git") == std::string::npos && real.find("/.env") == std::string::npos);
  }
  return 0;
}
