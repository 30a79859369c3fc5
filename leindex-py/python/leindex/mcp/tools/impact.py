"""`leindex_impact`: what a change reaches, with the way there, and the tests that notice it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from leindex.mcp.cursors import Cursor
from leindex.mcp.failures import ToolError
from leindex.mcp.markdown import code, count
from leindex.mcp.parameters import Choice, Text, Texts, Whole
from leindex.mcp.roots import Scope
from leindex.mcp.schemas import EDGE, LINE, PATH, PROJECT, SYMBOL, array, integer, object_of, paged, ref, string
from leindex.mcp.service import Call
from leindex.mcp.stamps import Stamp
from leindex.mcp.tool import PROJECT_PATH, Answer, Tool
from leindex.mcp.tools.naming import file_of, meant
from leindex.mcp.tools.sections import Window, edge_of

__all__ = ["IMPACT"]

NAME = "leindex_impact"
#: Members that are looked for at most. Nearest first: what lies beyond is hardly an answer to anybody's question.
MOST_MEMBERS = 2000
STRETCH = re.compile(r"(?P<path>.+?):(?P<start>\d{1,9})(?:-(?P<end>\d{1,9}))?")


async def impact(call: Call, arguments: dict[str, Any]) -> Answer:
    """Answers a call."""
    cursors = Cursor(NAME, arguments)
    page = cursors.page(arguments["cursor"])
    starts = await started(call, arguments)
    bounds: dict[str, Any] = {"direction": arguments["direction"], "limit": MOST_MEMBERS}
    if arguments["depth"] is not None:
        bounds["depth"] = arguments["depth"]
    outcomes = await call.each(list(starts), lambda scope: call.ask(scope, "impact", **starts[scope], **bounds))
    stamp = Stamp(NAME, ((outcome, outcome.value[0] if outcome.value else None) for outcome in outcomes))
    page.check(stamp.revision)
    window = Window(page.place, arguments["limit"])
    answers = [(outcome.scope.name, outcome.value[1]) for outcome in outcomes if outcome.value]
    members = [(name, member) for name, answer in answers for member in answer["members"]]
    members.sort(key=lambda named: named[1]["distance"])
    tests = [test for _, answer in answers for test in answer["tests"]]
    start = [symbol for _, answer in answers for symbol in answer["start"]]
    removed = [
        {**stamp.of(name), **{key: old[key] for key in ("kind", "name", "path")}}
        for name, answer in answers
        for old in answer["removed"]
    ]
    unknown = sum(answer["unknown"] for _, answer in answers)
    capped = any(answer["truncated"] for _, answer in answers)
    truncated = window.more(start, removed, members, tests)
    cursor = cursors.written(page.place + 1, stamp.revision) if truncated else None
    end = "source" if arguments["direction"] == "dependents" else "target"
    structured = {
        **stamp.structured(),
        "start": list(window.of(start)),
        "removed": list(window.of(removed)),
        "total": len(members),
        "members": [
            {
                **stamp.of(name),
                "symbol": member["symbol"],
                "path": member["path"],
                "line": member["line"],
                "distance": member["distance"],
                "proof": [edge_of(edge, end) for edge in member["proof"]],
            }
            for name, member in window.of(members)
        ],
        "tests_total": len(tests),
        "tests": list(window.of(tests)),
        "unknown": unknown,
        "capped": capped,
        "truncated": truncated,
    }
    if cursor:
        structured["next_cursor"] = cursor
    if not start and not removed and not members:
        since = f"No symbol of the working tree differs from {code(arguments['base'] or 'HEAD')}."
        nothing = "No symbol is on these lines." if arguments["lines"] else since
        return Answer(f"{nothing}\n\n{stamp.text()}\n", structured)
    lines = [
        f"# {count(len(members), 'symbol')} reached from {count(len(start) + len(removed), 'symbol')}, "
        f"{count(len(tests), 'test')} among them",
        "",
        "From:",
        *(f"- {code(symbol)}" for symbol in window.of(start)),
        *(f"- {code(old['name'])} of {old['path']}, which is removed" for old in window.of(removed)),
        "",
    ]
    if shown := window.of(members):
        lines.extend(
            ["## Reached, nearest first", "", *(member_line(name, member, stamp) for name, member in shown), ""]
        )
    if tests:
        lines.extend(["## Tests to run", "", *(f"- {code(test)}" for test in window.of(tests)), ""])
    if unknown:
        lines.append(f"{count(unknown, 'site')} may reach more: the name there is one of several definitions'.")
    if capped:
        lines.append(f"There are more than {MOST_MEMBERS:,}; ask with a smaller `depth`.")
    return Answer("\n".join([*lines, "", stamp.text(cursor), ""]), structured)


def member_line(project: str, member: dict[str, Any], stamp: Stamp) -> str:
    """A member, with the way that leads to it."""
    of = f" in {project}" if stamp.several else ""
    way = " → ".join(f"{edge['path']}:{edge['line']} ({edge['kind']}, {edge['rule']})" for edge in member["proof"])
    return f"- {code(member['symbol'])} — {member['path']}:{member['line']}{of}, distance {member['distance']}: {way}"


async def started(call: Call, arguments: dict[str, Any]) -> dict[Scope, dict[str, Any]]:
    """What the engine of each project is asked about: symbols, lines, or what differs from a commit."""
    given = [name for name in ("symbols", "lines", "base") if arguments[name]]
    if len(given) > 1:
        raise ToolError(
            f"Give one of `symbols`, `lines` and `base`, not {' and '.join(f'`{name}`' for name in given)}."
        )
    if (arguments["base"] or "").startswith("-"):
        raise ToolError("`base` must be a commit, a branch or a tag, as `HEAD~1` or `main`.")
    scopes = call.scopes(arguments["project_path"])
    if arguments["symbols"]:
        return await from_symbols(call, scopes, arguments["symbols"])
    if arguments["lines"]:
        return await from_lines(call, scopes, arguments["lines"])
    return {scope: {"base": arguments["base"] or "HEAD"} for scope in scopes}


async def from_symbols(call: Call, scopes: Sequence[Scope], symbols: Sequence[str]) -> dict[Scope, dict[str, Any]]:
    """Symbols, by the projects that they are of."""
    starts: dict[Scope, list[str]] = {}
    for name in symbols:
        target = await meant(call, scopes, name)
        if target.what == "file":
            raise ToolError(
                f"`symbols`: {code(name)} is a file. Name symbols, or give its lines: "
                f'`lines` ["{target.name}:1-{10**6}"] for the whole of it.'
            )
        starts.setdefault(target.scope, []).append(target.name)
    return {scope: {"names": names} for scope, names in starts.items()}


async def from_lines(call: Call, scopes: Sequence[Scope], lines: Sequence[str]) -> dict[Scope, dict[str, Any]]:
    """Stretches of lines, by the projects and files that they are of."""
    starts: dict[Scope, dict[str, list[list[int]]]] = {}
    for stretch in lines:
        found = STRETCH.fullmatch(stretch)
        start = int(found["start"]) if found else 0
        end = int(found["end"] or start) if found else 0
        if found is None or not 1 <= start <= end:
            raise ToolError(
                f"`lines`: {code(stretch[:200])} is no stretch of lines; write `src/auth.py:10-20` or `src/auth.py:10`."
            )
        scope, path = await file_of(call, scopes, "lines", found["path"])
        starts.setdefault(scope, {}).setdefault(path, []).append([start, end])
    return {scope: {"lines": files} for scope, files in starts.items()}


REMOVED = object_of(
    {
        "project": PROJECT,
        "kind": string("What it was."),
        "name": string("Its name, with those of what it lay in."),
        "path": PATH,
    },
    optional=("project",),
)
MEMBER = object_of(
    {
        "project": PROJECT,
        "symbol": SYMBOL,
        "path": PATH,
        "line": LINE,
        "distance": integer("Edges between it and the start."),
        "proof": array(ref("edge"), "The edges that lead from the start to it, in order."),
    },
    optional=("project",),
)

IMPACT = Tool(
    name=NAME,
    title="What a change reaches",
    description=(
        "What depends on some symbols, directly or through others, each with the chain of calls that proves it; and "
        "the tests to run. Starts at symbols, at lines, or at what the working tree changed since a commit. Ask before "
        "changing a signature, and after an edit to see what to test. Grep finds callers one level at a time and by "
        "name; this follows calls, inheritance and overrides to the end, and counts the places that it cannot be sure "
        "of.\n"
        'Examples: {"symbols": ["Session.login"]}; {"lines": ["src/auth.py:10-20"]}; {"base": "HEAD"} for uncommitted '
        "changes, which is what it takes without any of the three."
    ),
    parameters=(
        Texts(name="symbols", description="Symbols that change, by name or full name.", longest=4096),
        Texts(name="lines", description='Lines that change: `["src/auth.py:10-20", "src/db.py:7"]`.', longest=4200),
        Text(
            name="base",
            description="A commit: what the working tree has otherwise changes. HEAD where nothing is given.",
            longest=200,
        ),
        Choice(
            name="direction",
            description="dependents: what the change reaches. dependencies: what the symbols rely on.",
            options=("dependents", "dependencies"),
            default="dependents",
        ),
        Whole(name="depth", description="Longest chain; without it, any.", most=1000),
        Whole(name="limit", description="Most entries of each list on a page.", default=50, most=500),
        Text(name="cursor", description="`next_cursor` of the answer before, for the next page.", longest=1000),
        PROJECT_PATH,
    ),
    output=paged(
        {
            "start": array(SYMBOL, "The symbols that change."),
            "removed": array(REMOVED, "What the working tree has no more; who still uses its name is reached."),
            "total": integer("Members on all pages."),
            "members": array(MEMBER, "What is reached, nearest first."),
            "tests_total": integer("Tests on all pages."),
            "tests": array(SYMBOL, "The tests among all members."),
            "unknown": integer("Sites whose target is one of several by name: they may hide members."),
            "capped": {"type": "boolean", "description": f"Whether there are more than {MOST_MEMBERS} members."},
        },
        definitions={"edge": EDGE},
    ),
    run=impact,
)
