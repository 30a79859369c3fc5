"""Control flow of Rust against rustc's own MIR: for every function, which line can run after which.

    python3 tests/oracles/rust_flow.py ROWS CRATE_DIR…        ROWS: the built example `rows`

Each crate's library is built with `--emit=mir` at optimisation level 0, debug assertions on (what they would be without is
gone), checks of overflow and of undefined behaviour off. A MIR
statement belongs to the innermost step that holds its span; unwind edges, storage markers, drops, moves of flags and unit
values are no statements of the source and left out, as are patterns of arms (MIR tests them all at once). Compared is,
over the lines of the steps that both sides have, the relation "a statement of line b can run after one of line a"; a line
runs after itself if it is in a cycle. Prints a JSON line a crate, and with DIFF=1 the functions that differ.
MIR_FEATURES are the features to build with, MIR_TARGET a target folder to keep.

Compared are functions, generic ones too, and closures with at least one such line; those with several are counted apart.
A function that only one side has is skipped, by reason, but for what is no function of both: bodies that the compiler
makes, and functions that are not in the syntax tree that is left when macros are expanded and `cfg` is applied.
"""

import collections
import glob
import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib

SPAN = re.compile(r"// scope \d+ at ([^\s:]+):(\d+):(\d+): (\d+):(\d+)")
# Waiting is no loop of the source: what a coroutine does between `yield` and going on is not looked at.
LEFT_OUT = {"unwind", "resume", "drop"}
AST_SPAN = re.compile(r"^ +span: ([^\s:]+):(\d+):(\d+): (\d+):(\d+)")
FLAGS = ["--emit=mir", "-Zmir-include-spans=on", "-Zmir-opt-level=0", "-Cdebug-assertions=on", "-Zub-checks=no", "-Coverflow-checks=off", "--cap-lints=allow"]
NOTHING = re.compile(r"^\s+(Storage\w+\(|FakeRead|PlaceMention|nop|AscribeUserType|Coverage|ConstEvalCounter|drop\(|goto |return;|unreachable;|resume|"
                     r"_\d+ = const (false|true|\(\)|ZeroSized: \(\));)")


class Function:
    """A MIR body: blocks of statements with spans, and where they go."""

    def __init__(self, name):
        self.name, self.blocks, self.edges, self.end = name, {}, {}, None
        self.coroutine = "{async" in name or "{coroutine" in name
        self.shell = False


def mir_functions(path):
    function, block, out = None, None, []
    for line in open(path, errors="replace"):
        if line.startswith("fn "):
            function = Function(line[3:].rsplit(" -> ", 1)[0])
            function.shell = "-> {async fn body" in line
            out.append(function)
        elif line.startswith(("const ", "static ", "alloc", "promoted")) or re.match(r"^\S+.*: .* = \{", line):
            function = None
        if function is None:
            continue
        head = re.match(r"^    bb(\d+)( \(cleanup\))?: \{", line)
        if head:
            block = int(head.group(1))
            function.blocks[block], function.edges[block] = [], []
            continue
        if block not in function.blocks or line.startswith(" " * 41):
            continue
        code, span = line.split("// scope")[0], SPAN.search(line)
        if span:
            at = (span.group(1), tuple(map(int, span.groups()[1:])))
            if code.strip() == "return;":
                function.end = at
            elif not NOTHING.match(code):
                function.blocks[block].append((at, code))
        target = re.search(r"-> \[(.*)\]", code)
        if target:
            function.edges[block] += [int(to) for kind, to in re.findall(r"(\w+): bb(\d+)", target.group(1)) if kind not in LEFT_OUT]
        elif target := re.search(r"goto -> bb(\d+)", code):
            function.edges[block].append(int(target.group(1)))
        # A call with one target and no brackets never returns: that is its unwind edge.
        elif target := re.search(r"^\s+(?:drop|assert|falseEdge|falseUnwind)\b.*-> bb(\d+);", code):
            function.edges[block].append(int(target.group(1)))
    return out


def environment(folder):
    return dict(os.environ, RUSTC_BOOTSTRAP="1", CARGO_TARGET_DIR=folder)


def cargo():
    features = os.environ.get("MIR_FEATURES", "")
    return ["cargo", "rustc", "--lib"] + (["--features", features] if features else []) + ["--"]


def build(crate, folder):
    done = subprocess.run(cargo() + FLAGS, cwd=crate, env=environment(folder), capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr[-2000:])
    with open(crate + "/Cargo.toml", "rb") as manifest:
        described = tomllib.load(manifest)
    name = described.get("lib", {}).get("name", described["package"]["name"]).replace("-", "_")
    return max(glob.glob(f"{folder}/debug/deps/{name}-*.mir"), key=os.path.getmtime)


def suspended(crate, folder):
    """The coroutines by their end, as they are before they are made into machines of states."""
    with tempfile.TemporaryDirectory() as dump:
        flags = [*FLAGS, "-Zdump-mir=closure & StateTransform", f"-Zdump-mir-dir={dump}", f"-Cmetadata={os.path.basename(dump)}"]
        done = subprocess.run(cargo() + flags, cwd=crate, env=environment(folder), capture_output=True, text=True)
        if done.returncode:
            sys.exit(done.stderr[-2000:])
        bodies = [body for path in sorted(glob.glob(dump + "/*.before.mir")) for body in mir_functions(path)]
    return {body.end: body for body in bodies if body.end}


def flows(rows, crate):
    """Regions with their nodes, by file."""
    regions = collections.defaultdict(list)
    for path in glob.glob(crate + "/src/**/*.rs", recursive=True):
        text = subprocess.run([rows, "--flow-json", path], capture_output=True, text=True, check=True).stdout
        for line in text.splitlines():
            flow = json.loads(line)
            if not flow["name"]:
                continue
            for index, region in enumerate(flow["regions"]):
                span = (region["start_line"], region["start_column"] + 1, region["end_line"], region["end_column"] + 1)
                nodes = {n: node for n, node in enumerate(flow["nodes"]) if node["region"] == index}
                edges = [edge for edge in flow["edges"] if edge[0] in nodes]
                regions[os.path.relpath(path, crate)].append((flow["name"], span, nodes, edges))
    return regions


def inside(inner, outer):
    return inner[:2] >= outer[:2] and inner[2:] <= outer[2:]


def reach(successors):
    """By node, all nodes that a way of one edge or more leads to."""
    out = {}
    for start in successors:
        seen, stack = set(), list(successors[start])
        while stack:
            node = stack.pop()
            if node not in seen:
                seen.add(node)
                stack += successors.get(node, ())
        out[start] = seen
    return out


def compare(function, file, region):
    """Lines, and the pairs that only one side has; whether calls that never return make all of the difference."""
    _, _, nodes, edges = region
    spans = {n: (node["start_line"], node["start_column"] + 1, node["end_line"], node["end_column"] + 1) for n, node in nodes.items()}
    usable = {n for n, node in nodes.items() if node["kind"] not in ("entry", "exit", "jump")}
    # The head of each `for`, by the step that evaluates what it goes through.
    heads = {source: target for source, target, _ in edges if source in nodes and nodes[target]["kind"] == "loop"}
    guarded = any(node["kind"] == "case" for node in nodes.values()) and any(
        nodes[source]["kind"] == "case" and nodes[target]["kind"] == "condition" for source, target, _ in edges if target in nodes)
    taken = {at for statements in function.blocks.values() for at, code in statements if "Iterator>::next(" in code}
    cyclic = {block for block, others in reach(function.edges).items() if block in others}
    placed, last = {}, set()
    for block, statements in function.blocks.items():
        for n, (at, code) in enumerate(statements):
            holders = [node for node in usable if at[0] == file and inside(at[1], spans[node])]
            if not holders:
                continue
            node = min(holders, key=lambda node: (spans[node][2] - spans[node][0], spans[node][3] - spans[node][1]))
            if nodes[node]["kind"] == "case":
                continue
            # A step with control inside runs after it: what MIR does for it before is no statement of its own.
            within = [other for other in usable if other != node and inside(spans[other], spans[node]) and spans[other] != spans[node]]
            if any(spans[other][0] > spans[node][0] and not inside(spans[other], at[1]) for other in within):
                continue
            if node in heads and at in taken and block in cyclic and "into_iter" not in code:
                node = heads[node]
            placed[block, n] = spans[node][0]
            if not function.edges[block] and n + 1 == len(statements):
                last.add(node)
            placed["node", node] = spans[node][0]
    # MIR: reach between blocks, and within one.
    between = reach(function.edges)
    theirs = set()
    rows = collections.defaultdict(list)
    for key, line in placed.items():
        if key[0] != "node":
            rows[key[0]].append((key[1], line))
    entered = reach_from(function.edges, 0)
    for block in entered & set(rows):
        order = [line for _, line in sorted(rows[block])]
        later = {line for other in between.get(block, ()) for _, line in rows.get(other, ())}
        for n, line in enumerate(order):
            theirs |= {(line, other) for other in order[n + 1:] if other != line} | {(line, other) for other in later if other != line}
            if block in between.get(block, ()):
                theirs.add((line, line))
    lines = {line for block in entered & set(rows) for _, line in rows[block]}
    common = {key[1]: line for key, line in placed.items() if key[0] == "node" and line in lines}
    ours = pairs(nodes, edges, common)
    added, missing = ours - theirs, theirs - ours
    reason = None
    if added or missing:
        cut = pairs(nodes, [edge for edge in edges if edge[0] not in last], common)
        reason = "callee never returns" if cut == theirs else "guards of disjoint patterns" if guarded and not missing else "other"
    return lines, added, missing, reason


def pairs(nodes, edges, common):
    """Of our graph: which of the common lines can run after which."""
    successors = {n: [] for n in nodes}
    for source, target, _ in edges:
        successors[source].append(target)
    between = reach(successors)
    return {(line, common[other]) for node, line in common.items() for other in between[node]
            if other in common and (common[other] != line or node == other)}


def reach_from(successors, start):
    seen, stack = set(), [start]
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            stack += successors.get(node, ())
    return seen


def seen_places(crate, folder):
    """By file, where the nodes of the syntax tree are that is left after macros and `cfg`: what is not there does not exist."""
    tree = subprocess.Popen(cargo() + ["-Zunpretty=ast-tree,expanded", "--cap-lints=allow"], cwd=crate, env=environment(folder),
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, errors="replace")
    places = collections.defaultdict(set)
    for line in tree.stdout:
        found = AST_SPAN.match(line)
        if found:
            places[found.group(1)].add(tuple(map(int, found.groups()[1:])))
    if tree.wait():
        sys.exit(f"no syntax tree of {crate}")
    return places


def made_by_compiler(function, crate, file, span):
    """What has a body that nobody wrote: derives, constructors of tuples, the shells of async functions, macros of other crates."""
    if function.shell:
        return "shell of an async function"
    if not os.path.exists(os.path.join(crate, file)) or os.path.isabs(file):
        return "from a macro of another crate"
    derived = re.search(r"<impl at ([^:]+):(\d+):(\d+): (\d+):(\d+)>", function.name)
    if derived and not text_at(crate, derived.group(1), int(derived.group(2)), int(derived.group(3))).startswith(("impl", "unsafe impl")):
        return "derived"
    if re.match(r"(pub\b(\([^)]*\))?\s*)?(struct\s|[A-Z$]\w*)", text_at(crate, file, *span[:2])):
        return "constructor of a tuple"
    return None


def text_at(crate, file, line, column):
    if os.path.isabs(file):
        return ""
    with open(os.path.join(crate, file)) as source:
        return source.read().split("\n")[line - 1][column - 1:]


def check(rows, crate, folder):
    regions = flows(rows, crate)
    skipped, apart, seen, different, coroutines = collections.Counter(), collections.Counter(), set(), [], None
    counts = dict(compared=0, equal=0, several_lines=0, several_equal=0, pairs_missing=0, pairs_added=0)
    for function in mir_functions(build(crate, folder)):
        at = function.end or next((at for statements in function.blocks.values() for at, _ in statements), None)
        if at is None:
            skipped["empty body"] += 1
            continue
        file, span = at
        close = [region for region in regions.get(file, ()) if region[1][2:] == span[2:]] if function.end else []
        if not function.end:
            close = [region for region in regions.get(file, ()) if inside(span, region[1])]
        region = min(close, key=lambda region: (region[1][2] - region[1][0], region[1][3] - region[1][1]), default=None)
        made = (function.shell or region is None) and made_by_compiler(function, crate, file, span)
        if made:
            apart[made] += 1
            continue
        # A text of a macro is one function, however often it is built.
        place = (file, region[1] if region else span)
        if place in seen:
            continue
        seen.add(place)
        if region is None:
            skipped["text of a macro"] += 1
            continue
        if function.coroutine:
            if coroutines is None:
                coroutines = suspended(crate, folder)
            function = coroutines.get(at)
        if function is None:
            skipped["coroutine"] += 1
            continue
        lines, added, missing, reason = compare(function, file, region)
        if not lines:
            skipped["no common line"] += 1
            continue
        equal = not added and not missing
        counts["compared"] += 1
        counts["equal"] += equal
        counts["several_lines"] += len(lines) > 1
        counts["several_equal"] += len(lines) > 1 and equal
        counts["pairs_added"] += len(added)
        counts["pairs_missing"] += len(missing)
        if not equal:
            different.append((reason, file, region[0], region[1][0], sorted(added)[:6], sorted(missing)[:6]))
    places = seen_places(crate, folder)
    for file, of in regions.items():
        for name, span, nodes, _ in of:
            if (file, span) in seen:
                continue
            if not any(inside(place, span) for place in places.get(file, ())):
                apart["not there after cfg"] += 1
            elif all(node["kind"] in ("entry", "exit") for node in nodes.values()):
                apart["declared without a body"] += 1
            else:
                skipped["no MIR"] += 1
                if os.environ.get("DIFF"):
                    print(f"  {file}:{span[0]} {name}: no MIR")
    return counts, skipped, apart, different


def main():
    rows, crates = os.path.abspath(sys.argv[1]), sys.argv[2:]
    total = [collections.Counter() for _ in range(4)]
    with tempfile.TemporaryDirectory() as folder:
        for crate in crates:
            counts, skipped, apart, different = check(rows, os.path.abspath(crate), os.environ.get("MIR_TARGET", folder))
            reasons = collections.Counter(row[0] for row in different)
            report(os.path.basename(crate.rstrip("/")), counts, reasons, skipped, apart)
            for whole, part in zip(total, (counts, reasons, skipped, apart)):
                whole.update(part)
            if os.environ.get("DIFF"):
                for reason, file, name, line, added, missing in different:
                    print(f"  {file}:{line} {name}: {reason}; only ours {added} only MIR {missing}")
    report("all", *total)


def report(name, counts, different, skipped, apart):
    functions = counts["compared"] + sum(skipped.values())
    print(json.dumps(dict(
        crate=name, **counts, equal_percent=round(100 * counts["equal"] / max(counts["compared"], 1), 2),
        several_percent=round(100 * counts["several_equal"] / max(counts["several_lines"], 1), 2), different=dict(different),
        skipped_percent=round(100 * sum(skipped.values()) / max(functions, 1), 2), skipped=dict(skipped), apart=dict(apart))), flush=True)


main()
