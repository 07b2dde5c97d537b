#!/usr/bin/env python3
"""Writes what the programs themselves can tell: deploy/env.examples, after a change of a table of variables
(test/e2e/documents_test.py compares), and with --man the man pages, which the packages carry.

usage: deploy/make_documents.py [--bin DIR] [--to DIR] [--man DIR]     (build/dev/bin; this repository)
"""
import argparse
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[1]

# program -> what else its page tells: files, and what to read next
PAGES = {
    "openclaw-broker": ([("/etc/openclaw/broker.env", "settings of the service"),
                         ("/etc/openclaw/broker.tokens", "its secrets, readable by root alone"),
                         ("/var/lib/openclaw-broker", "the jobs; openclaw backup copies them")],
                        "openclaw(1), openclaw-runner(1), systemctl(1)"),
    "openclaw-runner": ([("/etc/openclaw/runner.env", "settings of the service"),
                         ("/etc/openclaw/runner.tokens", "its secrets, readable by root alone"),
                         ("/etc/openclaw/repos.json", "the repositories that jobs may look into"),
                         ("/var/lib/openclaw-runner", "results that are not delivered yet, plans, transcripts")],
                        "openclaw(1), openclaw-broker(1), systemctl(1)"),
    "openclaw-bot": ([("/etc/openclaw/bot-INSTANCE.env", "settings of the service openclaw-bot@INSTANCE"),
                      ("/etc/openclaw/bot-INSTANCE.tokens", "its secrets, readable by root alone"),
                      ("/var/lib/openclaw-bot/INSTANCE", "its session with Discord, and what it waits for")],
                     "openclaw(1), openclaw-broker(1), systemctl(1)"),
    "openclaw": ([("~/.config/openclaw/env", "BROKER_URL and BOT_TOKEN"),
                  ("~/.config/openclaw/inspect", "ca.crt, operator.crt and operator.key for openclaw inspect")],
                  "openclaw-broker(1), openclaw-runner(1)"),
}
# the same of scripts that are commands, in section 8, with what they are for
SCRIPTS = {
    "openclaw-inspect-certs": (ROOT / "deploy" / "make_inspect_certs.sh", "make the certificates for openclaw inspect",
                               [("/etc/openclaw/inspect", "where they are")], "openclaw(1), openclaw-broker(1)"),
    **{f"openclaw-onboard-{part}": (ROOT / "deploy" / f"onboard_{part}.sh", f"set up {what} on this machine",
                                    PAGES[f"openclaw-{part}"][0], f"openclaw-{part}(1), openclaw(1)")
       for part, what in (("broker", "the broker"), ("runner", "a runner"), ("bot", "a Discord bot"))},
}
EXIT_CODES = [("0", "the end that was asked for"), ("64", "wrong usage"), ("70", "the program failed; start it again"),
              ("78", "wrong configuration")]

# env example -> program, where it goes, and what is set in it instead of a fallback
EXAMPLES = {
    "broker.env.example": ("openclaw-broker", "/etc/openclaw/broker.env", {"BROKER_HOST": "127.0.0.1"}),
    "runner-wsl.env.example": ("openclaw-runner", "/etc/openclaw/runner.env", {
        "BROKER_URL": "http://VPS_TAILSCALE_IP:8000", "WORKER_ID": "wsl-vllm", "WORKER_CAPS": "llm:vllm,repo_tools",
        "LLM_CAP": "llm:vllm", "LLM_BASE_URL": "http://127.0.0.1:8000/v1", "LLM_MODEL": "",
        "LLM_MAX_TOKENS": "4096", "RUNNER_REPOS_BASE": "/home/me/src",
        "RUNNER_REPO_ALLOWLIST": "/etc/openclaw/repos.json"}),
    "runner-jetson.env.example": ("openclaw-runner", "/etc/openclaw/runner.env", {
        "BROKER_URL": "http://VPS_TAILSCALE_IP:8000", "WORKER_ID": "jetson-llm",
        "WORKER_CAPS": "llm:jetson,repo_tools", "LLM_CAP": "llm:jetson",
        "LLM_BASE_URL": "http://127.0.0.1:8080/v1", "LLM_MODEL": "", "LLM_MAX_TOKENS": "2048",
        "RUNNER_REPOS_BASE": "/home/nvidia/src", "RUNNER_REPO_ALLOWLIST": "/etc/openclaw/repos.json"}),
    "bot.env.example": ("openclaw-bot", "/etc/openclaw/bot-INSTANCE.env", {"ALLOWED_USER_ID": ""}),
}


def said_by(program, *arguments):
    return subprocess.run([program, *arguments], capture_output=True, text=True, check=True).stdout


def env_example(text, place, settings):
    """The table's own env file, with some variables set, and the way to the secrets."""
    head, rest = text.split("\n", 1)
    tokens = place.replace(".env", ".tokens")
    lines = [head, f"# This file is {place}; tokens stand in {tokens}, as KEY=value too."]
    for line in rest.splitlines():
        key = re.match(r"#([A-Z_]+)=", line)
        lines.append(f"{key[1]}={settings[key[1]]}" if key and key[1] in settings else line)
    missing = [key for key in settings if f"\n{key}=" not in "\n".join(lines)]
    assert not missing, f"{place}: no such variables: {missing}"
    return "\n".join(lines) + "\n"


def in_roff(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + text if text.startswith((".", "'")) else text


def list_in_roff(entries):
    return [line for term, text in entries for line in (".TP", f"\\fB{in_roff(term)}\\fR", in_roff(text))]


def help_in_roff(lines):
    """Headings, lists of `  word   what it is`, and lines as they stand. The lines that are indented deepest tell of the
    term above them."""
    out, verbatim = [], False
    for line in lines:
        entry = re.match(r"  (\S.*?)(?:  +(?=[^ (-])(\S.*))?$", line)
        heading = re.match(r"(\S[^.]*?)( \(.*\))?:$", line)
        if verbatim and (not line.startswith("  ") or heading):
            out.append(".fi")
            verbatim = False
        if heading:
            out.append(f".SH {heading[1].upper()}")
            if heading[2]:
                out.append(in_roff(heading[2].strip(" ()").capitalize() + "."))
            if heading[1] == "Examples":
                out.append(".nf")
                verbatim = True
        elif verbatim:
            out.append(in_roff(line.strip()))
        elif line.startswith("      "):
            out.append(in_roff(line.strip()))
        elif entry:
            out += [".TP", f"\\fB{in_roff(entry[1])}\\fR"] + ([in_roff(entry[2])] if entry[2] else [])
        elif line.strip():
            out.append(in_roff(line))
        elif out and not out[-1].startswith(".SH"):
            out.append(".PP")
    return out + ([".fi"] if verbatim else [])


def verbs_of(text):
    """The subcommands that a help lists."""
    found = re.search(r"^Subcommands:\n((?:  .*\n)+)", text, re.M)
    return re.findall(r"^  (\w[\w-]*)", found[1], re.M) if found else []


def verb_sections(path, text, verbs=()):
    """What the help of each subcommand, and of theirs, tells besides --help: arguments and options."""
    out = []
    for verb in verbs_of(text):
        words = (*verbs, verb)
        said = said_by(path, *words, "--help")
        usage = re.search(r"^Usage: (.*)$", said, re.M)[1]
        own = said.partition("\nExamples:")[0]
        lists = re.findall(r"^(?:Positionals|Options):\n((?:  .*\n)+)", own + "\n", re.M)
        lines = [line for line in "".join(lists).splitlines() if not line.startswith("  -h,--help")]
        if lines:
            out += [f".SS {in_roff(usage)}", *help_in_roff(lines)]
        out += verb_sections(path, own, words)
    return out


def man_page(program, version, text, sections=()):
    purpose, _, rest = text.partition("\n")
    lines = rest.splitlines()
    usage = next(line for line in lines if line.startswith("Usage: "))
    files, see_also = PAGES[program]
    purpose = purpose.partition(": ")[2].rstrip(".")
    page = [f'.TH {program.upper()} 1 "" "OpenClaw Broker {version}" "OpenClaw Broker"', ".SH NAME",
            f"{in_roff(program)} \\- {in_roff(purpose[0].lower() + purpose[1:])}", ".SH SYNOPSIS",
            f"\\fB{in_roff(program)}\\fR {in_roff(usage.removeprefix('Usage: ' + program).strip())}"]
    body = lines[lines.index(usage) + 1:]
    if not any(line.strip() == "Options:" for line in body):
        body = ["Options:", *body]
    page += help_in_roff(body) + [".SH ARGUMENTS OF SUBCOMMANDS", *sections] * bool(sections)
    page += [".SH FILES"] + list_in_roff(files)
    if "Exit codes" not in text:
        page += [".SH EXIT STATUS"] + list_in_roff(EXIT_CODES)
    text = "\n".join(page + [".SH SEE ALSO", in_roff(see_also)]) + "\n"
    return text.replace("\n.PP\n.PP", "\n.PP").replace("\n.PP\n.SH", "\n.SH")


def script_page(name, version):
    """Of a help that is a usage, a paragraph, and options without a heading."""
    script, purpose, files, see_also = SCRIPTS[name]
    usage, _, rest = said_by(script, "--help").partition("\n")
    text, _, options = rest.strip().partition("\n\n")
    page = [f'.TH {name.upper()} 8 "" "OpenClaw Broker {version}" "OpenClaw Broker"', ".SH NAME",
            f"{in_roff(name)} \\- {purpose}", ".SH SYNOPSIS", f"\\fB{in_roff(name)}\\fR {in_roff(usage.split(' ', 2)[2])}",
            ".SH DESCRIPTION", *map(in_roff, text.splitlines()), ".SH OPTIONS", *help_in_roff(options.splitlines()),
            ".SH FILES", *list_in_roff(files), ".SH SEE ALSO", in_roff(see_also)]
    return "\n".join(page) + "\n"


def write_examples(folder, programs):
    folder.mkdir(parents=True, exist_ok=True)
    for name, (program, place, settings) in EXAMPLES.items():
        if (programs / program).exists():
            (folder / name).write_text(env_example(said_by(programs / program, "--help-env"), place, settings))


def write_pages(folder, programs):
    folder.mkdir(parents=True, exist_ok=True)
    for program in PAGES:
        path = programs / program
        if path.exists():
            version = said_by(path, "--version").split()[-1]
            text = said_by(path, "--help")
            (folder / f"{program}.1").write_text(man_page(program, version, text, verb_sections(path, text)))
    if (programs / "openclaw").exists():
        version = said_by(programs / "openclaw", "--version").split()[-1]
        for name in SCRIPTS:
            (folder / f"{name}.8").write_text(script_page(name, version))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build" / "dev" / "bin")
    parser.add_argument("--to", type=pathlib.Path, default=ROOT)
    parser.add_argument("--man", type=pathlib.Path)
    arguments = parser.parse_args()
    if arguments.man:
        write_pages(arguments.man, arguments.bin)
    else:
        write_examples(arguments.to / "deploy" / "env.examples", arguments.bin)


if __name__ == "__main__":
    main()
