#!/usr/bin/env python3
"""Checks the licences of everything that is built in, and writes NOTICE.md.

    tests/licences.py           every licence is on the allow-list, and NOTICE.md is up to date
    tests/licences.py --write   writes NOTICE.md

Reads `cargo metadata` for `--features full`. Standard library only.
"""

import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
NOTICE = ROOT / "NOTICE.md"
PLATFORM = "x86_64-unknown-linux-gnu"

# In the order in which one is chosen where a crate leaves the choice. All of them allow use in a program under any
# terms; none asks for source. `Unicode-3.0` covers tables of character properties.
ALLOWED = [
    "MIT", "Apache-2.0", "0BSD", "Zlib", "BSL-1.0", "Unicode-3.0", "ISC", "BSD-2-Clause", "BSD-3-Clause", "MIT-0",
    "Unlicense", "CC0-1.0", "Apache-2.0 WITH LLVM-exception",
]


def chosen(expression):
    """The licences under which a crate is taken, of an SPDX expression; None if no choice is allowed."""
    tokens = re.findall(r"[()]|[^\s()]+", expression.replace("/", " OR "))

    def either():
        options = [both()]
        while tokens[:1] == ["OR"]:
            tokens.pop(0)
            options.append(both())
        allowed = [option for option in options if option is not None]
        return min(allowed, key=lambda option: [ALLOWED.index(name) for name in option], default=None)

    def both():
        parts = [single()]
        while tokens[:1] == ["AND"]:
            tokens.pop(0)
            parts.append(single())
        return None if None in parts else sorted({name for part in parts for name in part}, key=ALLOWED.index)

    def single():
        name = tokens.pop(0)
        if name == "(":
            inner = either()
            tokens.pop(0)
            return inner
        if tokens[:1] == ["WITH"]:
            tokens.pop(0)
            name += " WITH " + tokens.pop(0)
        return [name] if name in ALLOWED else None

    return either()


def metadata():
    command = ["cargo", "metadata", "--format-version", "1", "--features", "full", "--locked", "--filter-platform", PLATFORM]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)


def shipped(meta):
    """Ids of the packages that are part of the built library, module or program: no build scripts, macros or tests."""
    nodes = {node["id"]: node for node in meta["resolve"]["nodes"]}
    packages = {package["id"]: package for package in meta["packages"]}
    seen = set()
    todo = list(meta["workspace_members"])
    while todo:
        at = todo.pop()
        if at in seen or any("proc-macro" in target["kind"] for target in packages[at]["targets"]):
            continue
        seen.add(at)
        for dependency in nodes[at]["deps"]:
            if any(kind["kind"] is None for kind in dependency["dep_kinds"]):
                todo.append(dependency["pkg"])
    return [packages[at] for at in seen - set(meta["workspace_members"])]


def copyright_lines(package):
    """The copyright lines of a package's licence files, else its authors."""
    folder = pathlib.Path(package["manifest_path"]).parent
    lines = []
    for file in sorted(folder.iterdir()):
        if not re.match(r"(?i)(licen[cs]e|copying|copyright|notice)", file.name) or not file.is_file():
            continue
        for line in file.read_text("utf-8", "replace").splitlines():
            line = line.strip(" \t*#/")
            is_template = re.search(r"yyyy|<year>|<name|\[", line) or "Free Software Foundation" in line
            if re.match(r"(?i)(copyright\s*(\(c\)|©|\d)|©)", line) and not is_template and line not in lines:
                lines.append(line)
    if any(re.search(r"[a-z]", re.sub(r"(?i)copyright|\(c\)", "", line)) for line in lines):
        return lines
    authors = [re.sub(r"\s*<[^>]*>", "", author) for author in package["authors"]]
    return lines + (authors or [f"the authors of {package['name']}"])


def row(package):
    names = " AND ".join(chosen(package["license"]) or ["?"])
    who = "; ".join(copyright_lines(package)).replace("|", "\\|")
    source = package["repository"] or f"https://crates.io/crates/{package['name']}"
    return f"| [{package['name']}]({source}) {package['version']} | {names} | {who} |"


def notice(packages):
    packages = sorted(packages, key=lambda package: (package["name"], package["version"]))
    is_grammar = lambda package: package["name"].startswith("tree-sitter-") and package["name"] != "tree-sitter-language"
    head = ["| crate | licence | copyright |", "|---|---|---|"]
    return "\n".join([
        "# Notices",
        "",
        "LeIndex is licensed under [MIT](LICENSE-MIT) or [Apache-2.0](LICENSE-APACHE), at your choice. What follows is",
        f"compiled into it with all features (`full`) for {PLATFORM}; where a crate offers several licences, the one named",
        "is the one taken. Other platforms add their system bindings. Written by `tests/licences.py --write` from `cargo metadata`.",
        "",
        "## Grammars",
        "",
        *head,
        *map(row, filter(is_grammar, packages)),
        "",
        "## Libraries",
        "",
        *head,
        *(row(package) for package in packages if not is_grammar(package)),
        "",
        "The Rust standard library: MIT, Copyright (c) The Rust Project Developers.",
        "",
        "## Data",
        "",
        "The vocabulary of the `o200k_base` tokenizer comes with `bpe-openai`; OpenAI publishes it with `tiktoken` under MIT.",
        "",
    ])


def main():
    meta = metadata()
    members = set(meta["workspace_members"])
    built = {node["id"] for node in meta["resolve"]["nodes"]}
    refused = [
        f"{package['name']} {package['version']}: {package['license']}"
        for package in meta["packages"]
        if package["id"] in built - members and chosen(package["license"] or "unknown") is None
    ]
    if refused:
        sys.exit("licences that are not on the list in tests/licences.py:\n  " + "\n  ".join(refused))
    text = notice(shipped(meta))
    if "--write" in sys.argv[1:]:
        NOTICE.write_text(text, "utf-8")
    elif not NOTICE.exists() or NOTICE.read_text("utf-8") != text:
        sys.exit("NOTICE.md is not what is built: run `python3 tests/licences.py --write` and commit it")
    print(f"licences: {len(built - members)} packages, all allowed")


if __name__ == "__main__":
    main()
