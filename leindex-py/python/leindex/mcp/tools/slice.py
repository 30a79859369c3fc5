"""`leindex_slice`: the lines that a value depends on, or that depend on it."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from leindex.mcp.cursors import Cursor
from leindex.mcp.failures import ToolError
from leindex.mcp.markdown import code, count, fence
from leindex.mcp.parameters import Choice, Flag, Text, Whole
from leindex.mcp.schemas import LINE, PATH, array, boolean, integer, object_of, paged, string
from leindex.mcp.service import Call, Outcome
from leindex.mcp.stamps import Stamp
from leindex.mcp.tool import PROJECT_PATH, Answer, Tool
from leindex.mcp.tools.naming import file_of

__all__ = ["SLICE"]

NAME = "leindex_slice"


async def sliced(call: Call, arguments: dict[str, Any]) -> Answer:
    """Answers a call."""
    limit = arguments["limit"]
    cursors = Cursor(NAME, arguments)
    page = cursors.page(arguments["cursor"])
    scopes = call.scopes(arguments["project_path"])
    scope, path = await file_of(call, scopes, "path", arguments["path"])
    if arguments["to_path"] or arguments["to_line"]:
        verb, asked = "chop", chop_of(arguments, path, scope.file("to_path", arguments["to_path"] or path))
    else:
        verb = "slice"
        asked = {
            "path": path,
            "line": arguments["line"],
            "forward": arguments["direction"] == "forward",
            "within_function": arguments["within_function"],
            "tests": arguments["tests"],
        }
        if arguments["variable"] is not None:
            asked["variable"] = arguments["variable"]
    revision, found = await call.ask(scope, verb, **asked)
    stamp = Stamp(NAME, [(Outcome(scope), revision)])
    page.check(stamp.revision)
    lines = found["lines"]
    shown = lines[page.place : page.place + limit]
    truncated = len(lines) > page.place + limit
    cursor = cursors.written(page.place + limit, stamp.revision) if truncated else None
    structured = {
        **stamp.structured(),
        "path": path,
        "line": arguments["line"],
        "total": len(lines),
        "lines": [{"path": line["path"], "line": line["line"], "reason": line["reason"]} for line in shown],
        "capped": found["capped"],
        "unknown_calls": found["unknown_calls"],
        "calls_from_tests": found["calls_from_tests"],
        "truncated": truncated,
    }
    if cursor:
        structured["next_cursor"] = cursor
    of = f" of {code(arguments['variable'])}" if arguments["variable"] else ""
    way = "to another place" if verb == "chop" else arguments["direction"]
    parts = [f"# Slice{of} at {path}:{arguments['line']}, {way}: {count(len(lines), 'line')}"]
    for file, of_file in groupby(shown, key=lambda line: line["path"]):
        numbered = [f"{line['line']:>5}  {line['text']}    ← {line['reason']}" for line in of_file]
        parts.append(f"{code(file)}\n\n{fence(chr(10).join(numbered))}")
    parts.extend(limits(found))
    return Answer("\n\n".join([*parts, stamp.text(cursor)]) + "\n", structured)


def chop_of(arguments: dict[str, Any], path: str, to_path: str) -> dict[str, Any]:
    """The arguments of a chop: the lines by which one place has to do with another."""
    if not arguments["to_line"]:
        raise ToolError("`to_line` is missing: `to_path` alone names no place.")
    asked = {
        "from_path": path,
        "from_line": arguments["line"],
        "from_variable": arguments["variable"],
        "to_path": to_path,
        "to_line": arguments["to_line"],
        "to_variable": arguments["to_variable"],
    }
    return {name: value for name, value in asked.items() if value is not None}


def limits(found: dict[str, Any]) -> list[str]:
    """What a slice does not hold."""
    said = []
    if found["capped"]:
        said.append("A limit cut it short: there may be more lines.")
    if found["unknown_calls"]:
        said.append(f"{count(found['unknown_calls'], 'call')} on the way lead to functions that are not known.")
    if found["calls_from_tests"]:
        said.append(f"{count(found['calls_from_tests'], 'call')} from tests were not followed; `tests` follows them.")
    return said


SLICE = Tool(
    name=NAME,
    title="Lines that a value depends on",
    description=(
        "A program slice: the lines that a value depends on (backward), or that depend on it (forward), through "
        "conditions, assignments and calls, across files, each with the reason why it is there, and nothing else. Grep "
        "for a variable finds every mention; this leaves out the mentions that have no part in the value and finds the "
        "lines that decide about it without naming it. Use it to find where a wrong value comes from, or what an "
        "assignment changes.\n"
        'Example: {"path": "src/cart.py", "line": 42, "variable": "total"}. With `to_line` (and `to_path`): only the '
        "lines "
        "by which the first place reaches the second."
    ),
    parameters=(
        Text(name="path", required=True, description="The file, from the root of the project.", longest=4096),
        Whole(name="line", required=True, description="The line, from 1.", most=10_000_000),
        Text(name="variable", description="The variable; without it, all that the line mentions.", longest=200),
        Choice(
            name="direction",
            description="backward: what the value depends on. forward: what depends on it.",
            options=("backward", "forward"),
            default="backward",
        ),
        Flag(name="within_function", description="Stay in the function.", default=False),
        Flag(name="tests", description="Also follow calls from tests.", default=False),
        Text(name="to_path", description="The file of a second place; the same file by default.", longest=4096),
        Whole(name="to_line", description="The line of a second place.", most=10_000_000),
        Text(name="to_variable", description="The variable at the second place.", longest=200),
        Whole(name="limit", description="Most lines of a page.", default=100, most=1000),
        Text(name="cursor", description="`next_cursor` of the answer before, for the next page.", longest=1000),
        PROJECT_PATH,
    ),
    output=paged(
        {
            "path": PATH,
            "line": LINE,
            "total": integer("Lines on all pages."),
            "lines": array(
                object_of({"path": PATH, "line": LINE, "reason": string("Why it is in the slice.")}),
                "The lines, by file. Their text is in the text of the answer alone.",
            ),
            "capped": boolean("Whether a limit cut the slice short."),
            "unknown_calls": integer("Calls on the way whose target is not known."),
            "calls_from_tests": integer("Calls from tests that were not followed."),
        }
    ),
    run=sliced,
)
