"""Runs generated programs and their backward slices: both must give the sliced variable the same values.

usage: slices_run.py ROWS_BINARY [--programs N] [--seed N] [--language python|javascript] [--show N]

Programs are functions over integers and a list: branches, loops with `break` and `continue`, `try` with handlers and
`finally`, `match` and `switch`, `return`, `raise`, short circuits, elements and methods that change their object.
`probe(n, v)` records a value. The slice of a probe is what it reaches backward over `control` and `data_nodes` of
`rows --flow-json`, and the jumps whose nearest post-dominator among what is kept is not what follows them in the text (Agrawal, *On slicing
programs with jump statements*, 1994);
simple statements outside of it become `pass` or `;`. JavaScript needs node.
"""

import collections
import json
import os
import random
import subprocess
import sys
import tempfile

VARIABLES = ["a", "b", "c", "d", "e"]
JUMPS = ("break", "continue", "return", "raise")


class Statement:
    def __init__(self, kind, *parts):
        self.kind, self.parts = kind, parts
        self.blocks = []

    def all(self):
        yield self
        for _, block in self.blocks:
            for statement in block:
                yield from statement.all()


class Maker:
    """Makes a random function body."""

    def __init__(self, random, language):
        self.random, self.python = random, language == "python"
        self.probes = self.counters = 0

    def number(self):
        r = self.random
        kind = r.random()
        if kind < 0.45:
            return r.choice(VARIABLES)
        if kind < 0.65:
            return str(r.randint(0, 9))
        if kind < 0.9:
            return f"(({self.number()} {r.choice('+-*')} {self.number()}) % 97)"
        if kind < 0.95:
            return "size(xs)"
        if self.python:
            return f"({self.number()} if {self.test()} else {self.number()})"
        return f"({self.test()} ? {self.number()} : {self.number()})"

    def test(self):
        r = self.random
        one = f"{self.number()} {r.choice(['<', '>', '!=', '>='])} {self.number()}"
        kind = r.random()
        if kind < 0.15:
            return f"{one} {'and' if self.python else '&&'} {self.test()}"
        if kind < 0.3:
            return f"({one} {'or' if self.python else '||'} {self.test()})"
        if kind < 0.35:
            return f"{'not ' if self.python else '!'}({one})"
        return one

    def block(self, depth, loops, tries, most=5):
        made = []
        for _ in range(self.random.randint(1, most)):
            made.append(self.statement(depth, loops, tries))
            if made[-1].kind in JUMPS:
                break
        return made

    def statement(self, depth, loops, tries):
        r = self.random
        kind = r.random()
        if depth > 0 and kind < 0.42:
            made = self.nested(depth - 1, loops, tries)
            if made:
                return made
        if kind < 0.5 and loops:
            return Statement("break" if r.random() < 0.5 else "continue") if r.random() < 0.35 else self.jump(depth, loops, tries)
        if kind < 0.53 and depth < 3:
            return self.jump(depth, loops, tries)
        if kind < 0.65:
            self.probes += 1
            return Statement("probe", self.probes, r.choice([*VARIABLES, "size(xs)"]))
        if kind < 0.72:
            return Statement("append", self.number())
        if kind < 0.77:
            return Statement("put", self.number(), self.number())
        if kind < 0.82 and tries:
            return Statement("take", r.choice(VARIABLES), self.number())
        if kind < 0.9:
            return Statement("augment", r.choice(VARIABLES), r.choice("+-"), self.number())
        return Statement("assign", r.choice(VARIABLES), self.number())

    def jump(self, depth, loops, tries):
        """An `if` around a jump."""
        r = self.random
        kinds = ["return"] + ["break", "continue"] * bool(loops) + ["raise"] * bool(tries)
        kind = r.choice(kinds)
        jump = Statement(kind, self.number()) if kind in ("return", "raise") else Statement(kind)
        made = Statement("if", self.test())
        made.blocks = [("then", [*(self.block(0, loops, tries, 2) if r.random() < 0.5 else []), jump])]
        if r.random() < 0.3:
            made.blocks.append(("else", self.block(0, loops, tries, 2)))
        return made

    def nested(self, depth, loops, tries):
        r = self.random
        kind = r.choice(["if", "if", "while", "for", "try", "switch", "forever"] + ["with"] * self.python)
        if kind == "if":
            made = Statement("if", self.test())
            made.blocks = [("then", self.block(depth, loops, tries))]
            if r.random() < 0.5:
                made.blocks.append(("else", self.block(depth, loops, tries)))
            return made
        if kind in ("while", "forever"):
            self.counters += 1
            made = Statement(kind, f"n{self.counters}", r.randint(1, 4), self.test())
            made.blocks = [("body", self.block(depth, loops + 1, tries))]
            if self.python and r.random() < 0.25:
                made.blocks.append(("else", self.block(0, loops, tries, 2)))
            return made
        if kind == "for":
            made = Statement("for", r.choice(VARIABLES[:3]), r.randint(0, 4))
            made.blocks = [("body", self.block(depth, loops + 1, tries))]
            if self.python and r.random() < 0.25:
                made.blocks.append(("else", self.block(0, loops, tries, 2)))
            return made
        if kind == "try":
            made = Statement("try")
            caught = r.random() < 0.8
            made.blocks = [("try", self.block(depth, loops, tries or caught))]
            if caught:
                if self.python and r.random() < 0.4:
                    made.blocks.append(("except KeyError", self.block(0, loops, tries, 3)))
                made.blocks.append(("except", self.block(depth, loops, tries, 3)))
                if self.python and r.random() < 0.3:
                    made.blocks.append(("else", self.block(0, loops, tries, 2)))
            if not caught or r.random() < 0.5:
                made.blocks.append(("finally", self.block(0, 0, tries, 2)))
            return made
        if kind == "with":
            made = Statement("with", r.choice(VARIABLES))
            made.blocks = [("body", self.block(depth, loops, True))]
            return made
        made = Statement("switch", f"({self.number()}) % 4")
        cases = r.sample(range(5), r.randint(1, 3))
        # In JavaScript `break` would leave the switch.
        made.blocks = [(f"case {case}", self.block(depth, loops if self.python else 0, tries, 3)) for case in cases]
        if r.random() < 0.5:
            made.blocks.append(("default", self.block(0, loops if self.python else 0, tries, 2)))
        made.falls = [r.random() < 0.4 for _ in made.blocks]
        return made


class Writer:
    """Writes a body, a statement a line, and remembers which statement is on which line."""

    def __init__(self, python, first):
        self.python, self.lines, self.first, self.at = python, [], first, {}

    def line(self, depth, text, statement=None):
        self.lines.append("    " * depth + text)
        if statement is not None:
            self.at[self.first + len(self.lines) - 1] = statement

    def block(self, block, depth, keep):
        if not block and self.python:
            self.line(depth, "pass")
        for statement in block:
            if keep is None or statement in keep:
                self.python_statement(statement, depth, keep) if self.python else self.javascript(statement, depth, keep)
            else:
                self.line(depth, "pass" if self.python else ";")

    def python_statement(self, of, depth, keep):
        kind, parts = of.kind, of.parts
        simple = {
            "assign": "{0} = {1}", "augment": "{0} {1}= {2}", "put": "xs[{0} % 3] = {1}", "append": "xs.append({0})",
            "take": "{0} = take(xs, {1})", "probe": "probe({0}, {1})", "break": "break", "continue": "continue",
            "return": "return {0}", "raise": "raise kind({0})",
        }  # fmt: skip
        if kind in simple:
            return self.line(depth, simple[kind].format(*parts), of)
        if kind in ("while", "forever"):
            self.line(depth, f"{parts[0]} = 0", of)
        head = {
            "if": "if {0}:", "while": "while {0} < {1} and {2}:", "forever": "while True:", "for": "for {0} in range({1}):",
            "try": "try:", "with": "with closing({0}):", "switch": "match {0}:",
        }  # fmt: skip
        self.line(depth, head[kind].format(*parts), of)
        for number, (name, block) in enumerate(of.blocks):
            deeper = depth + 1
            if kind == "switch":
                self.line(depth + 1, "case _:" if name == "default" else name + ":", of)
                deeper += 1
            elif number > 0:
                self.line(depth, "except Exception:" if name == "except" else name + ":", of)
            if number == 0 and kind == "while":
                self.line(deeper, f"{parts[0]} += 1", of)
            if number == 0 and kind == "forever":
                self.line(deeper, f"{parts[0]} += 1", of)
                self.line(deeper, f"if {parts[0]} > {parts[1]}:", of)
                self.line(deeper + 1, "break", of)
            self.block(block, deeper, keep)

    def javascript(self, of, depth, keep):
        kind, parts = of.kind, of.parts
        simple = {
            "assign": "{0} = {1};", "augment": "{0} {1}= {2};", "put": "xs[mod({0}, 3)] = {1};", "append": "xs.push({0});",
            "take": "{0} = take(xs, {1});", "probe": "probe({0}, {1});", "break": "break;", "continue": "continue;",
            "return": "return {0};", "raise": "throw kind({0});",
        }  # fmt: skip
        if kind in simple:
            return self.line(depth, simple[kind].format(*parts), of)
        if kind in ("while", "forever"):
            self.line(depth, f"let {parts[0]} = 0;", of)
        head = {
            "if": "if ({0}) {{", "while": "while ({0} < {1} && {2}) {{", "forever": "while (true) {{",
            "for": "for ({0} of range({1})) {{", "try": "try {{", "switch": "switch ({0}) {{",
        }  # fmt: skip
        self.line(depth, head[kind].format(*parts), of)
        for number, (name, block) in enumerate(of.blocks):
            deeper = depth + 1
            if kind == "switch":
                self.line(depth + 1, name + ":", of)
                deeper += 1
            elif number > 0:
                self.line(depth, "} catch {" if name == "except" else f"}} {name} {{", of)
            if number == 0 and kind == "while":
                self.line(deeper, f"{parts[0]} += 1;", of)
            if number == 0 and kind == "forever":
                self.line(deeper, f"{parts[0]} += 1;", of)
                self.line(deeper, f"if ({parts[0]} > {parts[1]})", of)
                self.line(deeper + 1, "break;", of)
            self.block(block, deeper, keep)
            if kind == "switch" and not of.falls[number]:
                self.line(deeper, "break;", of)
        self.line(depth, "}")


PYTHON = """
class closing:
    def __init__(self, n): self.n = n
    def __enter__(self): pass
    def __exit__(self, *error): return self.n % 2 == 0
def kind(n): return (KeyError if n % 2 else ValueError)(n)
def size(xs): return len(xs)
def take(xs, n):
    if n % 5 >= len(xs): raise kind(n)
    return xs[n % 5]
"""
JAVASCRIPT = """
const mod = (n, m) => ((n % m) + m) % m;
const kind = (n) => new Error(n);
const size = (xs) => xs.length;
const range = (n) => [...Array(n).keys()];
const take = (xs, n) => { if (mod(n, 5) >= xs.length) throw kind(n); return xs[mod(n, 5)]; };
"""
ARGUMENTS = [(0, 1, 2), (3, 0, 5), (7, 9, 1), (2, 2, 2)]


def text(body, language, first=1, keep=None, name="f"):
    python = language == "python"
    writer = Writer(python, first)
    writer.line(0, f"def {name}(a, b, c, probe):" if python else f"function {name}(a, b, c, probe) {{")
    writer.line(1, "d = 1" if python else "let d = 1;", "d")
    writer.line(1, "e = a" if python else "let e = a;", "e")
    writer.line(1, "xs = [a, b, c]" if python else "let xs = [a, b, c];", "xs")
    writer.block(body, 1, keep)
    if not python:
        writer.line(0, "}")
    return writer


def lexical_successors(body):
    """By statement, the one that would run next if it were empty: the next in its block, or what follows the block."""
    after = {}

    def visit(block, end):
        for number, statement in enumerate(block):
            following = block[number + 1] if number + 1 < len(block) else end
            after[statement] = following
            blocks = dict(statement.blocks)
            last = (blocks.get("finally") or [following])[0]
            for at, (name, inner) in enumerate(statement.blocks):
                if statement.kind == "with":
                    closing = Statement("closing", statement)
                    after[closing] = following
                    visit(inner, closing)
                elif statement.kind in ("while", "forever", "for") and name == "body":
                    visit(inner, statement)
                elif statement.kind == "try" and name == "try":
                    visit(inner, (blocks.get("else") or [last])[0])
                elif statement.kind == "try" and name != "finally":
                    visit(inner, last)
                elif statement.kind == "switch" and getattr(statement, "falls_here", False) and statement.falls[at] and at + 1 < len(statement.blocks):
                    visit(inner, statement.blocks[at + 1][1][0])
                else:
                    visit(inner, following)

    visit(body, None)
    return after


def closers(body):
    """By statement, those that run on the way out of what it is in: of a `finally`, or what closes a `with`."""
    found = {}

    def visit(block, around):
        for statement in block:
            found[statement] = around
            last = {inner for name, block in statement.blocks if name == "finally" for top in block for inner in top.all()}
            for name, inner in statement.blocks:
                own = set() if name == "finally" else last | ({statement} if statement.kind == "with" else set())
                visit(inner, around | own)

    visit(body, set())
    return found


def post_dominators(flow):
    """By node, those that every way out goes through (bits), itself included."""
    region = flow["regions"][0]
    count = len(flow["nodes"])
    following = [[] for _ in range(count)]
    for source, target, _ in flow["edges"]:
        following[source].append(target)
    every = (1 << count) - 1
    found = [every] * count
    found[region["exit"]] = 1 << region["exit"]
    changed = True
    while changed:
        changed = False
        for node in reversed(range(count)):
            if node != region["exit"]:
                bits = every
                for target in following[node]:
                    bits &= found[target]
                bits |= 1 << node
                changed |= bits != found[node]
                found[node] = bits
    return found


def sliced(flow, wanted, jump_nodes, statement_of, after, closing, dominators):
    """Nodes that the wanted ones depend on, with jumps."""
    before = collections.defaultdict(set)
    for source, target, _ in flow["control"]:
        before[target].add(source)
    for source, target, _ in flow["data_nodes"]:
        before[target].add(source)
    exit = flow["regions"][0]["exit"]
    kept, stack = set(), list(wanted)

    def matters(jump, statements):
        """Whether control goes elsewhere, among what is kept, if the jump is left out."""
        ways = [node for node in range(len(flow["nodes"])) if dominators[jump] >> node & 1 and node != jump and (node in kept or node == exit)]
        nearest = max(ways, key=lambda node: dominators[node].bit_count())
        # What runs on the way out is another place than the same text on the way on.
        if statement_of.get(nearest) in closing[statement_of[jump]]:
            return True
        following = after[statement_of[jump]]
        while following is not None and following not in statements:
            if following.kind == "closing" and following.parts[0] in statements:
                following = following.parts[0]
                break
            # Into what does nothing itself.
            following = following.blocks[0][1][0] if following.kind in ("with", "try") else after[following]
        return statement_of.get(nearest) is not following

    while True:
        while stack:
            node = stack.pop()
            if node not in kept:
                kept.add(node)
                stack.extend(before[node])
        statements = {statement_of[node] for node in kept if node in statement_of}
        stack = [jump for jump in jump_nodes if jump not in kept and matters(jump, statements)]
        if not stack:
            return kept


def run_python(source):
    scope = {}
    exec(compile(PYTHON + source, "slice", "exec"), scope)
    found = []
    for arguments in ARGUMENTS:
        values = collections.defaultdict(list)
        try:
            scope["f"](*arguments, lambda n, value: values[n].append(value))
        except Exception:
            pass
        found.append(values)
    return found


def run_javascript(sources):
    """Runs each source and gives, for each, the values of its probes by call."""
    script = JAVASCRIPT + "const sources = " + json.dumps(sources) + ";\n"
    script += f"const all = {json.dumps(ARGUMENTS)};\n"
    script += """
const found = sources.map((source) => {
  const f = new Function('mod', 'kind', 'size', 'range', 'take', source + '; return f;')(mod, kind, size, range, take);
  return all.map((given) => {
    const values = {};
    try { f(...given, (n, value) => (values[n] ??= []).push(value)); } catch {}
    return values;
  });
});
console.log(JSON.stringify(found));
"""
    with tempfile.NamedTemporaryFile("w", suffix=".cjs", delete=False) as file:
        file.write(script)
    output = subprocess.run(["node", file.name], capture_output=True, text=True, check=True).stdout
    os.unlink(file.name)
    found = json.loads(output)
    return [[collections.defaultdict(list, {int(n): values for n, values in run.items()}) for run in runs] for runs in found]


def check(binary, language, programs, seed, show):
    made, lines, first = [], [], 1
    for number in range(programs):
        maker = Maker(random.Random(f"{seed} {number}"), language)
        body = maker.block(3, 0, False, 8)
        writer = text(body, language, first, name=f"f{number}")
        made.append((body, writer.at, first))
        lines += writer.lines
        first += len(writer.lines)
    suffix = ".py" if language == "python" else ".js"
    with tempfile.NamedTemporaryFile("w", suffix=suffix, delete=False) as file:
        file.write("\n".join(lines) + "\n")
    output = subprocess.run([binary, "--flow-json", file.name], capture_output=True, check=True).stdout
    os.unlink(file.name)
    flows = {flow["name"]: flow for flow in map(json.loads, output.splitlines())}
    counts = collections.Counter()
    jobs = []
    for number, (body, at, _) in enumerate(made):
        flow = flows[f"f{number}"]
        counts["programs"] += 1
        counts["capped"] += flow["capped"]
        statements = [statement for top in body for statement in top.all()]
        counts["statements"] += len(statements)
        nodes = collections.defaultdict(set)
        for node, of in enumerate(flow["nodes"]):
            if of["kind"] not in ("entry", "exit") and of["start_line"] in at:
                nodes[at[of["start_line"]]].add(node)
        statement_of = {node: of for of, some in nodes.items() if isinstance(of, Statement) for node in some}
        dead = set(flow["unreachable"])
        kinds = ("jump", "return", "raise")
        jumps = {node for node, of in enumerate(flow["nodes"]) if of["kind"] in kinds and node in statement_of and node not in dead}
        jumps = {node for node in jumps if statement_of[node].kind in JUMPS}
        if language == "javascript":
            for statement in statements:
                statement.falls_here = True
        after, closing, dominators = lexical_successors(body), closers(body), post_dominators(flow)
        original = "\n".join(text(body, language).lines)
        for statement in statements:
            # What never runs has no values.
            if statement.kind != "probe" or nodes[statement] <= set(flow["unreachable"]):
                continue
            kept = sliced(flow, nodes[statement], jumps, statement_of, after, closing, dominators)
            keep = {other for other in statements if nodes[other] & kept}
            # Around what is kept the syntax stays.
            for other in reversed(statements):
                if any(inner in keep for _, block in other.blocks for inner in block):
                    keep.add(other)
            counts["kept"] += len(keep)
            counts["of"] += len(statements)
            jobs.append((statement.parts[0], original, "\n".join(text(body, language, keep=keep).lines)))
    if language == "python":
        cache = {}
        results = [(cache.setdefault(one, None) or cache.__setitem__(one, run_python(one)) or cache[one], run_python(other)) for _, one, other in jobs]
    else:
        flat = run_javascript([source for _, one, other in jobs for source in (one, other)])
        results = list(zip(flat[::2], flat[1::2]))
    wrong = []
    for (probe, original, kept), (theirs, ours) in zip(jobs, results):
        counts["slices"] += 1
        counts["values"] += sum(len(values[probe]) for values in theirs)
        equal = all(one[probe] == other[probe] for one, other in zip(theirs, ours))
        counts["slices equal"] += equal
        if not equal:
            wrong.append((probe, original, kept, [one[probe] for one in theirs], [one[probe] for one in ours]))
    print(language, dict(counts))
    print(f"{language}: {counts['slices'] - counts['slices equal']} of {counts['slices']} slices give other values; a slice keeps {counts['kept'] / max(1, counts['of']):.1%} of the statements")
    for probe, original, kept, one, other in sorted(wrong, key=lambda row: len(row[1]))[:show]:
        print(f"--- probe {probe}: {one} became {other}\n{original}\n--- its slice\n{kept}\n")
    return not wrong


def main():
    arguments = sys.argv[1:]

    def option(name, default):
        if name not in arguments:
            return default
        at = arguments.index(name)
        value = arguments[at + 1]
        del arguments[at : at + 2]
        return value

    programs, seed, show = int(option("--programs", "500")), option("--seed", "1"), int(option("--show", "2"))
    languages = option("--language", "python,javascript").split(",")
    good = [check(os.path.abspath(arguments[0]), language, programs, seed, show) for language in languages]
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
