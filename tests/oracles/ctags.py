#!/usr/bin/env python3
"""Compares the symbols of the `rows` example with those of universal-ctags.

    cargo run -q -p leindex-queries --example rows -- --defs DIR > defs.tsv
    ctags -R --output-format=json --fields=+nKe -f tags.json DIR
    tests/oracles/ctags.py defs.tsv tags.json [options]

A tag counts as found if there is a symbol of its name in its file whose name stands on its line, whatever the kind.
What is not found is sorted into classes of difference. ctags is a floor, not the truth: it reads no types, trips over
modern syntax, and invents names for what has none; look at the examples of each class before believing either side.
"""

import argparse
import collections
import json
import re

# Kinds of ctags, in all its languages, that every engine should find. Others are compared with --all.
COMPARED = {
    "function", "func", "method", "singletonMethod", "procedure", "subroutine", "macro", "generator", "getter", "setter",
    "constructor", "class", "struct", "union", "interface", "trait", "enum", "module", "namespace", "protocol", "object",
    "record", "type", "typedef", "alias", "functor", "implementation", "package object", "prototype",
}
INVENTED = re.compile(r"^(anon|Anonymous|anonymous|__anon|AnonymousFunction|anonymousFunction|function\()[A-Za-z_]*[0-9a-f]{4,}|^\$")


KEYWORDS = {"extends", "implements", "new", "from", "function", "return", "class", "default", "if", "for", "while", "switch"}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("defs", help="name, file, line, kind, separated by tabs: `rows --defs DIR`")
    parser.add_argument("tags", help="JSON lines of ctags, or of another oracle with the same keys")
    parser.add_argument("--prefix", default="", help="what the paths of the tags have before those of the symbols")
    parser.add_argument("--language", action="append", help="only tags of this language, as ctags calls it")
    parser.add_argument("--kind", action="append", help="only tags of this kind")
    parser.add_argument("--skip-kind", action="append", default=[], help="no tags of this kind")
    parser.add_argument("--all", action="store_true", help="tags of every kind")
    parser.add_argument("--errors", help="file, errors, bytes: `rows --errors DIR`; sets files with errors apart")
    parser.add_argument("--only-errors", action="store_true", help="only files in which --errors names an error")
    parser.add_argument("--show", type=int, default=5, metavar="N", help="examples of each class")
    parser.add_argument("--reverse", action="store_true", help="also count functions and types that ctags does not have")
    parser.add_argument("--min", type=float, help="fail if less than this share is found")
    options = parser.parse_args()

    lines = collections.defaultdict(set)
    names = collections.defaultdict(set)
    kinds = {}
    for row in open(options.defs, encoding="utf-8", errors="replace"):
        columns = row.rstrip("\n").split("\t")
        if len(columns) != 4:
            continue
        name, file, line, kind = columns
        lines[file, name].add(int(line))
        names[file, int(line)].add(name)
        kinds[file, name, int(line)] = kind
    files = {file for file, _ in lines}

    broken = set()
    if options.errors:
        for row in open(options.errors, encoding="utf-8"):
            file, errors, _ = row.rstrip("\n").split("\t")
            if int(errors):
                broken.add(file)

    found = collections.Counter()
    expected = collections.Counter()
    missing = collections.defaultdict(list)
    tagged = set()
    seen = set()
    for row in open(options.tags, encoding="utf-8", errors="replace"):
        tag = json.loads(row)
        if tag.get("_type") != "tag" or not tag["path"].startswith(options.prefix):
            continue
        if options.language and tag.get("language") not in options.language:
            continue
        file = tag["path"][len(options.prefix) :].lstrip("/")
        file = file[2:] if file.startswith("./") else file
        name, line, kind = tag["name"], tag.get("line", 0), tag.get("kind", "")
        tagged.add((file, name, line))
        wanted = options.all or (kind in options.kind if options.kind else kind in COMPARED)
        if not wanted or kind in options.skip_kind or (file, name, line, kind) in seen:
            continue
        if options.only_errors and file not in broken:
            continue
        seen.add((file, name, line, kind))
        expected[kind] += 1
        if line in lines.get((file, name), ()):
            found[kind] += 1
        else:
            missing[difference(tag, file, lines, names, files, broken)].append((file, line, kind, name))

    print(f"{'kind':<18}{'found':>8}{'expected':>10}{'share':>8}")
    for kind in sorted(expected, key=lambda kind: -expected[kind]):
        print(f"{kind:<18}{found[kind]:>8}{expected[kind]:>10}{found[kind] / expected[kind]:>8.4f}")
    total, all_found = sum(expected.values()), sum(found.values())
    share = all_found / total if total else 1.0
    print(f"{'all':<18}{all_found:>8}{total:>10}{share:>8.4f}")

    for label, cases in sorted(missing.items(), key=lambda entry: -len(entry[1])):
        print(f"\n{len(cases)} {label}")
        step = max(1, len(cases) // max(1, options.show))
        for file, line, kind, name in cases[::step][: options.show]:
            print(f"    {file}:{line} {kind} {name}")

    if options.reverse:
        extra = collections.Counter(
            kind
            for (file, name, line), kind in kinds.items()
            if (file, name, line) not in tagged and kind not in ("field", "variable", "constant", "type_alias")
        )
        print("\nnot in the tags: " + ", ".join(f"{kind} {count}" for kind, count in extra.most_common()))

    if options.min is not None and share < options.min:
        raise SystemExit(f"{share:.4f} found, {options.min} wanted")


def difference(tag, file, lines, names, files, broken):
    """The class of a tag that has no symbol."""
    name, line, text = tag["name"], tag.get("line", 0), tag.get("pattern", "")
    if INVENTED.match(name):
        return "the name is invented"
    if name in KEYWORDS:
        return "a keyword taken for a name"
    if re.fullmatch(r"[A-Z][A-Z0-9_]{3,}", name) and re.search(rf"^/\^\s*{name}\(", text):
        return "a macro call taken for a function"
    if file not in files:
        return "no symbol at all in the file"
    if tag.get("language") == "JavaScript" and tag["kind"] == "class" and not re.search(r"\bclass\b", text):
        return "an object literal or constructor function called a class"
    if re.search(r"^/\^\s*(import|export)\b[^=(]*\bfrom\b|^/\^\s*import\b", text):
        return "an import called a definition"
    last = re.split(r"[.:#\\]+", name)[-1]
    if any(last and (other == last or other.endswith(last) or other in name) for other in names.get((file, line), ())):
        return "another form of the name on the line"
    there = lines.get((file, name), ())
    if any(abs(other - line) <= 3 for other in there):
        return "found within three lines (a head over several lines)"
    if there:
        return "found elsewhere in the file"
    if names.get((file, line)):
        return "other symbols on the line"
    return "missing in a file with errors" if file in broken else "missing"


if __name__ == "__main__":
    main()
