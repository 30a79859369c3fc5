#!/usr/bin/env python3
"""Compares the control flow of Java functions with the bytecode that javac makes of them.

    javac -g -d CLASSES …                                                  the classes of a project's sources
    cargo run -q -p leindex-queries --example rows -- --flow-json SOURCES > flow.json
    tests/oracles/java_flow.py flow.json CLASSES [--examples N]

For each function (closures are functions of their own) both sides say which line *can reach* which, over the lines where
a statement begins on both sides; a line reaches itself if it is in a cycle. What is inside a statement of several lines
counts as its first line. Bytecode has an edge from each instruction that may
throw to each handler around it; errors that nothing handles are left out. What javac only books on a line is left out too:
a jump where ours has none, what is not the beginning of the handler on the line of a `catch` (the end of the `try` is
there), closing resources, the return that follows an inlined `finally`; and as javac lets a jump to a jump go straight to its end, bytecode
cannot say what does not reach a line of a jump alone.

What javac makes and nobody wrote (bridges, constructors; on the line of a class and no other) and functions that it never
saw a body of (abstract, native) are no functions of both sides, and counted apart.
"""

import argparse
import collections
import functools
import json
import os
import re
import subprocess

THROWING = re.compile(
    r"invoke|get(field|static)|put(field|static)|athrow|[abcdfils]a(load|store)$|[il](div|rem)$|new|anewarray|multianewarray|checkcast|arraylength|monitor"
)
HEADER = re.compile(r"^  (?! )(?:.*?([\w$.]+)\((.*)\)(?: throws .*)?|static \{\});$")
INSTRUCTION = re.compile(r"^\s+(\d+): (\w+)\s*(.*)$")
SWITCH_TARGET = re.compile(r"^\s+(?:-?\d+|default): (\d+)\s*$")
LINE = re.compile(r"^\s+line (\d+): (\d+)$")
HANDLER = re.compile(r"^\s+(\d+)\s+(\d+)\s+(\d+)\s+(?:Class |any$)")


class Method:
    def __init__(self, source, owner, name):
        self.source, self.owner, self.name = source, owner, name
        self.code, self.targets, self.lines, self.handlers = [], {}, {}, []


def methods(classes):
    """Every method of the class files in a folder that has code and lines."""
    files = [os.path.join(folder, name) for folder, _, names in sorted(os.walk(classes)) for name in sorted(names) if name.endswith(".class")]
    for at in range(0, len(files), 200):
        text = subprocess.run(["javap", "-c", "-p", "-l"] + files[at : at + 200], capture_output=True, text=True, check=True).stdout
        yield from parse(text)


def parse(text):
    source = owner = method = switch = None
    for line in text.split("\n"):
        if line.startswith("Compiled from"):
            source = line.split('"')[1]
            continue
        header = HEADER.match(line)
        if header or not line.startswith(" "):
            if method and method.code:
                yield method
            method = None
        if found := re.match(r"^[\w ]*?(?:class|interface|enum) ([\w$.]+)", line):
            owner = found.group(1).split("<")[0]
        elif header:
            name = header.group(1) or "<clinit>"
            method = Method(source, owner, "<init>" if name == owner else name)
        elif method:
            if found := INSTRUCTION.match(line):
                if switch is None:
                    method.code.append((int(found.group(1)), found.group(2), found.group(3)))
                    if found.group(2) in ("tableswitch", "lookupswitch"):
                        switch = method.targets.setdefault(int(found.group(1)), [])
                    continue
            if switch is not None:
                if found := SWITCH_TARGET.match(line):
                    switch.append(int(found.group(1)))
                elif "}" in line:
                    switch = None
            elif found := LINE.match(line):
                method.lines[int(found.group(2))] = int(found.group(1))
            elif found := HANDLER.match(line):
                method.handlers.append(tuple(int(part) for part in found.groups()))
    if method and method.code:
        yield method


def bytecode(method, function):
    """Edges between instructions, and the lines of those that have one of their own."""
    offsets = [offset for offset, _, _ in method.code]
    following = dict(zip(offsets, offsets[1:]))
    handlers = {to for _, _, to in method.handlers}
    edges, at_line, line = {}, {}, 0
    seen, jumps, others = set(), set(), set()
    for offset, operation, rest in method.code:
        if offset in method.lines:
            seen.add(line)
            line = method.lines[offset]
            # A value kept over a `finally` is loaded and returned.
            rest_of = [name for at, name, _ in method.code if at >= offset][:2]
            kept = line in seen and len(rest_of) == 2 and re.match(r"[adfil]load", rest_of[0]) and rest_of[1].endswith("return")
            # Closing a resource after an error is booked on the line of its `try`, otherwise on that of the last brace.
            kept = kept or offset in handlers and function.line_of(line) in function.closed
            kept = kept or (line in seen or function.cleans) and rest_of[0].endswith("return")
        (jumps if operation.startswith("goto") else others).add(function.line_of(line))
        only_jumps = operation.startswith("goto") and line not in function.jumps
        if not (only_jumps or kept or line in function.catches and offset not in handlers):
            at_line[offset] = function.line_of(line)
        if operation.startswith("goto"):
            targets = [int(rest.split()[0])]
        elif operation.startswith("if"):
            targets = [int(rest.split()[0]), following.get(offset)]
        elif operation in ("tableswitch", "lookupswitch"):
            targets = list(method.targets.get(offset, []))
        elif operation.endswith("return") or operation == "athrow":
            targets = []
        else:
            targets = [following.get(offset)]
        if THROWING.match(operation):
            targets += [to for first, last, to in method.handlers if first <= offset < last]
        edges[offset] = [target for target in targets if target is not None]
    return edges, at_line, offsets[0], jumps - others


def reachable(edges, start):
    seen, stack = {start}, [start]
    while stack:
        for target in edges.get(stack.pop(), ()):
            if target not in seen:
                seen.add(target)
                stack.append(target)
    return seen


def relation(edges, line_of, entry, lines):
    """Pairs of lines of which the first can reach the second, among nodes that run; a line itself by a cycle."""
    pairs = set()
    for node in reachable(edges, entry):
        line = line_of.get(node)
        if line in lines:
            after = set().union(*(reachable(edges, target) for target in edges.get(node, ())))
            pairs.update((line, line_of[other]) for other in after if line_of.get(other) in lines and (line_of[other] != line or other == node))
    return pairs


@functools.cache
def class_lines(path):
    """The lines on which a class begins, an anonymous one too."""
    with open(path, encoding="utf-8", errors="replace") as source:
        return {line for line, text in enumerate(source, 1) if re.search(r"\b(class|enum|interface|record)\b|\bnew\b|@", text)}


class Function:
    """A region of ours."""

    def __init__(self, row, index):
        region = row["regions"][index]
        self.path, self.name = row["path"], row["name"] if index == 0 else ""
        self.first, self.last, self.entry = region["start_line"], region["end_line"], region["entry"]
        nodes = range(region["entry"], region["exit"] + 1)
        spans, kinds = {}, collections.defaultdict(set)
        for node in nodes:
            held = row["nodes"][node]
            if held["kind"] not in ("entry", "exit", "cleanup", "case"):
                spans[node] = (held["start_line"], held["end_line"])
                kinds[held["start_line"]].add(held["kind"])
        closing = [node for node in nodes if row["nodes"][node]["kind"] == "cleanup"]
        self.cleans = bool(closing)
        # Of statements around a line the outermost.
        outer = {}
        for first, last in sorted(set(spans.values()), key=lambda span: (span[0] - span[1], span)):
            for line in range(first, last + 1):
                outer.setdefault(line, first)
        self.lines = {node: outer[first] for node, (first, _) in spans.items()}
        # A `finally` begins on a line without a statement.
        self.closed = {outer[line] for node in closing if (line := row["nodes"][node]["start_line"]) in kinds}
        self.line_of = lambda line: outer.get(line, line)
        self.jumps = {line for line, of in kinds.items() if "jump" in of}
        self.catches = {line for line, of in kinds.items() if of == {"catch"}}
        self.edges = collections.defaultdict(list)
        for source, target, _ in row["edges"]:
            if region["entry"] <= source <= region["exit"]:
                self.edges[source].append(target)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("flows", help="JSON lines of `rows --flow-json`")
    parser.add_argument("classes", help="folder of class files, compiled with -g")
    parser.add_argument("--examples", type=int, default=20, help="how many differences to print")
    options = parser.parse_args()

    functions = collections.defaultdict(list)
    with open(options.flows, encoding="utf-8") as flows:
        for text in flows:
            row = json.loads(text)
            if row["name"]:
                for index in range(len(row["regions"])):
                    function = Function(row, index)
                    functions[os.path.basename(function.path)].append(function)

    compared = {}
    skipped, apart = collections.Counter(), collections.Counter()
    taken = collections.defaultdict(list)
    for method in methods(options.classes):
        synthetic = re.match(r"(access\$|\$(deserialize|values)|values$|valueOf$)", method.name) or not method.lines
        if method.name == "<clinit>" or synthetic:
            continue
        lines = set(method.lines.values())
        place = os.path.join(*method.owner.split(".")[:-1], method.source)
        held = [function for function in functions[method.source] if function.path.endswith(place)]
        if not held:
            apart["of a source that was not read"] += 1
            continue
        # Initial values of fields are part of each constructor's bytecode.
        around = [function for function in held if any(function.first <= line <= function.last for line in lines)]
        if method.name != "<init>":
            around = [function for function in around if all(function.first <= line <= function.last for line in lines)]
        else:
            simple = re.split(r"[.$]", method.owner)[-1]
            around = [function for function in around if function.name == simple]
        if not around:
            made = "constructor" if method.name == "<init>" else "bridge" if "lambda$" not in method.name and lines <= class_lines(held[0].path) else ""
            if made:
                apart[f"{made} made by javac"] += 1
            else:
                skipped["no function of ours"] += 1
            continue
        function = min(around, key=lambda function: (function.last - function.first, function.first))
        taken[(function.path, function.first, function.last)].append((method, function))

    twins = collections.Counter((function.path, function.first, function.last) for of in functions.values() for function in of)
    apart["ours that have no bytecode"] = sum(count for key, count in twins.items() if key not in taken)
    for key, rows in taken.items():
        if len(rows) > 1 or twins[key] > 1:
            skipped["several functions on the same lines"] += len(rows)
            continue
        method, function = rows[0]
        edges, theirs_of, start, jumps = bytecode(method, function)
        theirs_at, ours_at = reachable(edges, start), reachable(function.edges, function.entry)
        common = {theirs_of[node] for node in theirs_at if node in theirs_of} & {function.lines[node] for node in ours_at if node in function.lines}
        if not common:
            skipped["no common line: nothing to compare"] += 1
            continue
        ours = relation(function.edges, function.lines, function.entry, common)
        theirs = relation(edges, theirs_of, start, common)
        more = {(line, other) for line, other in ours - theirs if other not in jumps}
        compared[(function.path, function.first, function.name or method.name)] = (len(common), more, theirs - ours)

    total = len(compared) + sum(skipped.values())
    print(f"functions {total}, skipped {total - len(compared)} ({100 * (total - len(compared)) / max(1, total):.2f} %): {dict(skipped)}")
    print(f"no functions of both: {dict(apart)}")
    for least in (1, 2):
        chosen = [not more and not less for count, more, less in compared.values() if count >= least]
        print(f"compared with {least} or more common lines {len(chosen)}, equal {sum(chosen)} ({100 * sum(chosen) / max(1, len(chosen)):.2f} %)")
    different = [(key, more, less) for key, (_, more, less) in sorted(compared.items()) if more or less]
    for (path, line, name), more, less in different[: options.examples]:
        print(f"{path}:{line} {name}: only ours {sorted(more)[:6]}, only bytecode {sorted(less)[:6]}")


if __name__ == "__main__":
    main()
