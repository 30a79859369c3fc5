"""Scores control flow against CPython's own bytecode: which statement can reach which, in every function.

usage: dis_flow.py ROWS_BINARY [--show N] [FOLDER…]

ROWS_BINARY is the example `rows`; the standard library is read if no folder is given. Statements (with the heads of
handlers and the arms of a match, without `try`) are those of `ast`; an instruction or a node belongs to the innermost one it begins
in. A pair of statements that both sides have (the compiler throws some away) agrees if both say that the second can run
after the first, or both that it cannot. Bodies of classes inside functions are code objects of their own and left out.
"""

import ast
import bisect
import collections
import sys

import pyflow

# Statements that do nothing themselves: an instruction (NOP) or a node (the end of a `finally`) may stand there.
DO_NOTHING = (ast.Try, ast.TryStar)


def units(function):
    """The statements of a function, not those of functions and classes inside: (start, end, depth, node) in order."""
    found = []

    def visit(node, depth):
        if isinstance(node, (ast.stmt, ast.ExceptHandler, ast.match_case)):
            # `case` is the first word of its line.
            start = (node.pattern.lineno, 0) if isinstance(node, ast.match_case) else (node.lineno, node.col_offset)
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                start = min([start] + [(part.lineno, part.col_offset - 1) for part in node.decorator_list])
            last = node.body[-1] if isinstance(node, ast.match_case) else node
            end = (last.end_lineno, last.end_col_offset)
            found.append((start, end, depth, node))
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                return
        if isinstance(node, ast.expr):
            return
        for child in ast.iter_child_nodes(node):
            visit(child, depth + 1)

    for child in function.body:
        visit(child, 0)
    found.sort(key=lambda unit: (unit[0], unit[2]))
    return found


class Places:
    """Finds the innermost unit at a position."""

    def __init__(self, found):
        self.units = found
        self.starts = [unit[0] for unit in found]

    def at(self, position):
        index = bisect.bisect_right(self.starts, position) - 1
        while index >= 0 and not self.units[index][1] > position:
            index -= 1
        return index if index >= 0 and not isinstance(self.units[index][3], DO_NOTHING) else None


def reach(count, successors, unit_of):
    """By unit, the set of units that can run after it (bits); itself only if it is left in between."""
    order, low, on, component, stack = [None] * count, [0] * count, [False] * count, [None] * count, []
    clock, sets, members = 0, [], []
    for root in range(count):
        if order[root] is not None:
            continue
        work = [(root, iter(successors[root]))]
        order[root] = low[root] = clock
        clock += 1
        stack.append(root)
        on[root] = True
        while work:
            node, rest = work[-1]
            for target in rest:
                if order[target] is None:
                    order[target] = low[target] = clock
                    clock += 1
                    stack.append(target)
                    on[target] = True
                    work.append((target, iter(successors[target])))
                    break
                if on[target]:
                    low[node] = min(low[node], order[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == order[node]:
                    own = []
                    while True:
                        last = stack.pop()
                        on[last] = False
                        component[last] = len(sets)
                        own.append(last)
                        if last == node:
                            break
                    bits = 0
                    cyclic = len(own) > 1 or node in successors[node]
                    for inside in own:
                        if cyclic and unit_of[inside] is not None:
                            bits |= 1 << unit_of[inside]
                        for target in successors[inside]:
                            if component[target] != len(sets):
                                bits |= sets[component[target]]
                                if unit_of[target] is not None:
                                    bits |= 1 << unit_of[target]
                    sets.append(bits)
                    members.append(own)
    result = collections.defaultdict(int)
    for node in range(count):
        unit = unit_of[node]
        if unit is None:
            continue
        result[unit] |= sets[component[node]] & ~(1 << unit)
        for target in successors[node]:
            if unit_of[target] != unit and sets[component[target]] >> unit & 1:
                result[unit] |= 1 << unit
    return result


def of_bytecode(code, places):
    graph = pyflow.Bytecode(code)
    live = graph.reachable()
    unit_of = []
    for number, instruction in enumerate(graph.instructions):
        where = instruction.positions
        known = number in live and where.lineno is not None and where.col_offset is not None
        unit_of.append(places.at((where.lineno, where.col_offset)) if known else None)
    successors = [graph.successors(number) if number in live else [] for number in range(len(graph.instructions))]
    return reach(len(successors), successors, unit_of), {unit for unit in unit_of if unit is not None}


def of_flow(flow, region, places):
    nodes = flow["nodes"]
    own = range(region["entry"], region["exit"] + 1)
    unreachable = set(flow["unreachable"])
    unit_of = []
    for number in own:
        node = nodes[number]
        inside = number not in unreachable and node["kind"] not in ("entry", "exit")
        unit_of.append(places.at((node["start_line"], node["start_column"])) if inside else None)
    successors = [[] for _ in own]
    for source, target, _ in flow["edges"]:
        if source in own and source not in unreachable:
            successors[source - own.start].append(target - own.start)
    return reach(len(successors), successors, unit_of), {unit for unit in unit_of if unit is not None}


def main():
    arguments = sys.argv[1:]
    show = int(arguments.pop(arguments.index("--show") + 1)) if "--show" in arguments else 0
    arguments = [argument for argument in arguments if argument != "--show"]
    binary, paths = arguments[0], list(pyflow.files(arguments[1:]))
    counts = collections.Counter()
    classes = collections.Counter()
    shown = []
    for path, flows in pyflow.flows(binary, paths):
        text = pyflow.read(path)
        parsed = text is not None and pyflow.functions(text, path)
        counts["files"] += 1
        if not parsed:
            counts["files skipped"] += 1
            continue
        ours_by_start = pyflow.regions(flows)
        for function, code in parsed[1]:
            ours = ours_by_start.get((function.lineno, function.col_offset))
            if ours is None:
                counts["functions without a flow"] += 1
                continue
            flow, region, _ = ours
            places = Places(units(function))
            theirs, theirs_have = of_bytecode(code, places)
            own, own_have = of_flow(flow, region, places)
            both = theirs_have & own_have
            for unit in theirs_have ^ own_have:
                kind = type(places.units[unit][3]).__name__
                classes["only bytecode has " + kind if unit in theirs_have else "only the flow has " + kind] += 1
            counts["functions"] += 1
            mask = sum(1 << unit for unit in both)
            counts["pairs"] += len(both) ** 2
            differing = 0
            for unit in both:
                missing, extra = theirs[unit] & ~own[unit] & mask, own[unit] & ~theirs[unit] & mask
                for kind, bits in (("missing", missing), ("extra", extra)):
                    if not bits:
                        continue
                    differing += bits.bit_count()
                    counts[kind] += bits.bit_count()
                    example = next(other for other in both if bits >> other & 1)
                    first, second = places.units[unit], places.units[example]
                    classes[f"{kind} {type(first[3]).__name__} → {type(second[3]).__name__}"] += bits.bit_count()
                    shown.append(f"{kind} {path}:{function.lineno} {function.name}: {first[0][0]} → {second[0][0]} and {bits.bit_count() - 1} more")
            counts["functions equal"] += not differing
    agreed = counts["pairs"] - counts["missing"] - counts["extra"]
    print(dict(counts))
    print(f"pairs agreed {agreed / counts['pairs']:.5%}, functions equal {counts['functions equal'] / counts['functions']:.3%}")
    for name, count in classes.most_common(40):
        print(f"{count:8} {name}")
    for line in shown[:: max(1, len(shown) // show)] if show else []:
        print(line)


if __name__ == "__main__":
    main()
