"""`leindex_status`: what is served and indexed, how the server is used, and reports about a whole project."""

from __future__ import annotations

from typing import Any

from leindex.mcp.failures import described
from leindex.mcp.markdown import code, count, table
from leindex.mcp.overview import overview
from leindex.mcp.parameters import Texts
from leindex.mcp.roots import Scope
from leindex.mcp.schemas import LINE, PATH, SYMBOL, array, boolean, integer, number, object_of, string
from leindex.mcp.service import Call
from leindex.mcp.tool import PROJECT_PATH, Answer, Tool

__all__ = ["STATUS"]

NAME = "leindex_status"
REPORTS = ("overview", "dead_code", "cycles", "diagnostics")
#: Entries of a report at most.
LISTED = 50
#: Files of a circle at most.
LONGEST_CYCLE = 20


async def status(call: Call, arguments: dict[str, Any]) -> Answer:
    """Answers a call. What is being indexed is said to be, and not waited for."""
    scopes = call.scopes(arguments["project_path"])
    include = arguments["include"] or []
    ready = [scope for scope in scopes if not is_indexing(scope)]
    states: dict[Scope, dict[str, Any]] = {scope: indexing(scope) for scope in scopes if scope not in ready}
    texts: dict[Scope, str] = {}
    if ready:
        for outcome in await asked(call, ready, include):
            scope, value, error = outcome
            if error is None:
                states[scope], texts[scope] = value
            else:
                states[scope] = {**known(scope), "state": "failed", "problem": described(error, NAME)}
    projects = [states[scope] for scope in scopes]
    usage = used(call)
    lines = [project_line(state) for state in projects]
    blocks = ["# Projects", "\n".join(lines), *(texts[scope] for scope in scopes if texts.get(scope)), used_text(usage)]
    return Answer("\n\n".join(blocks) + "\n", {"projects": projects, "usage": usage})


async def asked(call: Call, scopes: list[Scope], include: list[str]) -> list[tuple[Scope, Any, Exception | None]]:
    """The state of each project; one that fails does not hide the others."""
    if len(scopes) == 1:
        try:
            return [(scopes[0], await state_of(call, scopes[0], include), None)]
        except Exception as error:
            return [(scopes[0], None, error)]
    outcomes = await call.each(scopes, lambda scope: state_of(call, scope, include))
    return [(outcome.scope, outcome.value, outcome.error) for outcome in outcomes]


def is_indexing(scope: Scope) -> bool:
    """Whether a project is being indexed right now."""
    latest = scope.root.latest
    return latest is not None and not latest.finished.is_set()


def known(scope: Scope) -> dict[str, Any]:
    """What is known of a project without asking it."""
    return {"project": scope.name, "path": str(scope.root.path)}


def indexing(scope: Scope) -> dict[str, Any]:
    """How far the indexing of a project is."""
    done, total = scope.root.opening().progress
    return {**known(scope), "state": "indexing", "done": done, "total": total}


async def state_of(call: Call, scope: Scope, include: list[str]) -> tuple[dict[str, Any], str]:
    """What a project holds, and the reports about it: as data and as text."""
    stats = await call.stats(scope)
    store = stats["store"]
    state: dict[str, Any] = {
        **known(scope),
        "state": "indexed",
        "name": stats["name"],
        "revision": stats["revision"],
        "files": stats["files"],
        "symbols": stats["symbols"],
        "languages": stats["languages"],
        "skipped": stats["skipped"],
        "parse_errors": stats["parse_errors"],
        "problems": stats["diagnostics"],
        "warnings": [str(warning) for warning in stats["warnings"]],
        "follows_changes": bool(stats["following"]),
        "store_bytes": int(store.get("bytes") or 0),
        "seconds_to_open": round(scope.root.opening().seconds, 3),
        "memory": {name: value for name, value in stats["memory"].items() if isinstance(value, int)},
    }
    if store.get("folder"):
        state["store"] = str(store["folder"])
    texts = []
    for report in include:
        structured, text = await REPORTED[report](call, scope)
        state.update(structured)
        texts.append(text)
    return state, "\n\n".join(texts)


async def overviewed(call: Call, scope: Scope) -> tuple[dict[str, Any], str]:
    """The overview, as in the resource."""
    return {}, await overview(call, scope)


async def dead_code(call: Call, scope: Scope) -> tuple[dict[str, Any], str]:
    """Definitions that nothing is known to lead to."""
    _, dead = await call.ask(scope, "dead_code")
    rows = [
        {
            "symbol": each["symbol"]["symbol"],
            "path": each["symbol"]["path"],
            "line": each["symbol"]["start_line"],
            "possible_sites": each["possible_sites"],
        }
        for each in dead
    ]
    lines = [
        f"- {code(row['symbol'])} — {row['path']}:{row['line']}"
        + (f", unless {count(row['possible_sites'], 'site')} of the name mean it" if row["possible_sites"] else "")
        for row in rows[:LISTED]
    ]
    heading = f"## Dead code in {scope.name} ({len(rows)})"
    return {"dead_code": rows[:LISTED], "dead_code_total": len(rows)}, "\n".join([heading, "", *lines])


async def cycles(call: Call, scope: Scope) -> tuple[dict[str, Any], str]:
    """Files that import each other in a circle."""
    _, found = await call.ask(scope, "cycles")
    shown = [cycle[:LONGEST_CYCLE] for cycle in found[:LISTED]]
    lines = [
        f"- {' → '.join(map(code, cycle))}"
        + (f" → … and {count(len(whole) - LONGEST_CYCLE, 'further file')}" if len(whole) > LONGEST_CYCLE else "")
        for cycle, whole in zip(shown, found, strict=False)
    ]
    heading = f"## Import cycles in {scope.name} ({len(found)})"
    return {"cycles": shown, "cycles_total": len(found)}, "\n".join([heading, "", *lines])


async def diagnostics(call: Call, scope: Scope) -> tuple[dict[str, Any], str]:
    """What people should know of files."""
    _, found = await call.ask(scope, "diagnostics")
    rows = [{key: each[key] for key in ("path", "line", "message") if each[key] is not None} for each in found[:LISTED]]
    lines = [
        f"- {row['path']}{':' + str(row['line']) if 'line' in row else ''}: {' '.join(row['message'].split())}"
        for row in rows
    ]
    heading = f"## Problems in {scope.name} ({len(found)})"
    return {"diagnostics": rows}, "\n".join([heading, "", *lines])


REPORTED = {"overview": overviewed, "dead_code": dead_code, "cycles": cycles, "diagnostics": diagnostics}


def used(call: Call) -> dict[str, Any]:
    """How the server is used."""
    counts = call.service.counts
    tools = {
        name: {
            "calls": tool.calls,
            "errors": tool.errors,
            "cancelled": tool.cancelled,
            "tokens": tool.tokens,
            "mean_ms": round(1000 * tool.seconds / tool.calls, 1) if tool.calls else 0.0,
        }
        for name, tool in sorted(counts.tools.items())
    }
    return {"seconds": round(counts.seconds(), 1), "tools": tools}


def project_line(state: dict[str, Any]) -> str:
    """A project, as text."""
    head = f"- {code(state['project'])} at {code(state['path'])}: "
    if state["state"] == "indexing":
        return f"{head}being indexed, {state['done']:,} of {state['total']:,} files"
    if state["state"] == "failed":
        return f"{head}cannot be asked. {state['problem']}"
    languages = sorted(state["languages"].items(), key=lambda language: (-language[1], language[0]))
    said = [
        f"{count(state['files'], 'file')}, {count(state['symbols'], 'symbol')}, revision {state['revision']}",
        ", ".join(f"{name} {files:,}" for name, files in languages),
    ]
    if state["problems"]:
        said.append(f'{count(state["problems"], "problem")} (`include` ["diagnostics"] lists them)')
    said.extend(state["warnings"])
    return head + "; ".join(part for part in said if part)


def used_text(usage: dict[str, Any]) -> str:
    """The counts, as text."""
    columns = ("calls", "errors", "cancelled", "tokens", "mean_ms")
    rows = [[name, *(f"{tool[column]:,}" for column in columns)] for name, tool in usage["tools"].items()]
    heading = f"# Use since the server started, {usage['seconds']:,.0f} s ago"
    note = "Counted in memory, for you alone: nothing of it leaves the machine."
    return "\n\n".join([heading, table(["tool", *columns], rows), note] if rows else [heading, "No calls yet.", note])


COUNTS = {"type": "object", "additionalProperties": {"type": "integer"}}
PROJECT = object_of(
    {
        "project": string("Its name here: takes the place of its path in `project_path`."),
        "path": string("Its folder."),
        "state": string("Whether it can be asked at once.", enum=["indexed", "indexing", "failed"]),
        "done": integer("Files that are indexed."),
        "total": integer("Files that there are to index."),
        "problem": string("Why it cannot be asked, and what to do."),
        "name": string("The name that its symbols begin with."),
        "revision": string("Its revision.", pattern="^r[0-9a-f]{16}$"),
        "files": integer("Files."),
        "symbols": integer("Symbols."),
        "languages": {**COUNTS, "description": "Files, by language."},
        "skipped": {**COUNTS, "description": "Files that are only listed, by reason."},
        "parse_errors": integer("Syntax errors."),
        "problems": integer('What `include` ["diagnostics"] lists.'),
        "warnings": array(string("A sentence."), "What whoever runs the server should know."),
        "follows_changes": boolean("Whether the system tells of changes. Answers are true to the disk in any case."),
        "store": string("Where results are kept."),
        "store_bytes": integer("Size of the store."),
        "seconds_to_open": number("How long it took to open."),
        "memory": {**COUNTS, "description": "Memory of the process, in bytes, and how often some was freed."},
        "dead_code": array(
            object_of(
                {"symbol": SYMBOL, "path": PATH, "line": LINE, "possible_sites": integer("Sites that may mean it.")}
            ),
            f"Definitions that nothing leads to, {LISTED} at most.",
        ),
        "dead_code_total": integer("How many there are."),
        "cycles": array(
            array(PATH, f"Files of a circle, {LONGEST_CYCLE} at most."),
            f"Files that import each other, {LISTED} at most.",
        ),
        "cycles_total": integer("How many there are."),
        "diagnostics": array(
            object_of({"path": PATH, "line": LINE, "message": string("What it is.")}, optional=("line",)),
            f"What to know of files, {LISTED} at most.",
        ),
    },
)
PROJECT["required"] = ["project", "path", "state"]

STATUS = Tool(
    name=NAME,
    title="What is indexed, and how it is used",
    description=(
        "Which projects are served and whether they are indexed: files, symbols, languages, problems, revision, "
        "memory, and how often each tool was used. With `include`, reports that no grep gives: an overview (layers of "
        "directories, hotspots, entry points), dead code, import cycles, files that could not be understood.\n"
        'Example: {"include": ["overview"]} when you meet a project for the first time.'
    ),
    parameters=(
        PROJECT_PATH,
        Texts(name="include", description="Reports about the project as a whole.", options=REPORTS),
    ),
    output=object_of(
        {
            "projects": array(PROJECT, "The projects that are served."),
            "usage": object_of(
                {
                    "seconds": number("Since when the server is up."),
                    "tools": {
                        "type": "object",
                        "description": "By tool. Counted in memory; nothing leaves the machine.",
                        "additionalProperties": object_of(
                            {
                                "calls": integer("Calls."),
                                "errors": integer("Calls that were answered with an error."),
                                "cancelled": integer("Calls that the client took back."),
                                "tokens": integer("Tokens of the answers."),
                                "mean_ms": number("Milliseconds of a call on average."),
                            }
                        ),
                    },
                },
                description="How the server is used.",
            ),
        }
    ),
    run=status,
)
