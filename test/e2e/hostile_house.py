"""A house of traps: repositories whose files, links and git configuration lead outside or start programs, and the words in
which people and models may ask for it. `SECRET` stands outside of every repository; `canary` is a program that leaves a
mark when anybody starts it."""
import json
import os
import pathlib
import subprocess

SECRET = "TOP-SECRET-BYTES-4711"

# What the traps need to be dangerous to a careless reader is there: a changed file for a filter, a link for a path.
CONFIG = """
[core]
 fsmonitor = {canary}
 pager = {canary}
 editor = {canary}
 sshCommand = {canary}
 hooksPath = hooks
 askPass = {canary}
 gitProxy = {canary}
 alternateRefsCommand = {canary}
 excludesFile = {outside}/secret.txt
 attributesFile = {outside}/attributes
[pager]
 status = true
 log = true
 grep = true
[diff]
 external = {canary}
[diff "x"]
 command = {canary}
 textconv = {canary}
[filter "x"]
 clean = {canary}
 smudge = {canary}
 process = {canary}
 required
[merge "x"]
 driver = {canary}
[alias]
 status = !{canary}
 log = !{canary}
 grep = !{canary}
[gpg]
 program = {canary}
[log]
 showSignature = true
[format]
 pretty = %G?
[credential]
 helper = {canary}
[uploadpack]
 packObjectsHook = {canary}
[interactive]
 diffFilter = {canary}
[trailer "x"]
 command = {canary}
[submodule]
 recurse = true
[submodule "sub"]
 active = true
 update = !{canary}
[include]
 path = {repo}/included
[includeIf "gitdir:/**"]
 path = {repo}/included
[protocol]
 allow = always
[remote "origin"]
 url = ext::{canary}
 promisor = true
"""

PATHS = """
SECRET //SECRET ./SECRET /etc/passwd //etc/passwd / // . ./ .. ../ ../.. src/.. src/../.. ../../outside/secret.txt
../../../outside/secret.txt src/../../../outside/secret.txt ./../../outside/secret.txt ..//..//outside/secret.txt
../outside/secret.txt ..\\..\\outside\\secret.txt ..%2f..%2foutside%2fsecret.txt %2e%2e/%2e%2e/outside/secret.txt
..%252f..%252foutside ..%c0%af..%c0%afoutside /proc/self/root/etc/passwd /proc/self/environ /proc/self/cwd
/proc/self/fd/3 /dev/stdin /dev/fd/0 /dev/zero proc/self/root/etc/passwd link/secret.txt link link/. link/..
link/../secret.txt chain leak leak/ leak/. ./leak src/../leak loop loop/x root root/etc/passwd up/outside/secret.txt
self/environ self/root/etc/passwd gitlink gitlink/config githead .git .git/ ./.git .git/config .git/HEAD .GIT/config
.Git/HEAD .git./config git~1/config .git::$INDEX_ALLOCATION src/../.git/config sub/.git/config .git/../.git/config
~ ~root/.bashrc $HOME ${HOME}/.ssh/id_rsa `CANARY` $(CANARY) ;CANARY |CANARY &CANARY --pre=CANARY -OCANARY .env
config/.env .ENV key.pem id_rsa envlink fifo fifolink hello.txt/ hello.txt/.. hello.txt/../../leak HELLO.TXT/../leak
file://SECRET HEAD:hello.txt :(top) :/leak ext::CANARY ‥/‥/outside/secret.txt ．．/．．/outside/secret.txt
..∕..∕outside∕secret.txt ﹒﹒/outside .ｇit/config .git\u200d/config .g\u200cit/config \u202e.git/config
""".split()

QUERIES = """
--open-files-in-pager=CANARY --open-files-in-pager -OCANARY -O --pre=CANARY --pre -f/etc/passwd -f --file=SECRET
--output=OUTSIDE/written --hostname-bin=CANARY --no-index --ignore-file=SECRET --follow -L --search-zip -z
--exec-path=OUTSIDE --upload-pack=CANARY --ext-diff --textconv --git-dir=/ --help -h - -- -e --regexp=SECRET
TOP-SECRET root:.:0 repositoryformat.ersion refs/heads/main .* [^x]* (a+)+$ (a|a)*b (.*)*x ((((a{1,255}){1,255}){1,255}){1,255})
(?:\\w{1000}){30} (?P<x>.)(?P=x) \\1(a) [[:alpha:] a{99999} (?<=a)b \\p{Greek} \\x{110000} ( [ * \\ {1
""".split()

REPOS = """
.. . / /etc ../outside SECRET OUTSIDE sample/.. sample/.git ./sample sample/ SAMPLE sample%00 ~ $HOME -C --git-dir=/
--help `CANARY` $(CANARY) ;CANARY *
""".split()

# What a line of chat cannot hold: for payloads and for the arguments of a model's calls.
ODD_PATHS = [
    "", " ", "hello.txt\0", "hello.txt\0/../../outside/secret.txt", "\0", "hello.txt\n", "x\nhello.txt", "hello.txt\r",
    "leak\n", "\x1b[2J", "\x7f", "\u0080", "\ufeffleak", "leak ", " leak", "link /secret.txt", ".git /config",
    "../" * 1500 + "etc/passwd", "./" * 1800 + "leak", "a/" * 2000, "x" * 5000, "src/" + "../" * 40 + "etc/passwd",
    "\u2025/\u2025/outside/secret.txt", "\ud800", "--no-index /etc/passwd", "$(cat /etc/passwd)", "; cat /etc/passwd"]


class HostileHouse:
    """@param root an empty folder; `repos` in it is to be RUNNER_REPOS_BASE"""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.repos, self.outside = self.root / "repos", self.root / "outside"
        self.mark, self.canary = self.outside / "canary-ran", self.root / "canary"
        self.outside.mkdir(parents=True)
        (self.outside / "secret.txt").write_text(SECRET + "\n")
        (self.outside / "attributes").write_text("* filter=x diff=x merge=x\n")
        self.canary.write_text(f"#!/bin/sh\n: > {self.mark}\ncat >/dev/null\n")
        self.canary.chmod(0o755)
        self.sow_sample()
        self.sow_neighbours()
        (self.root / "repos.json").write_text(json.dumps({x.name: x.name for x in self.repos.iterdir()}))

    def words(self, texts):
        """@returns the texts with the places of this house in them"""
        places = {"SECRET": str(self.outside / "secret.txt"), "CANARY": str(self.canary), "OUTSIDE": str(self.outside)}
        for text in texts:
            for sign, place in places.items():
                text = text if "TOP-SECRET" in text else text.replace(sign, place)
            yield text

    def git(self, folder, *words):
        env = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"}
        names = ["-c", "user.name=A Tester", "-c", "user.email=a@example.org"]
        return subprocess.run(["git", *names, *words], cwd=folder, env=env, check=False, capture_output=True, text=True)

    def repo(self, folder, **files):
        folder.mkdir(parents=True)
        for name, text in files.items():
            (folder / name).write_text(text)
        self.git(folder, "init", "-q", "-b", "main")
        self.git(folder, "add", ".")
        self.git(folder, "commit", "-q", "-m", "Begin " + folder.name)
        return folder

    def sow_sample(self):
        sample = self.repo(self.repos / "sample", **{"hello.txt": "one\nLEASE_SECONDS is a number\nthree\n"})
        links = {"link": self.outside, "leak": self.outside / "secret.txt", "chain": "leak", "loop": "loop", "root": "/",
                 "up": "../..", "self": "/proc/self", "gitlink": ".git", "githead": ".git/HEAD", "envlink": ".env",
                 "fifolink": "fifo"}
        for name, target in links.items():
            (sample / name).symlink_to(target)
        for name in (".env", "config/.env", "key.pem", "id_rsa", "-O", "--pre=canary", "src/main.cpp"):
            (sample / name).parent.mkdir(exist_ok=True)
            (sample / name).write_text("int main() {}\n" if name.startswith("src") else f"PASSWORD={SECRET}\n")
        for name in ("-O", "--pre=canary"):
            (sample / name).write_text("named like an option\n")
        os.mkfifo(sample / "fifo")
        self.repo(sample / "sub", inner="x\n")
        (sample / ".gitmodules").write_text(f'[submodule "sub"]\n path = sub\n url = ext::{self.canary}\n')
        (sample / ".gitattributes").write_text("* filter=x diff=x merge=x\n")
        (sample / ".ripgreprc").write_text(f"--pre={self.canary}\n--follow\n")
        (sample / "included").write_text(f"[core]\n fsmonitor = {self.canary}\n")
        for folder in (sample / "hooks", sample / ".git" / "hooks"):
            folder.mkdir(exist_ok=True)
            for hook in ("post-index-change", "fsmonitor-watchman", "pre-auto-gc", "reference-transaction"):
                (folder / hook).write_bytes(self.canary.read_bytes())
                (folder / hook).chmod(0o755)
        (sample / "hello.txt").write_text("one\nLEASE_SECONDS is a number\nchanged\n")
        text = CONFIG.format(canary=self.canary, outside=self.outside, repo=sample)
        for config in (sample / ".git" / "config", sample / "sub" / ".git" / "config"):
            config.write_text(config.read_text() + text)

    def sow_neighbours(self):
        """Repositories whose git folder is, or points to, another one outside."""
        other = self.repo(self.outside / "other", **{"secret.txt": SECRET + "\n"})
        self.git(other, "commit", "-q", "--allow-empty", "-m", "Hide " + SECRET)
        (self.repos / "gitfile").mkdir()
        (self.repos / "gitfile" / ".git").write_text(f"gitdir: {other}/.git\n")
        (self.repos / "gitsymlink").mkdir()
        (self.repos / "gitsymlink" / ".git").symlink_to(other / ".git")
        worktree = self.repo(self.repos / "worktree", a="x\n")
        self.git(worktree, "config", "core.worktree", str(self.outside))
        alternates = self.repo(self.repos / "alternates", a="x\n")
        (alternates / ".git" / "objects" / "info" / "alternates").write_text(f"{other}/.git/objects\n")
        (alternates / ".git" / "refs" / "heads" / "main").write_bytes((other / ".git/refs/heads/main").read_bytes())
        (self.repos / "linked").symlink_to(self.outside)

    def seen(self):
        """@returns names, sizes, modes and times of everything"""
        return {str(path): (about.st_mode, about.st_size, about.st_mtime_ns)
                for path in sorted(self.root.rglob("*")) for about in [path.lstat()]
                if path.is_relative_to(self.repos) or path.is_relative_to(self.outside)}
