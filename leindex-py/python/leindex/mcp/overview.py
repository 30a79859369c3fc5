"""The overview of a project: what somebody should know before the first question. A resource, and a report."""

from __future__ import annotations

from typing import Any

from leindex.mcp.markdown import code, count, table
from leindex.mcp.roots import Scope
from leindex.mcp.service import Asker, Call

__all__ = ["overview"]

#: Directories, hotspots and entry points that are listed.
DIRECTORIES = 25
HOTSPOTS = 10
ENTRY_POINTS = 10
#: Files that start something, by their names.
STARTS = (
    "__main__.py",
    "manage.py",
    "main.py",
    "main.rs",
    "main.go",
    "main.c",
    "main.cpp",
    "index.ts",
    "index.js",
    "cli.py",
)


async def overview(call: Call, scope: Scope) -> str:
    """The overview, as Markdown."""

    def asks(ask: Asker) -> dict[str, Any]:
        return {
            "architecture": ask("architecture"),
            "hotspots": ask("hotspots", limit=HOTSPOTS),
            "main": ask("symbols", name="main", limit=200),
            "files": ask("files"),
        }

    stats = await call.stats(scope)
    revision, found = await call.same_revision(scope, asks)
    languages = sorted(stats["languages"].items(), key=lambda language: (-language[1], language[0]))
    hotspots = found["hotspots"]["hotspots"]
    blocks = [
        f"# {stats['name']}",
        f"{count(stats['files'], 'file')}, {count(stats['symbols'], 'symbol')}; "
        f"{', '.join(f'{name} ({files:,})' for name, files in languages) or 'no code'}. "
        f"Folder {code(str(scope.root.path))}, revision {revision}.",
        "## Directories",
        directories(found["architecture"]),
        "## Entry points",
        entry_points(found["main"], found["files"]),
        "## Hotspots",
        "Intricate, relied upon and often changed: read these with care.",
        hotspots_table(hotspots) if hotspots else "None: no function has a decision in it that others rely on.",
        "## How to ask",
        examples(scope.name, hotspots),
    ]
    return "\n\n".join(blocks) + "\n"


def directories(architecture: dict[str, Any]) -> str:
    """Directories with their layers: those on layer 0 rely on no other."""
    all_of_them = architecture["directories"]
    largest = sorted(all_of_them, key=lambda directory: (-directory["symbols"], directory["path"]))[:DIRECTORIES]
    shown = sorted(largest, key=lambda directory: (-directory["layer"], directory["path"]))
    rows = [
        [
            directory["path"] or ".",
            str(directory["layer"]),
            str(directory["files"]),
            str(directory["symbols"]),
            str(directory["afferent"]),
            str(directory["efferent"]),
        ]
        for directory in shown
    ]
    said = [table(["directory", "layer", "files", "symbols", "relied upon by", "relies on"], rows)]
    if len(all_of_them) > len(shown):
        said.append(f"The {len(shown)} largest of {len(all_of_them)}.")
    if architecture["cycles"]:
        said.append(
            f"{count(len(architecture['cycles']), 'circle')} of directories that rely on each other: "
            + "; ".join(
                " ↔ ".join(code(path or ".") for path in cycle["directories"]) for cycle in architecture["cycles"][:5]
            )
        )
    return "\n\n".join(said)


def entry_points(main: list[dict[str, Any]], files: list[dict[str, Any]]) -> str:
    """Where the program starts, as far as names tell."""
    lines = [
        f"- {code(symbol['symbol'])} — {symbol['path']}:{symbol['start_line']}"
        for symbol in main
        if symbol["kind"] in ("function", "method") and not symbol["is_test"]
    ]
    seen = {symbol["path"] for symbol in main}
    lines += [
        f"- {file['path']}" for file in files if file["path"].rpartition("/")[2] in STARTS and file["path"] not in seen
    ]
    if not lines:
        return "No `main`, and no file that is called as one that starts something."
    more = [f"- and {len(lines) - ENTRY_POINTS} more"] if len(lines) > ENTRY_POINTS else []
    return "\n".join([*lines[:ENTRY_POINTS], *more])


def hotspots_table(hotspots: list[dict[str, Any]]) -> str:
    """Hotspots with what makes them some."""
    rows = [
        [
            code(hotspot["symbol"]),
            f"{hotspot['path']}:{hotspot['line']}",
            str(hotspot["metrics"]["cognitive"]),
            str(hotspot["churn"]["commits"]) if hotspot["churn"] else "",
        ]
        for hotspot in hotspots
    ]
    return table(["symbol", "place", "cognitive complexity", "commits in a year"], rows)


def examples(project: str, hotspots: list[dict[str, Any]]) -> str:
    """Questions that can be asked as they stand."""
    name = hotspots[0]["symbol"] if hotspots else None
    lines = [
        '- `leindex_deep_analyze` {"query": "How does … work?", "budget": 3000}: what to read first.',
        '- `leindex_search` {"query": "…"}: symbols by name, words or meaning.',
    ]
    if name:
        lines.append(f'- `leindex_symbol` {{"name": "{name}", "include": ["callers", "tests"]}}')
        lines.append(f'- `leindex_impact` {{"symbols": ["{name}"]}}: what a change of it reaches.')
    lines.append('- `leindex_impact` {"base": "HEAD"}: what the uncommitted changes reach, and which tests to run.')
    lines.append(f'- With several projects, `"project_path": "{project}"` asks this one alone.')
    return "\n".join(lines)
