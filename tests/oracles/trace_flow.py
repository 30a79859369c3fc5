"""Checks Python's flow and call graph against what a project's own tests really execute.

usage: trace_flow.py ROWS_BINARY EDGES_BINARY PROJECT [--source FOLDER] [--show N] [-- PYTEST_ARGUMENT…]

Runs pytest in PROJECT and records, in functions of files below FOLDER (`src` by default), which line runs after which
in a frame (`sys.settrace`), and which function calls which (`sys.monitoring`). Every step from line to line must be a
path of the control-flow graph through nodes that have no line event of their own: those of the two statements, `pass`,
jumps, constants, the end of a `finally`. Every call from one function of the project directly to another must be a call
edge (overrides of the member that is named included).

A generator or coroutine is called where it is made, not by what takes from it. The wrapper that a decorator of the
project puts around a function is seen through: its caller calls the function, as the source says.
Needs Python 3.12, pytest and what the project needs.
"""

import ast
import collections
import inspect
import json
import os
import subprocess
import sys
import threading

import pyflow

LAZY = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
COMPREHENSIONS = {"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"}


class Recorder:
    def __init__(self, folder):
        self.folder = folder
        self.steps = collections.Counter()
        # Who called who called whom, and on which line.
        self.calls = collections.Counter()
        self.wanted = {}

    def is_wanted(self, code):
        if code not in self.wanted:
            self.wanted[code] = code.co_filename.startswith(self.folder)
        return self.wanted[code]

    def tracer(self, frame, event, argument):
        if event != "call" or not self.is_wanted(frame.f_code):
            return None
        if frame.f_trace is not None:
            return frame.f_trace
        code, steps, last = frame.f_code, self.steps, [None]

        def local(frame, event, argument):
            if event == "line":
                steps[code, last[0], frame.f_lineno] += 1
                last[0] = frame.f_lineno
            return local

        return local


    def call(self, frame, callee):
        """The function of a frame calls another."""
        if frame is not None and self.is_wanted(frame.f_code):
            around = frame.f_back
            outer = (around.f_code, around.f_lineno) if around is not None and self.is_wanted(around.f_code) else (None, 0)
            self.calls[(*outer, frame.f_code, frame.f_lineno, callee)] += 1

    def on_start(self, code, _):
        if not self.is_wanted(code):
            return sys.monitoring.DISABLE
        # Special methods that are generators are made without a call.
        if not code.co_flags & LAZY or code.co_name.startswith("__"):
            self.call(sys._getframe(1).f_back, code)

    def on_call(self, code, _, callee, __):
        if not self.is_wanted(code):
            return sys.monitoring.DISABLE
        called = getattr(getattr(callee, "__func__", callee), "__code__", None)
        if called is not None and called.co_flags & LAZY and self.is_wanted(called):
            self.call(sys._getframe(1), called)

    def start(self):
        threading.settrace(self.tracer)
        sys.settrace(self.tracer)
        monitoring, events = sys.monitoring, sys.monitoring.events
        monitoring.use_tool_id(monitoring.PROFILER_ID, "trace_flow")
        monitoring.register_callback(monitoring.PROFILER_ID, events.PY_START, self.on_start)
        monitoring.register_callback(monitoring.PROFILER_ID, events.CALL, self.on_call)
        monitoring.set_events(monitoring.PROFILER_ID, events.PY_START | events.CALL)

    def stop(self):
        sys.monitoring.set_events(sys.monitoring.PROFILER_ID, 0)
        sys.settrace(None)
        threading.settrace(None)


class File:
    """Functions of a file with their statements, and our flow of each."""

    def __init__(self, path, flows):
        self.path = path
        with open(path, encoding="utf-8") as file:
            self.tree = ast.parse(file.read())
        self.functions = {}
        self.spans = []
        for node in ast.walk(self.tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                first = min([node.lineno] + [part.lineno for part in node.decorator_list])
                self.functions[node.name, first] = node
                self.spans.append((node.lineno, node.end_lineno, node))
        self.regions = pyflow.regions(flows)
        self.checked = {}

    def around(self, line):
        """The innermost function around a line."""
        inside = [span for span in self.spans if span[0] <= line <= span[1]]
        return max(inside, key=lambda span: span[0])[2] if inside else None

    def function(self, code):
        """The function of a code object; that around a comprehension."""
        if code.co_name in COMPREHENSIONS:
            return self.around(code.co_firstlineno)
        return self.functions.get((code.co_name, code.co_firstlineno))

    def flow(self, function):
        if function not in self.checked:
            found = self.regions.get((function.lineno, function.col_offset))
            self.checked[function] = found and Flow(function, *found[:2])
        return self.checked[function]


def heads(function):
    """(first line, last line, statement) of what a function's statements do themselves, without their bodies."""
    found = []

    def visit(node):
        if isinstance(node, (ast.stmt, ast.ExceptHandler, ast.match_case)):
            first = node.pattern.lineno if isinstance(node, ast.match_case) else node.lineno
            body = getattr(node, "body", None)
            # The body of a class runs in a frame of its own.
            last = max(first, body[0].lineno - 1) if body and not isinstance(node, ast.ClassDef) else node.end_lineno
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                first = min([first] + [part.lineno for part in node.decorator_list])
            if isinstance(node, ast.match_case):
                last = node.pattern.end_lineno if node.guard is None else node.guard.end_lineno
            found.append((first, last, node))
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                return
        if not isinstance(node, ast.expr):
            for child in ast.iter_child_nodes(node):
                visit(child)

    for statement in function.body:
        visit(statement)
    return found


class Flow:
    def __init__(self, function, flow, region):
        self.first, count = region["entry"], region["exit"] - region["entry"] + 1
        self.next = [[] for _ in range(count)]
        for source, target, _ in flow["edges"]:
            if region["entry"] <= source <= region["exit"]:
                self.next[source - self.first].append(target - self.first)
        self.nodes = flow["nodes"][self.first : region["exit"] + 1]
        self.heads = heads(function)
        self.by_line = collections.defaultdict(set)
        for number, (first, last, statement) in enumerate(self.heads):
            for line in range(first, last + 1):
                self.by_line[line].add(number)
        self.head_of = [None] * count
        self.silent = [False] * count
        for number, node in enumerate(self.nodes):
            line = node["start_line"]
            around = self.by_line[line]
            inner = max((head for head in around if self.column(head, line) <= node["start_column"]), default=None)
            self.head_of[number] = inner
            statement = self.heads[inner][2] if inner is not None else None
            constant = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
            constant |= node["kind"] == "condition" and isinstance(getattr(statement, "test", None), ast.Constant)
            nothing = isinstance(statement, (ast.Pass, ast.Try, ast.TryStar))
            self.silent[number] = nothing or constant or node["kind"] in ("jump", "entry") or node["kind"] == "cleanup" and inner is None
        self.ends = [number for number, node in enumerate(self.nodes) if node["kind"] == "cleanup" and self.head_of[number] is None]
        self.by_head = collections.defaultdict(set)
        for number, head in enumerate(self.head_of):
            if head is not None:
                self.by_head[head].add(number)

    def column(self, head, line):
        """Where a statement begins, if it is on this line."""
        first, _, statement = self.heads[head]
        return getattr(statement, "col_offset", 0) if first == line else 0

    def at(self, line):
        """The nodes of a line; the end of a `finally` has the line of some statement in it."""
        own = {node for head in self.by_line.get(line, ()) for node in self.by_head[head]}
        return own and own | {end for end in self.ends if self.nodes[end]["start_line"] <= line <= self.nodes[end]["end_line"]}

    def has_path(self, last, line):
        """Whether the flow may go from a line to a line; nothing to say where a line has no node."""
        to = self.at(line)
        start = {0} if last is None else self.at(last)
        if not to or not start:
            return None
        if last is not None and self.by_line[last] & self.by_line[line]:
            return True
        seen, stack = set(start), list(start)
        while stack:
            for target in self.next[stack.pop()]:
                if target in to:
                    return True
                if target not in seen and (self.silent[target] or target in start):
                    seen.add(target)
                    stack.append(target)
        return False


def import_root(source):
    """The folder that names of modules below a folder count from."""
    return os.path.dirname(source) if os.path.isfile(os.path.join(source, "__init__.py")) else source


def record(project, source, arguments):
    import pytest

    recorder = Recorder(source + os.sep)
    os.chdir(project)
    sys.dont_write_bytecode = True
    sys.path.insert(0, import_root(source))
    recorder.start()
    try:
        pytest.main(["-q", "-p", "no:cacheprovider", *arguments])
    finally:
        recorder.stop()
    return recorder


def joined(steps, files):
    """Steps between lines that have nodes: a line without any (`try:`, a docstring) is no step of its own."""
    by_code = collections.defaultdict(list)
    for (code, last, line), count in steps.items():
        by_code[code].append((last, line, count))
    for code, rows in by_code.items():
        file = files.get(code.co_filename)
        function = file and file.function(code)
        flow = function and file.flow(function)
        yield code, function, flow, rows


def check_steps(recorder, files, show):
    counts, missing = collections.Counter(), []
    for code, function, flow, rows in joined(recorder.steps, files):
        if flow is None:
            kind = code.co_name if code.co_name.startswith("<") else "function without a flow" if function else "class"
            counts["frames left out: " + kind] += 1
            continue
        counts["functions"] += 1
        lines = sorted({first for first, _, _ in flow.heads if flow.at(first)})[:60]
        counts["any two lines"] += len(lines) ** 2
        counts["any two lines, with a path"] += sum(bool(flow.has_path(last, line)) for last in lines for line in lines)
        before = collections.defaultdict(set)
        for last, line, _ in rows:
            before[line].add(last)
        inner = code.co_name in COMPREHENSIONS

        def sources(line, seen=()):
            """Where control came from, through lines without nodes."""
            for last in before[line]:
                if last is None or last in seen or flow.at(last):
                    yield last
                else:
                    yield from sources(last, (*seen, line))

        for last, line, _ in rows:
            if not flow.at(line):
                continue
            for origin in {last} if last is None or flow.at(last) else set(sources(last, (line,))):
                if origin is None and inner:
                    continue
                found = flow.has_path(origin, line)
                if found is None:
                    continue
                counts["steps"] += 1
                counts["steps found"] += found
                if not found:
                    missing.append(f"{code.co_filename}:{origin or code.co_firstlineno} → {line} {code.co_name}")
    print(dict(counts))
    print(f"line to line: {counts['steps'] - counts['steps found']} missing of {counts['steps']}")
    for line in sorted(set(missing))[:show]:
        print("missing", line)


AMONG = "one of the candidates of an ambiguous call"


def decorators_of(function):
    """The last names of what decorates a function."""
    found = set()
    for decorator in function.decorator_list:
        made_by = decorator.func if isinstance(decorator, ast.Call) else decorator
        found.add(ast.unparse(made_by).split(".")[-1])
    return found


def wrappers(files):
    """Functions inside a decorator of the project, and methods of a class that decorates, by the decorator's name."""
    used = set()
    for file in files.values():
        for function in file.functions.values():
            used |= decorators_of(function)
    found = collections.defaultdict(set)
    for file in files.values():
        for node in ast.walk(file.tree):
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and node.name in used:
                for inner in ast.walk(node):
                    special = isinstance(node, ast.FunctionDef) or getattr(inner, "name", "") in ("__get__", "__set__", "__call__")
                    if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef)) and inner is not node and special:
                        found[inner].add(node.name)
    return found


def check_calls(recorder, files, edges, source, show):
    edge_pairs, by_site, named = set(), collections.defaultdict(set), collections.defaultdict(set)
    for edge in edges:
        file = files.get(os.path.join(source, edge["path"]))
        function = file and file.around(edge["line"])
        at = function.lineno if function else 0
        if edge["kind"] != "call":
            continue
        by_site[edge["path"], edge["line"]].add(edge["rule"])
        named[edge["path"], at].add((edge["target_name"], edge["rule"]))
        if edge["target_path"]:
            edge_pairs.add((edge["path"], at, edge["target_path"], edge["target_line"]))
    bases = collections.defaultdict(set)
    class_at = {}
    for path, file in files.items():
        for node in ast.walk(file.tree):
            if isinstance(node, ast.ClassDef):
                bases[node.name] |= {ast.unparse(base).split(".")[-1].split("[")[0] for base in node.bases}
                class_at[os.path.relpath(path, source), node.lineno] = node.name
    made = collections.defaultdict(set)
    for path, at, target_path, target_line in edge_pairs:
        if (target_path, target_line) in class_at:
            made[path, at].add(class_at[target_path, target_line])

    def is_a(name, wanted, seen=()):
        return name == wanted or any(is_a(base, wanted, (*seen, name)) for base in bases[name] if base not in seen)

    def function_of(code):
        file = files.get(code.co_filename) if code is not None else None
        return file and file.function(code)

    wrapping = wrappers(files)

    def wraps(code, decorated=None):
        """Whether a function is the wrapper that a decorator of the project puts around some, or this, function."""
        names = wrapping.get(function_of(code), set())
        return bool(names and (decorated is None or names & decorators_of(decorated)))

    pairs, classes, shown = {}, collections.Counter(), collections.defaultdict(list)
    for (outer, outer_line, caller, line, callee), _ in recorder.calls.items():
        target = function_of(callee)
        if target is None or callee.co_name.startswith("<") or wraps(callee):
            continue
        if wraps(caller, target):
            if outer is None or wraps(outer, target):
                continue
            caller, line = outer, outer_line
        of, to, function = files.get(caller.co_filename), files[callee.co_filename], function_of(caller)
        if of is None or (function is None and caller.co_name != "<module>"):
            continue
        key = (os.path.relpath(of.path, source), function.lineno if function else 0, os.path.relpath(to.path, source), target.lineno)
        pairs.setdefault(key, (line, caller, callee, target, to))
    for key, (line, caller, callee, target, to) in pairs.items():
        owner = next((node for node in ast.walk(to.tree) if isinstance(node, ast.ClassDef) and target in node.body), None)
        wanted = [key] + ([(*key[:3], owner.lineno)] if owner else [])
        name = target.name
        constructs = owner and name in ("__init__", "__new__", "__post_init__")
        if any(one in edge_pairs for one in wanted) or constructs and any(is_a(one, owner.name) for one in made[key[:2]]):
            classes["found"] += 1
            continue
        decorators = " ".join(ast.unparse(part) for part in target.decorator_list)
        called = {name} | ({owner.name, "super", "cls"} if constructs else set())
        rules = {rule for written, rule in named[key[:2]] if written and written.split(".")[-1] in called}
        if "property" in decorators or name in ("__get__", "__set__", "__set_name__"):
            kind = "not written as a call: attribute that runs code (property, descriptor)"
        elif rules == {"ambiguous"}:
            kind = AMONG
        elif rules:
            kind = "a call of this name, rule " + "/".join(sorted(rules))
        elif name.startswith("__") and name.endswith("__"):
            kind = "not written as a call of it: implicit or through a value (" + name + ")"
        elif to.around(target.lineno - 1) not in (None, target) and target.lineno > to.around(target.lineno - 1).lineno:
            kind = "not written as a call of it: a function made by a function (wrapper, callback)"
        else:
            kind = "not written as a call of it: a value, or through a wrapper"
        classes[kind] += 1
        shown[kind].append(f"{key[0]}:{line} {caller.co_qualname} → {callee.co_qualname}")
    total = sum(classes.values())
    hidden = sum(count for kind, count in classes.items() if kind.startswith("not written"))
    print(f"calls inside the project: {classes['found']} found of {total} ({classes['found'] / max(1, total):.2%})", end="; ")
    print(f"with those among the candidates of an ambiguous call {(classes['found'] + classes[AMONG]) / max(1, total):.2%}", end="; ")
    print(f"of those written as a call of that name {classes['found'] / max(1, total - hidden):.2%}")
    for kind, count in classes.most_common():
        print(f"{count:6} {kind}")
        for line in shown[kind][:show]:
            print("         ", line)


def main():
    arguments = sys.argv[1:]
    rest = []
    if "--" in arguments:
        rest = arguments[arguments.index("--") + 1 :]
        arguments = arguments[: arguments.index("--")]

    def option(name, default):
        if name not in arguments:
            return default
        at = arguments.index(name)
        value = arguments[at + 1]
        del arguments[at : at + 2]
        return value

    source, show = option("--source", "src"), int(option("--show", "0"))
    rows, edges, project = arguments
    rows, edges, project = os.path.abspath(rows), os.path.abspath(edges), os.path.abspath(project)
    source = os.path.join(project, source)
    recorder = record(project, source, rest)
    paths = [os.path.join(folder, name) for folder, _, names in os.walk(source) for name in names if name.endswith(".py")]
    files = {path: File(path, flows) for path, flows in pyflow.flows(rows, sorted(paths))}
    check_steps(recorder, files, show)
    root = import_root(source)
    output = subprocess.run([edges, root, "--hierarchy"], capture_output=True, text=True, check=True).stdout
    check_calls(recorder, files, [json.loads(line) for line in output.splitlines()], root, show)


if __name__ == "__main__":
    main()
