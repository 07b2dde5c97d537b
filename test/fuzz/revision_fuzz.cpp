// Any revision and any refs of a repo: what git is given is hexadecimal digits with `~N` and `^N` behind them.
#include "actors/domain/error.hpp"
#include "llm/git_refs.hpp"
#include "test/fuzz/seeded.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace {

namespace fs = std::filesystem;

struct yard {
  std::string root;
  yard() {
    std::string pattern = fs::canonical(fs::temp_directory_path()) / "claw-fuzz-XXXXXX";
    root = ::mkdtemp(pattern.data());
    for (const auto* folder : {"/repo/.git/objects", "/repo/.git/refs/heads/topic", "/repo/.git/refs/tags"})
      fs::create_directories(root + folder);
    write("HEAD", "ref: refs/heads/main\n");
    write("refs/heads/main", std::string(40, 'a') + "\n");
    write("refs/heads/odd", "ref: ../../x\n");
    fs::create_symlink("/etc/passwd", root + "/repo/.git/refs/tags/link");
  }
  ~yard() {
    std::error_code ignored;
    fs::remove_all(root, ignored);
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(root + "/repo/.git/" + name, std::ios::binary) << text;
  }
};

} // namespace

FUZZ_SEEDS({"HEAD~2^1", "topic^^",
            "tags/v1\n# pack-refs with: peeled\n" + std::string(40, 'c') + " refs/tags/v1\n^" + std::string(40, 'd')
                + "\n",
            "abcdef0", "main@{1}", "odd", "link", "refs/heads/main~99999999999999999999"})

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, std::size_t size) {
  static const yard home;
  static const auto base = claw::repo_scope::open(home.root);
  static const auto repo = claw::repo_scope::open(home.root + "/repo");
  static const auto place = claw::find_git_place(*base, *repo);
  CLAW_ASSERT(place);
  const std::string all{reinterpret_cast<const char*>(bytes), size};
  const auto line = std::min(all.find('\n'), all.size());
  if (line < all.size()) // what follows is the repo's own list of refs
    home.write("packed-refs", all.substr(line + 1));
  const auto revision = claw::revision_for_git(*place, std::string(40, 'b'), all.substr(0, line));
  if (!revision)
    return 0;
  const auto digits = std::min(revision->find_first_not_of("0123456789abcdef"), revision->size());
  CLAW_ASSERT(digits >= 4 && digits <= 64);
  CLAW_ASSERT(revision->find_first_not_of("~^0123456789", digits) == std::string::npos);
  return 0;
}
