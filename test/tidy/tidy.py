#!/usr/bin/env python3
"""Checks the rules of the tree that no compiler checks. Prints one line a violation; exits 1 when there is one.

usage: tidy.py [ROOT]
"""
import pathlib
import re
import sys

# Which folders a file of a folder may include (docs/ARCHITECTURE.md, "Layers"). The longest prefix wins.
LAYERS = {
    "actors/domain": ["actors/domain"],
    "actors/ports": ["actors/domain", "actors/ports"],
    "actors/protocol": ["actors/domain", "actors/ports", "actors/protocol"],
    "actors/shared": ["actors/domain", "actors/ports", "actors/protocol", "actors/shared"],
    "actors/broker": ["actors/domain", "actors/ports", "actors/protocol", "actors/shared", "actors/broker"],
    "actors/runner": ["actors/domain", "actors/ports", "actors/protocol", "actors/shared", "actors/runner"],
    "actors/bot": ["actors/domain", "actors/ports", "actors/protocol", "actors/shared", "actors/bot"],
    "storage": ["actors/domain", "actors/ports", "storage"],
    "llm": ["actors/domain", "actors/ports", "llm"],
    "net": ["actors/domain", "actors/ports", "actors/protocol", "net"],
    "apps": ["actors", "storage", "llm", "net", "apps"],
    "test": ["actors", "storage", "llm", "net", "apps", "test"],
}
# Which outside headers a folder may include; a folder that is not named may include none of them.
THIRD_PARTY = {
    "caf/": ["actors/protocol", "actors/shared", "actors/broker", "actors/runner", "actors/bot", "net", "apps",
             "test"],
    "boost/": ["net", "apps", "test"],
    "nlohmann/": ["net", "llm", "apps", "test"],
    "lmdb.h": ["storage"],
    "curl/": ["net", "llm", "apps"],
    "openssl/": ["storage", "net", "apps"],
    "spdlog/": ["actors/shared", "actors/broker", "actors/runner", "actors/bot", "storage", "llm", "net", "apps",
                "test"],
    "CLI/": ["apps"],
    "editline/": ["apps"],
    "sqlite3.h": ["apps"],
    "histedit.h": ["apps"],
    "catch2/": ["test"],
}
# Folders besides the layers that are rooms of their own: each says in a README what lives in it.
ROOMS = ["apps/cli", "apps/doctor", "apps/smoke", "deploy", "docs", "test/actors", "test/bench", "test/conformance", "test/crash",
         "test/e2e", "test/fake_discord", "test/fuzz", "test/support", "test/tidy", "test/unit"]
FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60
LINE_COLUMNS_MAX = 120
README_LINES_MAX = 10
CODE = {".cpp", ".hpp"}
PAGE = {".html", ".css", ".js"}
NAMES_FORBIDDEN = re.compile(r"(^|_)(utils?|helpers?|managers?|misc|common)(_|\.|$)")
WORDS_FORBIDDEN = [
    (re.compile(r"\bTO" + r"DO\b|\bFIX" + r"ME\b|\bXX" + r"X\b"), "an unfinished thought: do it or delete it"),
    (re.compile(r"std::reg" + r"ex\b|#include <reg" + r"ex>"), "std::regex overflows the stack on long lines"),
    (re.compile(r"#pragma GCC diagnostic ignored"), "warnings are mended, not silenced"),
]
SLEEPS = re.compile(r"sleep_for|sleep_until|\busleep\(|\bsleep\(\d")
VIRTUAL_TIME = ("test/unit", "test/actors", "test/conformance", "actors")


def folder_rule(path, rules):
    best = ""
    for folder in rules:
        if (path == folder or path.startswith(folder + "/")) and len(folder) > len(best):
            best = folder
    return best


def may_include(path, target):
    rule = folder_rule(path, LAYERS)
    return any(target == f or target.startswith(f + "/") for f in LAYERS[rule]) if rule else True


def without_text(line):
    """The line without string literals, character literals and line comments."""
    line = re.sub(r'"(\\.|[^"\\])*"', '""', line)
    line = re.sub(r"'(\\.|[^'\\])'", "''", line)
    return line.split("//")[0]


def function_name(head):
    """The head of a block, where it is the head of a function; else None."""
    head = head.strip()
    if re.match(r"(namespace|struct|class|enum|union|extern)\b", head):
        return None
    if re.match(r"(}?\s*else\s*)?(if|for|while|switch|catch)\b", head) or "](" in head.replace(" ", ""):
        return None
    ends = r"\)\s*(const|noexcept|override|final|mutable|&|->[^;{]*|:\s[^;]*|\s)*$"
    return head if re.search(ends, head) else None


def function_sizes(lines):
    """Yields (first line, length, head) of each outermost function body."""
    stack, head, raw = [], "", False
    for number, line in enumerate(lines, 1):
        line = re.sub(r'R"([a-zA-Z_]*)\(.*?\)\1"', '""', line)
        if raw or 'R"' in line:  # raw strings hold no code
            raw = not re.search(r'\)[a-zA-Z_]*"', line.split('R"')[-1])
            continue
        code = without_text(line)
        if code.lstrip().startswith("#"):
            continue
        for char in code:
            if char == "{":
                stack.append((number, function_name(head)))
            elif char == "}" and stack:
                start, name = stack.pop()
                if name and not any(outer for _, outer in stack):
                    yield start, number - start + 1, name
            head = "" if char in "{};" else head + char
        head += " "


def check_lines(root, path, lines, report):
    for number, line in enumerate(lines, 1):
        include = re.match(r'\s*#\s*include\s+(["<])([^">]+)[">]', line)
        if include and include[1] == '"':
            if not (root / include[2]).is_file():
                report(path, number, f"includes \"{include[2]}\", which is no file of this tree (from the root)")
            elif not may_include(path, include[2]):
                report(path, number, f"may not include {include[2]}: see LAYERS in test/tidy/tidy.py")
        elif include:
            for prefix, folders in THIRD_PARTY.items():
                if include[2].startswith(prefix) and not any(path.startswith(f + "/") for f in folders):
                    report(path, number, f"may not include <{include[2]}>: only {', '.join(folders)} may")
        if len(line) > LINE_COLUMNS_MAX and "http" not in line and 'R"' not in line:
            report(path, number, f"{len(line)} columns; at most {LINE_COLUMNS_MAX}")
        if SLEEPS.search(line) and path.startswith(VIRTUAL_TIME):
            report(path, number, "no sleeping here: time is virtual or waited for by an event")


def check_code(root, path, text, report):
    lines = text.splitlines()
    if len(lines) > FILE_LINES_MAX:
        report(path, 1, f"{len(lines)} lines; a file has at most {FILE_LINES_MAX}: split it by purpose")
    if path.endswith(".hpp") and "#pragma once" not in text:
        report(path, 1, "a header begins with #pragma once")
    check_lines(root, path, lines, report)
    for start, size, head in function_sizes(lines):
        if size > FUNCTION_LINES_MAX:
            report(path, start, f"a function of {size} lines; at most {FUNCTION_LINES_MAX}: {head[-50:]}")


def check_page(path, text, report):
    lines = text.splitlines()
    if len(lines) > FILE_LINES_MAX:
        report(path, 1, f"{len(lines)} lines; a file has at most {FILE_LINES_MAX}: split it by purpose")
    for number, line in enumerate(lines, 1):
        if len(line) > LINE_COLUMNS_MAX and "http" not in line:
            report(path, number, f"{len(line)} columns; at most {LINE_COLUMNS_MAX}")


def check_words(path, text, report):
    for number, line in enumerate(text.splitlines(), 1):
        for pattern, why in WORDS_FORBIDDEN:
            if pattern.search(line) and path != "test/tidy/tidy.py":
                report(path, number, why)


def check_dead_headers(texts, report):
    included = set()
    for text in texts.values():
        included.update(re.findall(r'#\s*include\s+"([^"]+)"', text))
    for path in texts:
        if path.endswith(".hpp") and path not in included:
            report(path, 1, "nobody includes this header: delete it")


def files_of(root):
    skipped = {"build", ".git", ".openclaw", "__pycache__", "node_modules"}
    for file in sorted(root.rglob("*")):
        parts = file.relative_to(root).parts
        if file.is_file() and not skipped.intersection(parts) and parts[:2] != ("test", "data"):
            yield file


def check_tree(root):
    found, texts = [], {}

    def report(path, line, why):
        found.append(f"{path}:{line}: {why}")

    for file in files_of(root):
        path = file.relative_to(root).as_posix()
        if NAMES_FORBIDDEN.search(file.name):
            report(path, 1, "a name that says nothing: call it after the one noun it defines")
        if file.suffix not in CODE | PAGE | {".py", ".sh", ".md", ".txt", ".cmake"} and file.name != "run":
            continue
        text = file.read_text(encoding="utf-8")
        check_words(path, text, report)
        if file.suffix in CODE:
            texts[path] = text
            check_code(root, path, text, report)
        elif file.suffix in PAGE:
            check_page(path, text, report)
        elif file.suffix == ".py" and len(text.splitlines()) > FILE_LINES_MAX:
            report(path, 1, f"a file has at most {FILE_LINES_MAX} lines")
        elif file.name == "README.md" and "/" in path and len(text.splitlines()) > README_LINES_MAX:
            report(path, 1, f"a folder's README has at most {README_LINES_MAX} lines")
    check_dead_headers(texts, report)
    for folder in [*LAYERS, *ROOMS]:
        if (root / folder).is_dir() and not (root / folder / "README.md").is_file():
            report(folder, 1, "has no README.md")
    return found


if __name__ == "__main__":
    tree = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    violations = check_tree(tree)
    for violation in violations:
        print(violation)
    print(f"tidy: {len(violations)} violations")
    sys.exit(1 if violations else 0)
