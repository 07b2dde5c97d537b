#!/usr/bin/env python3
"""Writes what the programs themselves can tell: deploy/env.examples and docs/man. Run it after a change of a table of
variables or of a help text; test/e2e/documents_test.py compares.

usage: deploy/make_documents.py [--bin DIR] [--to DIR]     (build/dev/bin; this repository)
"""
import argparse
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[1]
SERVICES = ("openclaw-broker", "openclaw-runner", "openclaw-bot")

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


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build" / "dev" / "bin")
    parser.add_argument("--to", type=pathlib.Path, default=ROOT)
    arguments = parser.parse_args()
    examples = arguments.to / "deploy" / "env.examples"
    examples.mkdir(parents=True, exist_ok=True)
    for name, (program, place, settings) in EXAMPLES.items():
        if (arguments.bin / program).exists():
            (examples / name).write_text(env_example(said_by(arguments.bin / program, "--help-env"), place, settings))


if __name__ == "__main__":
    main()
