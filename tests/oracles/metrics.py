#!/usr/bin/env python3
"""Compares complexity as the `rows` example counts it with radon, bca, complexipy and cognitive_complexity.

    cargo build --release -p leindex-queries --example rows
    pip install radon big-code-analysis-cli complexipy cognitive_complexity
    tests/oracles/metrics.py target/release/examples/rows DIR… [options]

Functions are paired by file, name and place. How the tools' units are reconciled with symbols:

- radon has a `closures` list that forgets what lies in a class inside a function. So its visitor is run on every
  `def` of the file by itself; the number that it gives for that `def` is compared. It is the count of the body: default
  values and decorators are nobody's, `assert` is one decision whatever it asserts, lambdas and comprehensions belong to
  the function around, nested functions and classes do not.
- bca opens a space of its own for a function literal where its grammar has a node for it. One that is no symbol here is
  part of the function around, as in radon: its decisions (its value less one) are added to the nearest space that
  is a symbol. Its cognitive complexity is added as it stands.
- bca's space of an Elixir function is one clause. Its clauses are added up: that is one decision for the choice between
  each two of them, as here.
- complexipy and cognitive_complexity add nested functions to the function around: functions with a nested `def` are
  counted apart and not compared.

A function that only one side has is counted as unpaired (theirs/ours) and compared nowhere. JavaScript with
lines of more than 500 characters is left out: places in lines tell nothing apart there. Differences that are explained by
what is known of a tool are counted apart; the second share is of the rest.
"""

import argparse
import ast
import collections
import json
import os
import re
import subprocess
import sys
import tempfile

CALLABLE = {"function", "method", "constructor"}
LANGUAGES = {
    "py": "python", "pyi": "python", "java": "java", "cc": "cpp", "cpp": "cpp", "cxx": "cpp", "hpp": "cpp", "hh": "cpp", "c": "c",
    "rb": "ruby", "kt": "kotlin", "go": "go", "rs": "rust", "lua": "lua", "ex": "elixir", "exs": "elixir", "php": "php",
    "js": "javascript", "mjs": "javascript", "cjs": "javascript", "jsx": "javascript", "ts": "typescript", "tsx": "tsx", "cs": "csharp",
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rows", help="the built example")
    parser.add_argument("folders", nargs="+", metavar="DIR")
    parser.add_argument("--tool", action="append", choices=sorted(TOOLS), help="only this one")
    parser.add_argument("--metric", choices=["cyclomatic", "cognitive"], help="only this one")
    parser.add_argument("--language", action="append", help="only this language")
    parser.add_argument("--bca", default="bca", help="its program")
    parser.add_argument("--show", type=int, default=3, metavar="N", help="examples of each class of difference")
    parser.add_argument("--unpaired", action="store_true", help="also examples of functions that only one side has")
    parser.add_argument("--min", type=float, help="fail if a cyclomatic share, what is known set apart, is less")
    options = parser.parse_args()

    tables = collections.defaultdict(Table)
    for folder in options.folders:
        ours = symbols_of(options, folder)
        for tool in options.tool or TOOLS:
            for path, found, metrics in TOOLS[tool](options, folder, ours):
                language = LANGUAGES.get(path.rsplit(".", 1)[-1])
                if language and (not options.language or language in options.language) and not minified(path, source(folder, path)):
                    for metric in metrics:
                        if options.metric in (None, metric):
                            tables[tool, language, metric].add(folder, path, ours.get(path, []), found, metric, language, tool)

    print(f"{'tool':<22}{'language':<12}{'metric':<12}{'compared':>9}{'equal':>9}{'share':>9}{'apart':>7}{'share':>9}{'unpaired':>10}")
    failed = []
    for (tool, language, metric), table in sorted(tables.items()):
        if not table.compared:
            continue
        apart = sum(len(cases) for label, cases in table.different.items() if label != OTHER)
        raw, rest = table.equal / table.compared, table.equal / max(1, table.compared - apart)
        print(
            f"{tool:<22}{language:<12}{metric:<12}{table.compared:>9}{table.equal:>9}{raw:>9.4f}{apart:>7}{rest:>9.4f}"
            f"{f'{table.theirs}/{table.ours}':>10}"
        )
        if options.min is not None and metric == "cyclomatic" and rest < options.min:
            failed.append(f"{tool} {language}: {rest:.4f}")
    for (tool, language, metric), table in sorted(tables.items()):
        unpaired = {"unpaired": table.lonely} if options.unpaired and table.lonely else {}
        for label, cases in sorted([*table.different.items(), *unpaired.items()], key=lambda entry: -len(entry[1])):
            print(f"\n{tool} {language} {metric}: {len(cases)} {label}")
            for file, line, name, mine, other in cases[:: max(1, len(cases) // max(1, options.show))][: options.show]:
                print(f"    {file}:{line} {name} ours {mine}, theirs {other}")
    if failed:
        raise SystemExit(f"less than {options.min}: {', '.join(failed)}")


class Table:
    """What one tool and we say of one metric in one language."""

    def __init__(self):
        self.compared = self.equal = self.ours = self.theirs = 0
        self.different = collections.defaultdict(list)
        self.lonely = []

    def add(self, folder, path, ours, found, metric, language, tool):
        taken = set()
        for symbol, values in found:
            if symbol is None:
                self.theirs += 1
                self.lonely.append((os.path.join(folder, path), values["line"], values["name"], "-", values[metric]))
                continue
            taken.add(id(symbol))
            if values[metric] is None:
                continue
            mine, other = symbol["metrics"][metric], values[metric]
            self.compared += 1
            if mine == other:
                self.equal += 1
            else:
                text = source(folder, path)[symbol["start_line"] - 1 : symbol["end_line"]]
                label = known(tool, language, metric, "\n".join(text), values.get("inside"), mine, other)
                self.different[label].append((os.path.join(folder, path), symbol["name_line"], symbol["name"], mine, other))
        for symbol in ours:
            if id(symbol) not in taken and not symbol["declaration"]:
                self.ours += 1
                self.lonely.append((os.path.join(folder, path), symbol["name_line"], symbol["name"], symbol["metrics"][metric], "-"))


OTHER = "other differences"
COMPREHENSION = r"(?m)[\[({][^\n]*\bfor\b[^\n]*\bin\b|\bfor\b[^:\n]*\bin\b[^:\n]*$|^\s*for\b[^\n]*\bin\b[^\n]*[\])}]"
# What is known of the tools: a sentence, the tool, its languages, the metric, what the function's text has then, and
# whether they (-1) or we (1) count more; 0 for either.
KNOWN = [
    ("an `assert` is one decision in radon; bca adds its operands", "bca", {"python"}, "cyclomatic", r"\bassert\b", -1),
    ("default values are nobody's in radon; bca counts them", "bca", {"python"}, "cyclomatic", r"=[^\n]*\b(if|or|and)\b", -1),
    ("bca takes the `||` of a closure in a macro's argument for an operator", "bca", {"rust"}, "cyclomatic", r"!\s*[({\[][\s\S]*\|\|", -1),
    ("bca does not see the `?` in a macro's argument", "bca", {"rust"}, "cyclomatic", r"!\s*[({\[][\s\S]*\?", 1),
    (
        "an `#if` across a statement or a macro that is no expression breaks bca's parse",
        "bca", {"c", "cpp", "csharp"}, "cyclomatic", r"(?m)^\s*#\s*(if|else|elif)|^\s*[A-Z_]{3,}\s*\([^;]*$", 0,
    ),
    ("null coalescing is a shorthand; bca counts it", "bca", {"php", "kotlin", "javascript", "typescript", "tsx", "csharp"}, "cognitive", r"\?\?|\?:|\|\|=|&&=", -1),
    (
        "a function literal that is given a name begins at nesting 0; bca begins it nested",
        "bca", {"javascript", "typescript", "tsx", "lua"}, "cognitive", r"\A[\s\S]{,600}?(=>|[=:]\s*(async\s*)?function|\bfunction\*?\s*\()", -1,
    ),
    ("a comprehension is a shorthand; bca counts its clauses", "bca", {"python"}, "cognitive", COMPREHENSION, -1),
    ("a comprehension is a shorthand; complexipy counts it", "complexipy", {"python"}, "cognitive", COMPREHENSION, -1),
]


def known(tool, language, metric, text, inside, mine, other):
    """The class of a difference: the first of `KNOWN` that fits, else `OTHER`."""
    if tool == "bca" and metric == "cognitive" and inside:
        return "a function inside another begins at nesting 0; bca begins it nested"
    for label, of_tool, of_languages, of_metric, pattern, sign in KNOWN:
        fits = tool == of_tool and language in of_languages and metric == of_metric and (mine - other) * sign >= 0
        if fits and re.search(pattern, text):
            return label
    return OTHER


def symbols_of(options, folder):
    """Path to its callables, in order."""
    found = collections.defaultdict(list)
    lines = subprocess.run([options.rows, "--metrics", folder], check=True, capture_output=True).stdout.decode(errors="replace")
    for line in lines.splitlines():
        symbol = json.loads(line)
        if symbol["kind"] in CALLABLE:
            found[symbol["path"]].append(symbol)
    return found


SOURCES = {}


def minified(path, lines):
    """Whether places in lines tell no functions apart."""
    return path.endswith(".js") and max(map(len, lines)) > 500


def source(folder, path):
    key = os.path.join(folder, path)
    if key not in SOURCES:
        SOURCES[key] = open(key, encoding="utf-8", errors="replace").read().split("\n")
    return SOURCES[key]


def python_functions(folder, ours):
    """Path and nodes of every `def` of every Python file that parses."""
    for path in sorted(ours):
        if path.endswith(".py"):
            try:
                tree = ast.parse("\n".join(source(folder, path)))
            except (SyntaxError, ValueError):
                continue
            yield path, [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]


def of_python(ours, node):
    """The symbol of a `def`."""
    return next((symbol for symbol in ours if symbol["name"] == node.name and symbol["name_line"] == node.lineno), None)


def place(node):
    return {"line": node.lineno, "name": node.name}


def radon(options, folder, ours):
    from radon.visitors import ComplexityVisitor

    for path, nodes in python_functions(folder, ours):
        found = []
        for node in nodes:
            visitor = ComplexityVisitor(off=False)
            visitor.visit(node)
            found.append((of_python(ours[path], node), {"cyclomatic": visitor.functions[0].complexity, **place(node)}))
        yield path, found, ["cyclomatic"]


def nests(node):
    return any(isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) for inner in ast.walk(node) if inner is not node)


def cognitive_complexity(options, folder, ours):
    from cognitive_complexity.api import get_cognitive_complexity

    for path, nodes in python_functions(folder, ours):
        found = []
        for node in nodes:
            value = None if nests(node) else get_cognitive_complexity(node)
            found.append((of_python(ours[path], node), {"cognitive": value, **place(node)}))
        yield path, found, ["cognitive"]


def complexipy(options, folder, ours):
    import complexipy as tool

    for path, nodes in python_functions(folder, ours):
        nested = {node.lineno for node in nodes if nests(node)}
        try:
            functions = tool.file_complexity(os.path.join(folder, path)).functions
        except Exception:
            continue
        by_place = {(symbol["start_line"], symbol["name"]): symbol for symbol in ours[path]}
        by_place.update({(symbol["name_line"], symbol["name"]): symbol for symbol in ours[path]})
        found = []
        for function in functions:
            symbol = by_place.get((function.line_start, function.name.rsplit("::", 1)[-1]))
            inner = symbol is not None and symbol["name_line"] in nested
            value = None if inner else function.complexity
            found.append((symbol, {"cognitive": value, "line": function.line_start, "name": function.name}))
        yield path, found, ["cognitive"]


def bca(options, folder, ours):
    with tempfile.TemporaryDirectory() as scratch:
        out = os.path.join(scratch, "bca.json")
        command = [options.bca, "metrics", "--no-config", "--no-ignore", "--no-skip-generated", "--metrics", "cyclomatic,cognitive"]
        subprocess.run([*command, "-O", "json", "-o", out, folder], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        files = json.load(open(out, encoding="utf-8"))
    for file in files if isinstance(files, list) else [files]:
        path = os.path.relpath(file["name"], folder)
        if path in ours:
            yield path, paired(ours[path], file, source(folder, path)), ["cyclomatic", "cognitive"]


def paired(ours, file, lines):
    """The spaces of a file with their symbols; what has none is added to the one around, or is unpaired if it is named."""
    clauses = LANGUAGES.get(file["name"].rsplit(".", 1)[-1]) == "elixir"
    by_symbol = {}
    by_end = collections.defaultdict(list)
    for symbol in ours:
        by_end[symbol["end_line"]].append(symbol)
    taken, found = set(), []

    def visit(space, around, inside=False):
        values = {metric: space["metrics"][metric]["value"] for metric in ("cyclomatic", "cognitive")}
        values.update(line=space["start_line"], name=space["name"], inside=inside)
        symbol, name = None, re.split(r"::|[.:#]", str(space["name"]))[-1]
        named = not str(space["name"]).startswith(("<", "(")) and space["name"] is not None
        if space["kind"] == "function" and clauses:
            head = re.match(r"\s*def\w*[ (]+([\w?!]+)", lines[space["start_line"] - 1])
            named = head is not None
            around_it = [candidate for candidate in ours if candidate["start_line"] <= space["start_line"] and space["end_line"] <= candidate["end_line"]]
            symbol = min(
                (candidate for candidate in around_it if head and candidate["name"] == head[1]),
                key=lambda candidate: candidate["end_line"] - candidate["start_line"],
                default=None,
            )
            if symbol is not None and around is not None and around[0] is symbol:
                symbol, named = None, False
            elif symbol is not None and id(symbol) in by_symbol:
                around = by_symbol[id(symbol)]
                for metric in ("cyclomatic", "cognitive"):
                    around[1][metric] += values[metric]
                for inner in space["spaces"]:
                    visit(inner, around, True)
                return
        elif space["kind"] == "function":
            candidates = [
                candidate
                for end in (space["end_line"], space["end_line"] - 1)
                for candidate in by_end[end]
                if id(candidate) not in taken and candidate["start_line"] <= space["start_line"] <= max(candidate["name_line"], candidate["start_line"] + 3)
            ]
            symbol = next((candidate for candidate in candidates if candidate["name"].split("/")[0] == name), None)
            if symbol is None:
                # A literal that is bound to a name, and what only a macro names.
                same = [candidate for candidate in candidates if candidate["start_line"] == space["start_line"]]
                symbol = next((candidate for candidate in candidates if not named or [candidate] == same), None)
        if symbol is not None:
            taken.add(id(symbol))
            around = by_symbol[id(symbol)] = (symbol, values)
            found.append(around)
        elif space["kind"] == "function" and named:
            around = None
            found.append((None, values))
        elif space["kind"] == "function" and around is not None:
            around[1]["cyclomatic"] += values["cyclomatic"] - 1
            around[1]["cognitive"] += values["cognitive"]
        for inner in space["spaces"]:
            visit(inner, around, inside or space["kind"] == "function")

    for space in file["spaces"]:
        visit(space, None)
    return found


TOOLS = {"radon": radon, "bca": bca, "complexipy": complexipy, "cognitive_complexity": cognitive_complexity}

if __name__ == "__main__":
    sys.setrecursionlimit(10_000)
    main()
