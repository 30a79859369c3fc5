"""Scores call edges against PyCG's micro-benchmark, all cases in one project.

usage: pycg.py EDGES_BINARY SNIPPETS [--misses]

EDGES_BINARY is the example `edges`; SNIPPETS is the folder `micro-benchmark/snippets` of the sdist of pycg 0.0.8.
Prints precision and recall over the edges between the cases' own functions, the same with built-in and external
edges of the truth counted as misses, and the number of edges that cross from one case into another (must be 0).
"""

import collections
import glob
import json
import os
import re
import subprocess
import sys


def dotted(path, descriptor):
    """The name PyCG gives to a symbol: module path inside the case, then the names."""
    stem = path[:-3].replace("/", ".")
    if stem.endswith(".__init__"):
        stem = stem[: -len(".__init__")]
    names = re.findall(r"`?([\w<>$]+)`?(?:\(\+?\d*\)\.|#|\.|/)", descriptor)
    return ".".join([stem, *names])


def truth(root):
    """Edges between the functions of each case, how many lead outside of it, and the names of the cases."""
    cases = sorted(os.path.dirname(path) for path in glob.glob(root + "/**/callgraph.json", recursive=True))
    inside = collections.defaultdict(set)
    outside = collections.Counter()
    for case in cases:
        name = os.path.relpath(case, root)
        for caller, callees in json.load(open(os.path.join(case, "callgraph.json"))).items():
            for callee in callees:
                own = any(
                    os.path.exists(os.path.join(case, *callee.split(".")[:depth]) + suffix)
                    for depth in range(1, 6)
                    for suffix in (".py", "/__init__.py")
                )
                if callee.startswith("<") or not own:
                    outside[name] += 1
                else:
                    inside[name].add((caller, callee))
    return inside, outside, [os.path.relpath(case, root) for case in cases]


def edges(binary, root):
    output = subprocess.run([binary, root, "--hierarchy"], capture_output=True, text=True, check=True).stdout
    return [json.loads(line) for line in output.splitlines()]


def found(edges, cases):
    """Calls of the cases' own functions as (case, (caller, callee), rule), and those that cross from case to case."""

    def case_of(path):
        return next((name for name in cases if path.startswith(name + "/")), None)

    own, crossing = [], []
    for edge in edges:
        if edge["kind"] != "call" or not edge["target"] or edge["rule"] == "hierarchy":
            continue
        _, source_path, source = edge["source"].split(" ", 2)
        _, target_path, target = edge["target"].split(" ", 2)
        case = case_of(source_path)
        if case is None:
            continue
        if case_of(target_path) != case:
            crossing.append(edge)
        elif not target.endswith("#"):  # Making an instance of a class without a constructor runs nothing of the case.
            callee = dotted(os.path.relpath(target_path, case), target)
            own.append((case, (dotted(os.path.relpath(source_path, case), source), callee), edge["rule"]))
    return own, crossing


def main():
    binary, root = sys.argv[1], os.path.abspath(sys.argv[2])
    expected_edges, outside, relative = truth(root)
    calls, crossing = found(edges(binary, root), relative)
    found_edges = collections.defaultdict(set)
    for case, edge, _ in calls:
        found_edges[case].add(edge)
    right = sum(len(expected_edges[name] & found_edges[name]) for name in relative)
    predicted = sum(len(found_edges[name]) for name in relative)
    expected = sum(len(expected_edges[name]) for name in relative)
    by_category = collections.defaultdict(lambda: [0, 0, 0])
    for name in relative:
        row = by_category[name.split("/")[0]]
        row[0] += len(expected_edges[name] & found_edges[name])
        row[1] += len(found_edges[name])
        row[2] += len(expected_edges[name])
        if "--misses" in sys.argv:
            for edge in sorted(found_edges[name] - expected_edges[name]):
                print("wrong ", name, *edge)
            for edge in sorted(expected_edges[name] - found_edges[name]):
                print("missed", name, *edge)
    for category, (ok, guessed, wanted) in sorted(by_category.items()):
        print(f"{category:14} P={ok / max(1, guessed):.3f} R={ok / max(1, wanted):.3f} of {wanted}")
    everything = expected + sum(outside.values())
    print(
        f"cases={len(relative)} P={right / max(1, predicted):.3f} R={right / max(1, expected):.3f} (of {expected} internal edges)"
        f" R_all={right / everything:.3f} (of {everything}) crossing={len(crossing)}"
    )
    return 1 if crossing else 0


if __name__ == "__main__":
    sys.exit(main())
