"""What CPython itself says about a function's flow, and what the oracles of Python's flow share.

Reads a file's functions from its compiled bytecode (Python 3.11: positions and exception tables), and our flows of the
same file from the example `rows`.
"""

import ast
import dis
import json
import os
import subprocess
import sysconfig
import types

ENDS = {"RETURN_VALUE", "RAISE_VARARGS", "RERAISE", "JUMP_FORWARD", "JUMP_BACKWARD", "JUMP_BACKWARD_NO_INTERRUPT"}
# Instructions that raise nothing: an exception table around them says nothing. Truth values and tests of identity are
# taken to be safe, as in the flows.
SAFE = {
    "NOP", "RESUME", "LOAD_CONST", "LOAD_FAST", "STORE_FAST", "POP_TOP", "PUSH_NULL", "COPY", "SWAP", "LOAD_CLOSURE",
    "LOAD_DEREF", "STORE_DEREF", "DELETE_FAST", "MAKE_CELL", "COPY_FREE_VARS", "MAKE_FUNCTION", "BUILD_TUPLE", "BUILD_LIST", "BUILD_STRING",
    "RETURN_VALUE", "PRECALL", "KW_NAMES", "IS_OP", "PUSH_EXC_INFO", "POP_EXCEPT", "RETURN_GENERATOR",
    "LIST_TO_TUPLE", "LOAD_ASSERTION_ERROR", "JUMP_FORWARD", "JUMP_BACKWARD", "JUMP_BACKWARD_NO_INTERRUPT", "ASYNC_GEN_WRAP",
    "UNARY_NOT", "BUILD_SLICE", "LOAD_BUILD_CLASS", "GET_LEN", "JUMP_IF_TRUE_OR_POP", "JUMP_IF_FALSE_OR_POP",
    "CACHE", "EXTENDED_ARG", "SETUP_ANNOTATIONS",
}  # fmt: skip


def may_raise(name):
    return name not in SAFE and not name.startswith("POP_JUMP")


class Bytecode:
    """The control-flow graph of a code object: instructions, `next` and `error` (lists of instruction numbers)."""

    def __init__(self, code):
        self.code = code
        self.instructions = list(dis.get_instructions(code))
        at = {instruction.offset: number for number, instruction in enumerate(self.instructions)}
        self.next, self.error = [], []
        table = dis._parse_exception_table(code)
        for number, instruction in enumerate(self.instructions):
            targets = []
            if instruction.opcode in dis.hasjrel or instruction.opcode in dis.hasjabs:
                targets.append(at[instruction.argval])
            if instruction.opname not in ENDS and number + 1 < len(self.instructions):
                targets.append(number + 1)
            self.next.append(targets)
            handlers = [at[row.target] for row in table if row.start <= instruction.offset < row.end]
            self.error.append(handlers[:1] if may_raise(instruction.opname) else [])

    def successors(self, number):
        return self.next[number] + self.error[number]

    def reachable(self):
        seen, stack = {0}, [0]
        while stack:
            for target in self.successors(stack.pop()):
                if target not in seen:
                    seen.add(target)
                    stack.append(target)
        return seen


def inner_codes(code):
    return [constant for constant in code.co_consts if isinstance(constant, types.CodeType)]


def functions(source, path):
    """(function node, its code object) of a file, nested ones and methods included; None where it does not compile."""
    try:
        tree = ast.parse(source)
        top = compile(source, path, "exec", dont_inherit=True, optimize=0)
    except (SyntaxError, ValueError, RecursionError):
        return None
    codes = {}
    stack = [top]
    while stack:
        code = stack.pop()
        stack.extend(inner_codes(code))
        codes.setdefault((code.co_name, code.co_firstlineno), code)
    found = []
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            first = node.decorator_list[0].lineno if node.decorator_list else node.lineno
            code = codes.get((node.name, first))
            if code is not None:
                found.append((node, code))
    return tree, found


def files(roots):
    """Python files below folders, tests and installed packages left out; the standard library by default."""
    roots = roots or [sysconfig.get_paths()["stdlib"]]
    for root in roots:
        if os.path.isfile(root):
            yield root
        for folder, folders, names in os.walk(root):
            skipped = ("test", "tests", "idle_test", "site-packages", "__pycache__")
            folders[:] = sorted(name for name in folders if name not in skipped)
            yield from sorted(os.path.join(folder, name) for name in names if name.endswith(".py"))


def flows(binary, paths):
    """Our flows by path: `rows --flow-json` of each file."""
    for start in range(0, len(paths), 40):
        some = paths[start : start + 40]
        output = subprocess.run([binary, "--flow-json", *some], capture_output=True, check=True).stdout
        by_path = {path: [] for path in some}
        for line in output.splitlines():
            flow = json.loads(line)
            by_path[flow["path"]].append(flow)
        yield from by_path.items()


def regions(flows_of_file):
    """(flow, region, its number) by the position at which a function begins."""
    return {
        (region["start_line"], region["start_column"]): (flow, region, number)
        for flow in flows_of_file
        for number, region in enumerate(flow["regions"])
        if flow["name"] or number
    }


def read(path):
    """A file's text if it is UTF-8 with plain line ends, as positions are compared by line and byte."""
    try:
        with open(path, "rb") as file:
            text = file.read().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    return None if "\r" in text or "\f" in text or text.startswith("\ufeff") else text
