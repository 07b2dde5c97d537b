// FIFOs where git or ripgrep opens a file of its own accord: it would wait for ever for somebody to write into them.
#include "test/support/hostile_repo.hpp"

#include <sys/stat.h>

#include <filesystem>

namespace claw::test {
namespace {

namespace fs = std::filesystem;

using sower = std::function<void(const repo_yard&, const std::string&)>;

void put_fifo(const std::string& path) {
  fs::remove_all(path);
  fs::create_directories(fs::path(path).parent_path());
  ::mkfifo(path.c_str(), 0600);
}

sower fifo_at(const std::string& path) {
  return [=](const repo_yard&, const std::string& repo) { put_fifo(repo + path); };
}

/// Beside it a file that nobody tracks, so that the folder is looked through.
sower fifo_among_files(const std::string& folder, const std::string& name) {
  return [=](const repo_yard&, const std::string& repo) {
    write_file(repo + folder + "/file", "TOP\n");
    put_fifo(repo + folder + '/' + name);
  };
}

sower submodule_fifo_at(const std::string& path) {
  return [=](const repo_yard&, const std::string& repo) {
    add_submodule(repo);
    git(repo, {"commit", "-q", "-m", "Add a submodule"});
    put_fifo(repo + path);
  };
}

/// A repo inside that the outer one does not track. @param path seen from it
sower inner_fifo_at(const std::string& path) {
  return [=](const repo_yard&, const std::string& repo) {
    fs::create_directories(repo + "/a/inner");
    git(repo + "/a/inner", {"init", "-q", "-b", "main"});
    write_file(repo + "/a/inner/file", "TOP\n");
    put_fifo(repo + "/a/inner" + path);
  };
}

void sow_gitdir_chain(const repo_yard& yard, const std::string& repo) {
  inner_fifo_at("/.git/HEAD")(yard, repo);
  fs::rename(repo + "/a/inner/.git", repo + "/b");
  write_file(repo + "/a/inner/.git", "gitdir: ../../b\n");
}

void sow_gitdir_outside(const repo_yard& yard, const std::string& repo) {
  put_fifo(yard.outside + "/HEAD");
  write_file(repo + "/inner/.git", "gitdir: " + yard.outside + "\n");
}

void sow_symlinked_rules(const repo_yard& yard, const std::string& repo) {
  put_fifo(yard.outside + "/rules");
  for (const auto* name : {"/.ignore", "/.gitignore"})
    fs::create_symlink(yard.outside + "/rules", repo + name);
}

void sow_own_loop(const repo_yard&, const std::string& repo) {
  fs::remove_all(repo + "/.git");
  fs::create_symlink(".git", repo + "/.git");
}

void sow_symlink_loop(const repo_yard&, const std::string& repo) {
  fs::create_directories(repo + "/inner");
  fs::create_symlink(".git", repo + "/inner/.git");
  fs::create_directories(repo + "/other/.git");
  fs::create_symlink("HEAD", repo + "/other/.git/HEAD");
}

} // namespace

std::vector<plant> fifo_plants() {
  return {
      {"FIFO for HEAD", fifo_at("/.git/HEAD")},
      {"FIFO for index", fifo_at("/.git/index")},
      {"FIFO for config", fifo_at("/.git/config")},
      {"FIFO for .git", fifo_at("/.git")},
      {"symlink loop for .git", sow_own_loop},
      {"FIFO in the tree", fifo_at("/fifo")},
      {"FIFO for a tracked file", fifo_at("/README.md")},
      {"FIFO for ignore rules", fifo_at("/.gitignore")},
      {"FIFO for ignore rules of a folder", fifo_among_files("/folder", ".gitignore")},
      {"FIFO for ripgrep's ignore rules", fifo_among_files("/folder", ".rgignore")},
      {"FIFO for everybody's ignore rules", fifo_at("/.ignore")},
      {"FIFO behind symlinked ignore rules", sow_symlinked_rules},
      {"FIFO for attributes", fifo_at("/.gitattributes")},
      {"FIFO for attributes of a folder", fifo_at("/src/.gitattributes")},
      {"FIFO for a mailmap", fifo_at("/.mailmap")},
      {"submodule with a FIFO for HEAD", submodule_fifo_at("/sub/.git/HEAD")},
      {"submodule with a FIFO for a branch", submodule_fifo_at("/sub/.git/refs/heads/main")},
      {"submodule with a FIFO for config", submodule_fifo_at("/sub/.git/config")},
      {"repo inside with a FIFO for .git", inner_fifo_at("/.git")},
      {"repo inside with a FIFO for HEAD", inner_fifo_at("/.git/HEAD")},
      {"repo inside with a FIFO for commondir", inner_fifo_at("/.git/commondir")},
      {"repo inside with a FIFO for its branch", inner_fifo_at("/.git/refs/heads/main")},
      {"repo inside with a FIFO behind a .git file", sow_gitdir_chain},
      {"repo inside with a FIFO outside", sow_gitdir_outside},
      {"repos inside that are loops of symlinks", sow_symlink_loop},
  };
}

} // namespace claw::test
