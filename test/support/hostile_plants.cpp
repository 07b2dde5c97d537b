// The ways in which a repo can be hostile, one function object each. What a plant needs to be dangerous to a careless
// reader is really there: a changed file for a clean filter, a signed commit for a signature program, ...
#include "test/support/hostile_repo.hpp"

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace claw::test {
namespace {

namespace fs = std::filesystem;

void append(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::app | std::ios::binary) << text;
}

void configure(const std::string& repo, const std::string& text) {
  append(repo + "/.git/config", text);
}

void put_program(const std::string& path, const repo_yard& yard) {
  fs::create_directories(fs::path(path).parent_path());
  fs::copy_file(yard.canary, path, fs::copy_options::overwrite_existing);
  ::chmod(path.c_str(), 0755);
}

/// A repo outside of the base whose commit and file hold the secret. @returns its folder.
std::string outside_repo(const repo_yard& yard) {
  const auto folder = yard.outside + "/other";
  fs::create_directories(folder);
  git(folder, {"init", "-q", "-b", "main"});
  write_file(folder + "/secret.txt", std::string(repo_yard::secret) + "\n");
  git(folder, {"add", "-A"});
  git(folder, {"commit", "-q", "-m", std::string("Hide ") + repo_yard::secret});
  return folder;
}

void replace_by_link(const std::string& path, const std::string& target) {
  fs::remove_all(path);
  fs::create_symlink(target, path);
}

/// Lets the repo's branch name the outside repo's commit.
void point_at(const std::string& repo, const std::string& outside) {
  fs::copy_file(outside + "/.git/refs/heads/main", repo + "/.git/refs/heads/main",
                fs::copy_options::overwrite_existing);
}

void touch_all(const std::string& repo) {
  write_file(repo + "/README.md", "# Example, changed\n");
}

void sow_signature(const repo_yard& yard, const std::string& repo) {
  const auto signer = yard.outside + "/signer";
  write_file(signer, "#!/bin/sh\ncat >/dev/null\nprintf '\\n[GNUPG:] SIG_CREATED \\n' >&2\n"
                     "printf -- '-----BEGIN PGP SIGNATURE-----\\n\\nx\\n-----END PGP "
                     "SIGNATURE-----\\n'\n");
  ::chmod(signer.c_str(), 0755);
  git(repo, {"-c", "gpg.program=" + signer, "-c", "user.signingKey=x", "commit", "-q", "-S",
             "--allow-empty", "-m", "Signed"});
  configure(repo, "[gpg]\n program = " + yard.canary
                      + "\n[log]\n showSignature = true\n[format]\n"
                        " pretty = %G?\n");
}

void sow_missing_objects(const repo_yard& yard, const std::string& repo) {
  configure(repo, "[core]\n repositoryformatversion = 1\n sshCommand = " + yard.canary
                      + "\n[extensions]\n partialClone = origin\n[remote \"origin\"]\n url = ext::"
                      + yard.canary + "\n promisor = true\n[protocol]\n allow = always\n");
  for (const auto& entry : fs::recursive_directory_iterator(repo + "/.git/objects"))
    if (entry.is_regular_file() && fs::file_size(entry) < 120)
      fs::remove(entry.path());
}

void sow_submodule(const repo_yard& yard, const std::string& repo) {
  add_submodule(repo);
  configure(repo + "/sub",
            "[core]\n fsmonitor = " + yard.canary + "\n[diff]\n external = " + yard.canary + "\n");
  write_file(repo + "/.gitmodules", "[submodule \"sub\"]\n path = sub\n url = ext::" + yard.canary
                                        + "\n update = !" + yard.canary + "\n ignore = none\n");
  configure(repo, "[submodule]\n recurse = true\n[submodule \"sub\"]\n active = true\n update = !"
                      + yard.canary + "\n[status]\n submoduleSummary = true\n");
}

void sow_swapped_folder(const repo_yard& yard, const std::string& repo) {
  write_file(repo + "/dir/secret.txt", "nothing here\n");
  git(repo, {"add", "-A"});
  git(repo, {"commit", "-q", "-m", "Track a folder"});
  replace_by_link(repo + "/dir", yard.outside);
}

void sow_names(const repo_yard& yard, const std::string& repo) {
  for (const auto& name :
       std::vector<std::string>{"--pre=canary", "-O", "-f", "--output=written", "-e", "--", "-",
                                "--no-index", "new\nline", "a\nREADME.md", "tab\tname", "\xFF\xFE",
                                "$(canary)", "`canary`", "; canary", "--hostname-bin=canary"})
    write_file(repo + '/' + name, std::string("x TOP\n"));
  put_program(repo + "/canary", yard);
  write_file(repo + "/--exec-path=x/file", "TOP\n");
}

void sow_hooks(const repo_yard& yard, const std::string& repo) {
  for (const auto* name : {"post-index-change", "fsmonitor-watchman", "pre-auto-gc",
                           "post-checkout", "query-watchman", "reference-transaction", "pre-commit",
                           "post-rewrite", "sendemail-validate", "p4-pre-submit", "proc-receive"})
    put_program(repo + "/.git/hooks/" + name, yard);
}

std::function<void(const repo_yard&, const std::string&)>
config_with(const std::string& before, const std::string& after = "\n") {
  return [=](const repo_yard& yard, const std::string& repo) {
    touch_all(repo);
    configure(repo, before + yard.canary + after);
  };
}

std::function<void(const repo_yard&, const std::string&)>
attributes_with(const std::string& attributes, const std::string& before,
                const std::string& after = "\n") {
  return [=](const repo_yard& yard, const std::string& repo) {
    write_file(repo + "/.gitattributes", attributes);
    touch_all(repo);
    configure(repo, before + yard.canary + after);
  };
}

/// A path of the repo becomes a symlink to the secret.
std::function<void(const repo_yard&, const std::string&)> link_to_secret(const std::string& path) {
  return [=](const repo_yard& yard, const std::string& repo) {
    replace_by_link(repo + path, yard.outside + "/secret.txt");
  };
}

/// Something done to a submodule that was committed.
std::function<void(const repo_yard&, const std::string&)>
submodule_and(std::function<void(const repo_yard&, const std::string&)> tamper) {
  return [tamper = std::move(tamper)](const repo_yard& yard, const std::string& repo) {
    add_submodule(repo);
    git(repo, {"commit", "-q", "-m", "Add a submodule"});
    tamper(yard, repo);
  };
}

std::vector<plant> config_plants() {
  return {
      {"fsmonitor", config_with("[core]\n fsmonitor = ")},
      {"fsmonitor hook version 1", config_with("[core]\n fsmonitorHookVersion = 1\n fsmonitor = ")},
      {"clean filter", attributes_with("* filter=x\n", "[filter \"x\"]\n clean = ")},
      {"process filter",
       attributes_with("* filter=lfs\n", "[filter \"lfs\"]\n process = ", "\n required\n")},
      {"external diff", config_with("[diff]\n external = ")},
      {"diff driver", attributes_with("* diff=x\n", "[diff \"x\"]\n command = ")},
      {"textconv",
       attributes_with("* diff=x\n", "[diff \"x\"]\n cachetextconv = true\n textconv = ")},
      {"merge driver", attributes_with("* merge=x\n", "[merge \"x\"]\n driver = ")},
      {"signature program", sow_signature},
      {"hooks", sow_hooks},
      {"alias", config_with("[alias]\n status = !", "\n log = !false\n grep = !false\n")},
      {"pager", config_with("[pager]\n status = true\n log = true\n[core]\n pager = ")},
      {"editor", config_with("[core]\n editor = ")},
      {"ssh command", config_with("[core]\n sshCommand = ")},
      {"credential helper", config_with("[credential]\n helper = ")},
      {"askpass", config_with("[core]\n askPass = ")},
      {"git proxy", config_with("[core]\n gitProxy = ")},
      {"uploadpack hook", config_with("[uploadpack]\n packObjectsHook = ")},
      {"diff filter", config_with("[interactive]\n diffFilter = ")},
      {"alternate refs command", config_with("[core]\n alternateRefsCommand = ")},
      {"trailer command", config_with("[trailer \"x\"]\n command = ")},
      {"missing objects", sow_missing_objects},
  };
}

std::vector<plant> config_file_plants() {
  return {
      {"hooks path",
       [](const repo_yard& yard, const std::string& repo) {
         put_program(repo + "/hooks/post-index-change", yard);
         put_program(repo + "/hooks/fsmonitor-watchman", yard);
         configure(repo, "[core]\n hooksPath = hooks\n fsmonitor = true\n");
       }},
      {"include",
       [](const repo_yard& yard, const std::string& repo) {
         write_file(repo + "/inc", "[core]\n fsmonitor = " + yard.canary + "\n");
         configure(repo, "[include]\n path = ../inc\n[includeIf \"gitdir:/**\"]\n path = ../inc\n");
       }},
      {"worktree config",
       [](const repo_yard& yard, const std::string& repo) {
         write_file(repo + "/.git/config.worktree", "[core]\n fsmonitor = " + yard.canary + "\n");
         configure(repo,
                   "[core]\n repositoryformatversion = 1\n[extensions]\n worktreeConfig = true\n");
       }},
      {"work tree outside",
       [](const repo_yard& yard, const std::string& repo) {
         configure(repo, "[core]\n worktree = " + yard.outside + "\n");
       }},
      {"files outside",
       [](const repo_yard& yard, const std::string& repo) {
         const auto secret = yard.outside + "/secret.txt\n";
         configure(repo, "[core]\n excludesFile = " + secret + " attributesFile = " + secret
                             + "[mailmap]\n file = " + secret + "[commit]\n template = " + secret);
       }},
      {"submodule", sow_submodule},
      {"nested repo",
       [](const repo_yard& yard, const std::string& repo) {
         fs::create_directories(repo + "/nested");
         git(repo + "/nested", {"init", "-q"});
         configure(repo + "/nested", "[core]\n fsmonitor = " + yard.canary + "\n");
       }},
  };
}

std::vector<plant> layout_plants() {
  return {
      {".git file",
       [](const repo_yard& yard, const std::string& repo) {
         fs::remove_all(repo + "/.git");
         write_file(repo + "/.git", "gitdir: " + outside_repo(yard) + "/.git\n");
       }},
      {".git symlink",
       [](const repo_yard& yard, const std::string& repo) {
         replace_by_link(repo + "/.git", outside_repo(yard) + "/.git");
       }},
      {"alternates",
       [](const repo_yard& yard, const std::string& repo) {
         const auto other = outside_repo(yard);
         write_file(repo + "/.git/objects/info/alternates", other + "/.git/objects\n");
         point_at(repo, other);
       }},
      {"symlinked objects",
       [](const repo_yard& yard, const std::string& repo) {
         const auto other = outside_repo(yard);
         replace_by_link(repo + "/.git/objects", other + "/.git/objects");
         point_at(repo, other);
       }},
      {"one symlinked folder of objects",
       [](const repo_yard& yard, const std::string& repo) {
         const auto other = outside_repo(yard);
         for (const auto& entry : fs::directory_iterator(other + "/.git/objects"))
           replace_by_link(repo + "/.git/objects/" + entry.path().filename().string(),
                           entry.path());
         point_at(repo, other);
       }},
      {"symlinked packs",
       [](const repo_yard& yard, const std::string& repo) {
         const auto other = outside_repo(yard);
         git(other, {"gc", "-q"});
         for (const auto& entry : fs::directory_iterator(other + "/.git/objects/pack"))
           replace_by_link(repo + "/.git/objects/pack/" + entry.path().filename().string(),
                           entry.path());
         git(other, {"update-ref", "refs/heads/x", "HEAD"});
         fs::copy_file(other + "/.git/refs/heads/x", repo + "/.git/refs/heads/main",
                       fs::copy_options::overwrite_existing);
       }},
      {"symlinked refs",
       [](const repo_yard& yard, const std::string& repo) {
         replace_by_link(repo + "/.git/refs", outside_repo(yard) + "/.git/refs");
       }},
  };
}

std::vector<plant> git_file_plants() {
  return {
      {"commondir",
       [](const repo_yard& yard, const std::string& repo) {
         write_file(repo + "/.git/commondir", outside_repo(yard) + "/.git\n");
       }},
      {"symlinked info",
       [](const repo_yard& yard, const std::string& repo) {
         fs::copy_file(yard.outside + "/secret.txt", yard.outside + "/exclude");
         replace_by_link(repo + "/.git/info", yard.outside);
       }},
      {"replace refs and grafts",
       [](const repo_yard&, const std::string& repo) {
         write_file(repo + "/.git/info/grafts", "0123456789012345678901234567890123456789\n");
         write_file(repo + "/.git/refs/replace/" + std::string(40, 'a'),
                    std::string(40, 'b') + "\n");
       }},
      {"reftable",
       [](const repo_yard&, const std::string& repo) {
         configure(repo,
                   "[core]\n repositoryformatversion = 1\n[extensions]\n refStorage = reftable\n");
       }},
      {"HEAD that climbs",
       [](const repo_yard&, const std::string& repo) {
         write_file(repo + "/.git/HEAD", "ref: refs/../../../outside/secret.txt\n");
       }},
      {"symlinked HEAD", link_to_secret("/.git/HEAD")},
      {"symlinked index", link_to_secret("/.git/index")},
      {"symlinked config", link_to_secret("/.git/config")},
      {"symlinked packed-refs", link_to_secret("/.git/packed-refs")},
      {"symlinked branch", link_to_secret("/.git/refs/heads/main")},
      {"symlinked shallow", link_to_secret("/.git/shallow")},
      {"submodule with a symlinked HEAD", submodule_and(link_to_secret("/sub/.git/HEAD"))},
      {"submodule that names the outside", submodule_and([](const repo_yard& yard, const std::string& repo) {
         fs::remove_all(repo + "/sub/.git");
         write_file(repo + "/sub/.git", "gitdir: " + outside_repo(yard) + "/.git\n");
       })},
      {"submodule swapped for a symlink", submodule_and([](const repo_yard& yard, const std::string& repo) {
         replace_by_link(repo + "/sub", outside_repo(yard));
       })},
  };
}

std::vector<plant> tree_plants() {
  return {
      {"symlinks to the secret",
       [](const repo_yard& yard, const std::string& repo) {
         fs::create_symlink(yard.outside + "/secret.txt", repo + "/c");
         fs::create_symlink("c", repo + "/b");
         fs::create_symlink("b", repo + "/a");
         fs::create_symlink("../../outside/secret.txt", repo + "/relative");
         fs::create_symlink(yard.outside, repo + "/folder");
         fs::create_symlink("/proc/self/root" + yard.outside + "/secret.txt", repo + "/proc");
       }},
      {"folder swapped for a symlink", sow_swapped_folder},
      {"tracked file swapped for a symlink", link_to_secret("/README.md")},
      {"ignore files that are symlinks",
       [](const repo_yard& yard, const std::string& repo) {
         for (const auto* name :
              {".gitignore", ".ignore", ".rgignore", ".gitattributes", ".mailmap"})
           fs::create_symlink(yard.outside + "/secret.txt", repo + '/' + name);
       }},
      {"ripgrep config",
       [](const repo_yard& yard, const std::string& repo) {
         for (const auto* name : {".ripgreprc", "ripgreprc", ".config/ripgreprc"})
           write_file(repo + '/' + name, "--pre=" + yard.canary + "\n--follow\n");
       }},
      {"names like options", sow_names},
      {"device",
       [](const repo_yard&, const std::string& repo) {
         ::mknod((repo + "/zero").c_str(), S_IFCHR | 0600,
                 ::makedev(1, 5)); // only where that is allowed
       }},
      {"huge file",
       [](const repo_yard&, const std::string& repo) {
         write_file(repo + "/huge.txt", "TOP\n");
         fs::resize_file(repo + "/huge.txt", 200'000'000ULL); // sparse
       }},
      {"deep folders",
       [](const repo_yard&, const std::string& repo) {
         std::string path = repo;
         for (int i = 0; i < 200; ++i)
           path += "/d";
         write_file(path + "/f", "TOP\n");
       }},
  };
}

} // namespace

void add_submodule(const std::string& repo) {
  fs::create_directories(repo + "/sub");
  git(repo + "/sub", {"init", "-q", "-b", "main"});
  write_file(repo + "/sub/file", "x\n");
  git(repo + "/sub", {"add", "-A"});
  git(repo + "/sub", {"commit", "-q", "-m", "Sub"});
  git(repo, {"-c", "advice.addEmbeddedRepo=false", "add", "sub"});
}

const std::vector<plant>& all_plants() {
  static const auto plants = [] {
    auto result = config_plants();
    for (auto& more : {config_file_plants(), layout_plants(), git_file_plants(), tree_plants(), fifo_plants()})
      result.insert(result.end(), more.begin(), more.end());
    return result;
  }();
  return plants;
}

} // namespace claw::test
