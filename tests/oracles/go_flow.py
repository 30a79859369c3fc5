#!/usr/bin/env python3
"""Compares the control flow of Go functions with golang.org/x/tools/go/ssa: which line can be reached from which.

    GO111MODULE=off GOPATH=… go run tests/oracles/go_flow.go PACKAGE… > ssa.jsonl
    tests/oracles/go_flow.py --files ssa.jsonl > files
    xargs cargo run -q -p leindex-queries --example rows -- --flow-json < files > flow.jsonl
    tests/oracles/go_flow.py ssa.jsonl flow.jsonl [--show N]

Compared are, function by function (functions inside functions on their own), the lines on which both sides have
something: line A can reach line B if something on B runs after something on A on some path; a line reaches itself only
by a cycle. Edges of kind `exception` are left out, as SSA has none, and what deferred code does when it runs.
"""

import argparse
import collections
import json

HIDDEN = {"entry", "exit", "cleanup", "deferred"}


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("ssa")
    arguments.add_argument("flow", nargs="?")
    arguments.add_argument("--files", action="store_true", help="only print the files that were analysed")
    arguments.add_argument("--show", type=int, default=10, help="how many differences to print")
    options = arguments.parse_args()
    truth = {}
    for row in map(json.loads, open(options.ssa)):
        truth[row["path"], row["line"], row["column"]] = row
    if options.files:
        print(*sorted({path for path, _, _ in truth}), sep="\n")
        return
    ours = {}
    for row in map(json.loads, open(options.flow)):
        for region in range(len(row["regions"])):
            at = row["regions"][region]
            ours[row["path"], at["start_line"], at["start_column"]] = (row, region)
    skipped = collections.Counter()
    compared = equal = larger = pairs = wrong = 0
    for key, row in sorted(truth.items()):
        if not row["blocks"]:
            skipped["SSA has nothing of it"] += 1
            continue
        if key not in ours:
            skipped["no flow"] += 1
            continue
        flow, region = ours[key]
        theirs, mine = reach_of_blocks(row["blocks"]), reach_of_flow(flow, region)
        lines = sorted(theirs.keys() & mine.keys())
        compared += 1
        larger += len(lines) > 2
        pairs += len(lines) ** 2
        missing = [(a, b) for a in lines for b in lines if b in theirs[a] and b not in mine[a]]
        extra = [(a, b) for a in lines for b in lines if b not in theirs[a] and b in mine[a]]
        wrong += len(missing) + len(extra)
        equal += not missing and not extra
        if (missing or extra) and compared - equal <= options.show:
            print(f"{key[0]}:{key[1]} {row['name']}: missing {missing[:4]} ({len(missing)}), extra {extra[:4]} ({len(extra)})")
    total = compared + sum(skipped.values())
    print(f"{equal} of {compared} functions equal ({100 * equal / max(compared, 1):.2f} %), {larger} with more than two lines in common")
    print(f"{pairs - wrong} of {pairs} pairs of lines agree ({100 * (pairs - wrong) / max(pairs, 1):.3f} %)")
    print(f"skipped {total - compared} of {total} ({100 * (total - compared) / max(total, 1):.2f} %): {dict(skipped)}")


def reach_of_blocks(blocks):
    """By line, the lines that can run after it: later in a block, or in a block that can be reached from it."""
    after = closure([block["successors"] for block in blocks])
    reach = collections.defaultdict(set)
    for at, block in enumerate(blocks):
        beyond = {line for other in after[at] for line in blocks[other]["lines"]}
        lines = block["lines"]
        for position, line in enumerate(lines):
            reach[line] |= beyond if at in after[at] else beyond - {line}
            reach[line].update(later for later in lines[position + 1 :] if later != line)
    return reach


def reach_of_flow(flow, region):
    nodes = flow["nodes"]
    first, last = flow["regions"][region]["entry"], flow["regions"][region]["exit"]
    successors = [[] for _ in range(first, last + 1)]
    for source, target, kind in flow["edges"]:
        if first <= source <= last and kind != "exception":
            successors[source - first].append(target - first)
    dead = set(flow.get("unreachable", []))
    lines = [
        None if node["kind"] in HIDDEN or first + at in dead else node["start_line"]
        for at, node in enumerate(nodes[first : last + 1])
    ]
    reach = collections.defaultdict(set)
    cyclic = collections.defaultdict(bool)
    for at, after in enumerate(closure(successors)):
        if lines[at] is None:
            continue
        reach[lines[at]] |= {lines[other] for other in after if lines[other] not in (None, lines[at])}
        cyclic[lines[at]] |= at in after
    for line, again in cyclic.items():
        if again:
            reach[line].add(line)
    return reach


def closure(successors):
    """By node, the nodes that can be reached from it by at least one edge."""
    out = []
    for start in range(len(successors)):
        seen, stack = set(), list(successors[start])
        while stack:
            at = stack.pop()
            if at not in seen:
                seen.add(at)
                stack.extend(successors[at])
        out.append(seen)
    return out


if __name__ == "__main__":
    main()
