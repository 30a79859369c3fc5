"""Scores data dependences of Python's locals and parameters against beniget and against CPython's bytecode.

usage: beniget_flow.py ROWS_BINARY [--show N] [FOLDER…]

ROWS_BINARY is the example `rows`; the standard library is read if no folder is given; needs beniget 0.5 (and gast).
A pair is the position of a name that is bound and the position of a name that is read, both in the same function, not
in a function or class inside it; comprehensions belong to the function. Annotations are left out: they do not run.

beniget lets definitions survive `return`, knows no exceptions but a whole `try` that may fail anywhere, and unrolls
loops twice. Bytecode (`STORE_FAST`, `LOAD_FAST` and their positions, reaching definitions over its exception tables) is
the judge where the two differ: a pair of beniget's that no execution can show is no miss of ours.
"""

import ast
import collections
import contextlib
import io
import re
import sys

import beniget
import gast
import pyflow

SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
COMPREHENSIONS = {"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"}


class Names(ast.NodeVisitor):
    """Where names are bound and read, each with its function, and other positions by which tools name a binding."""

    def __init__(self, tree, text):
        self.lines = text.encode().split(b"\n")
        self.owner, self.bound, self.read = None, {}, {}
        self.alias = {}
        self.visit(tree)

    def bind(self, name, place, *others):
        self.bound[place] = (name, self.owner)
        for other in others:
            self.alias[other, name] = place

    def find(self, name, start, end):
        """The first place of a word from `start`, the last before `end` if `start` is none."""
        line, column = start
        while line <= end[0]:
            found = re.compile(rb"\b" + name.encode() + rb"\b").search(self.lines[line - 1], column)
            if found:
                return line, found.start()
            line, column = line + 1, 0
        return start

    def visit_scope(self, node):
        start = (node.lineno, node.col_offset)
        if not isinstance(node, ast.Lambda):
            first = node.decorator_list[0] if node.decorator_list else None
            others = [start] + ([(first.lineno, first.col_offset), (first.lineno, first.col_offset - 1)] if first else [])
            place = self.find(node.name, (start[0], start[1] + 3), (node.end_lineno, 0))
            self.bind(node.name, place, *others)
            for part in node.decorator_list + getattr(node, "bases", []) + getattr(node, "keywords", []):
                self.visit(part)
        arguments = getattr(node, "args", None)
        if arguments:
            for default in arguments.defaults + [part for part in arguments.kw_defaults if part]:
                self.visit(default)
        around, self.owner = self.owner, node
        if arguments:
            for part in ast.walk(arguments):
                if isinstance(part, ast.arg):
                    self.bind(part.arg, (part.lineno, part.col_offset))
        for part in node.body if isinstance(node.body, list) else [node.body]:
            self.visit(part)
        self.owner = around

    visit_FunctionDef = visit_AsyncFunctionDef = visit_Lambda = visit_ClassDef = visit_scope

    def visit_Name(self, node):
        place = (node.lineno, node.col_offset)
        if isinstance(node.ctx, ast.Load):
            self.read[place] = (node.id, self.owner)
        elif isinstance(node.ctx, ast.Store):
            self.bind(node.id, place)

    def visit_AugAssign(self, node):
        self.generic_visit(node)
        if isinstance(node.target, ast.Name):
            self.read[node.target.lineno, node.target.col_offset] = (node.target.id, self.owner)

    def visit_AnnAssign(self, node):
        if node.value:
            self.visit(node.value)
            self.visit(node.target)
        elif not isinstance(node.target, ast.Name):
            self.visit(node.target)

    def visit_import(self, node):
        for alias in node.names:
            name = alias.asname or alias.name.split(".")[0]
            place = (alias.lineno, alias.col_offset)
            if alias.asname:
                place = (alias.end_lineno, alias.end_col_offset - len(name.encode()))
            self.bind(name, place, (alias.lineno, alias.col_offset), (node.lineno, node.col_offset))

    visit_Import = visit_ImportFrom = visit_import

    def visit_ExceptHandler(self, node):
        if node.name:
            place = self.find(node.name, (node.type.end_lineno, node.type.end_col_offset), (node.end_lineno, 0))
            self.bind(node.name, place, (node.lineno, node.col_offset))
        self.generic_visit(node)

    def visit_pattern_name(self, node):
        name = getattr(node, "name", None) or getattr(node, "rest", None)
        if name:
            place = (node.end_lineno, node.end_col_offset - len(name.encode()))
            if isinstance(node, ast.MatchMapping):
                place = self.find("\\*\\*" + name, (node.lineno, node.col_offset), (node.end_lineno, 0))
            self.bind(name, place, (node.lineno, node.col_offset))
        self.generic_visit(node)

    visit_MatchAs = visit_MatchStar = visit_MatchMapping = visit_pattern_name

    def pair(self, definition, use, name):
        """A pair of places as this file's own, if both are in one function; why not, if not."""
        definition = definition if definition in self.bound else self.alias.get((definition, name), definition)
        bound, read = self.bound.get(definition), self.read.get(use)
        if bound is None or read is None:
            return "no name there"
        if bound[0] != read[0]:
            return "other names"
        if bound[1] is not read[1]:
            return "captured or global"
        if bound[1] is None or isinstance(bound[1], ast.ClassDef):
            return "module or class"
        return (*definition, *use)


def of_beniget(text, names):
    tree = gast.parse(text)
    chains = beniget.DefUseChains()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        chains.visit(tree)
    found = set()
    for node, chain in chains.chains.items():
        if not hasattr(node, "lineno"):
            continue
        for user in chain.users():
            used = user.node
            if isinstance(used, gast.Name) and not isinstance(used.ctx, gast.Del):
                pair = names.pair((node.lineno, node.col_offset), (used.lineno, used.col_offset), used.id)
                if not isinstance(pair, str):
                    found.add(pair)
    return found


def of_flows(flows, names, counts):
    found = set()
    for flow in flows:
        for line, column, use_line, use_column, name, kind in flow["data"]:
            if kind in ("local", "parameter", "capture"):
                pair = names.pair((line, column), (use_line, use_column), name)
                if isinstance(pair, str):
                    counts["ours left out: " + pair] += 1
                else:
                    found.add(pair)
    return found


def of_bytecode(code, names):
    """Pairs of a code object, and the uses it has at all: what is not among them it cannot judge."""
    graph = pyflow.Bytecode(code)
    parameters = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount + bool(code.co_flags & 4) + bool(code.co_flags & 8)]
    entry = {name: {None} for name in parameters}
    count = len(graph.instructions)
    state = [None] * count
    state[0] = entry
    stack = [0]

    def store(number, before):
        instruction = graph.instructions[number]
        if instruction.opname in ("STORE_FAST", "STORE_DEREF"):
            return {**before, instruction.argval: {number}}
        if instruction.opname in ("DELETE_FAST", "DELETE_DEREF"):
            return {**before, instruction.argval: set()}
        return before

    while stack:
        number = stack.pop()
        after = store(number, state[number])
        for targets, held in ((graph.next[number], after), (graph.error[number], state[number])):
            for target in targets:
                if state[target] is None:
                    state[target] = {name: set(some) for name, some in held.items()}
                    stack.append(target)
                    continue
                grown = False
                for name, some in held.items():
                    known = state[target].setdefault(name, set())
                    if not some <= known:
                        known |= some
                        grown = True
                if grown:
                    stack.append(target)
    return graph, state


def place(instruction):
    where = instruction.positions
    return (where.lineno, where.col_offset)


def judged(code, names, parameters_at):
    """(pairs, uses) of a function's code object. Comprehensions run where they are made."""
    graph, state = of_bytecode(code, names)
    pairs, uses = set(), set()

    def add(name, use, definitions):
        uses.add(use)
        for definition in definitions:
            if definition is None:
                where = parameters_at.get(name)
            else:
                where = place(graph.instructions[definition])
            if where is None:
                continue
            pair = names.pair(where, use, name)
            if not isinstance(pair, str):
                pairs.add(pair)

    def inside(inner, at):
        inner_graph, inner_state = of_bytecode(inner, names)
        for number, instruction in enumerate(inner_graph.instructions):
            held = inner_state[number]
            if held is None:
                continue
            if instruction.opname == "LOAD_DEREF" and instruction.argval in inner.co_freevars:
                add(instruction.argval, place(instruction), at.get(instruction.argval, ()))
            elif instruction.opname in ("LOAD_FAST", "LOAD_DEREF"):
                use = place(instruction)
                uses.add(use)
                for definition in held.get(instruction.argval, ()):
                    if definition is not None:
                        pair = names.pair(place(inner_graph.instructions[definition]), use, instruction.argval)
                        if not isinstance(pair, str):
                            pairs.add(pair)
            elif instruction.opname == "LOAD_CONST" and getattr(instruction.argval, "co_name", "") in COMPREHENSIONS:
                inside(instruction.argval, {**at, **{name: () for name in inner.co_cellvars}})

    for number, instruction in enumerate(graph.instructions):
        if state[number] is None:
            continue
        if instruction.opname in ("LOAD_FAST", "LOAD_DEREF"):
            add(instruction.argval, place(instruction), state[number].get(instruction.argval, ()))
        elif instruction.opname == "LOAD_CONST" and getattr(instruction.argval, "co_name", "") in COMPREHENSIONS:
            inside(instruction.argval, state[number])
    return pairs, uses


def ratio(part, whole):
    return f"{part / whole:.4f}" if whole else "none"


def main():
    arguments = sys.argv[1:]
    show = int(arguments.pop(arguments.index("--show") + 1)) if "--show" in arguments else 0
    arguments = [argument for argument in arguments if argument != "--show"]
    binary, paths = arguments[0], list(pyflow.files(arguments[1:]))
    counts = collections.Counter()
    shown = []
    for path, flows in pyflow.flows(binary, paths):
        text = pyflow.read(path)
        parsed = text is not None and pyflow.functions(text, path)
        if not parsed:
            counts["files skipped"] += 1
            continue
        tree, functions = parsed
        names = Names(tree, text)
        try:
            theirs = of_beniget(text, names)
        except Exception as error:
            counts["files that beniget fails on: " + type(error).__name__] += 1
            continue
        counts["files"] += 1
        ours = of_flows(flows, names, counts)
        real, known = set(), set()
        for function, code in functions:
            given = function.args
            given = given.posonlyargs + given.args + given.kwonlyargs + [part for part in (given.vararg, given.kwarg) if part]
            at = {part.arg: (part.lineno, part.col_offset) for part in given}
            pairs, uses = judged(code, names, at)
            real |= pairs
            known |= uses
        judge = {pair for pair in ours | theirs if pair[2:] in known}
        counts["ours"] += len(ours)
        counts["beniget"] += len(theirs)
        counts["both"] += len(ours & theirs)
        counts["misses that bytecode denies"] += len((theirs - ours) & judge - real)
        counts["misses that bytecode confirms"] += len((theirs - ours) & real)
        counts["misses not judged"] += len(theirs - ours - judge)
        counts["extras that bytecode confirms"] += len((ours - theirs) & real)
        counts["extras that bytecode denies"] += len((ours - theirs) & judge - real)
        counts["extras not judged"] += len(ours - theirs - judge)
        counts["bytecode"] += len(real)
        counts["bytecode and ours"] += len(real & ours)
        counts["bytecode and beniget"] += len(real & theirs)
        counts["ours judged"] += len(ours & judge)
        counts["beniget judged"] += len(theirs & judge)
        for title, some in (
            ("miss", (theirs - ours) & real),
            ("miss?", theirs - ours - judge),
            ("miss of what only bytecode has", real - ours - theirs),
            ("extra", (ours - theirs) & judge - real),
            ("extra?", ours - theirs - judge),
            ("both, not bytecode", (ours & theirs & judge) - real),
        ):
            for pair in sorted(some):
                counts["- " + title] += 1
                shown.append(f"{title} {path}: {names.bound[pair[:2]][0]} {pair[0]}:{pair[1]} → {pair[2]}:{pair[3]}")
    for name, count in sorted(counts.items()):
        print(f"{count:8} {name}")
    both, ours, theirs = counts["both"], counts["ours"], counts["beniget"]
    print(f"against beniget as it is: P {ratio(both, ours)} R {ratio(both, theirs)}")
    good = both + counts["extras that bytecode confirms"]
    wanted = theirs - counts["misses that bytecode denies"]
    print(f"against beniget, bytecode the judge of differences: P {ratio(good, ours)} R {ratio(both, wanted)}")
    print(f"against bytecode: ours P {ratio(counts['bytecode and ours'], counts['ours judged'])} R {ratio(counts['bytecode and ours'], counts['bytecode'])}", end=", ")
    print(f"beniget P {ratio(counts['bytecode and beniget'], counts['beniget judged'])} R {ratio(counts['bytecode and beniget'], counts['bytecode'])}")
    if show:
        by_title = collections.defaultdict(list)
        for line in shown:
            by_title[line.split(" /")[0]].append(line)
        for lines in by_title.values():
            for line in lines[:: max(1, len(lines) // show)][:show]:
                print(line)


if __name__ == "__main__":
    main()
