"""The verbs: in which section of the help they stand, what each does in a line, and where it is defined.

Only names, so that the help, completion and "did you mean" load no verb.
"""

from __future__ import annotations

from typing import NamedTuple


class Entry(NamedTuple):
    """A verb before it is loaded."""

    name: str
    #: The module below `leindex.cli.verbs` that defines it, under its name with `_` for `-`.
    module: str
    summary: str


SECTIONS: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    (
        "Find",
        (
            Entry("context", "context", "What to read first to answer a question, within a token budget."),
            Entry("search", "search", "Symbols by name, words or meaning, best first."),
            Entry("grep", "grep", "Lines that fit a regular expression."),
            Entry("symbols", "symbols", "Every symbol of a name; `*` matches any part."),
            Entry("symbol", "symbols", "One symbol: where it is, its signature, what it does."),
            Entry("definition", "symbols", "What the name at a position means."),
            Entry("outline", "outline", "The symbols of a file, nested."),
            Entry("tree", "files", "Folders and files, with their symbols counted."),
            Entry("files", "files", "Every file, analysed or only listed."),
        ),
    ),
    (
        "Who uses what",
        (
            Entry("callers", "relations", "Who calls a symbol."),
            Entry("callees", "relations", "What a symbol calls."),
            Entry("references", "relations", "Every place that mentions a symbol."),
            Entry("hierarchy", "hierarchy", "Types above and below; what overrides what."),
            Entry("imports", "imports", "What a file imports."),
            Entry("importers", "imports", "Which files import a file."),
            Entry("why", "why", "Why the names on a line mean what they mean."),
        ),
    ),
    (
        "Before and after a change",
        (
            Entry("impact", "impact", "What a change reaches, with the way there."),
            Entry("tests-for", "impact", "The tests that reach a symbol."),
            Entry("diff", "diff", "Symbols that differ from a commit."),
            Entry("watch", "watch", "One line for each change, until Ctrl-C."),
        ),
    ),
    (
        "Inside a function",
        (
            Entry("slice", "slice", "The lines that a value depends on."),
            Entry("cfg", "flow", "What runs after what."),
            Entry("dataflow", "flow", "Which value a name has where."),
        ),
    ),
    (
        "The project as a whole",
        (
            Entry("architecture", "architecture", "How the folders rely on each other, and in circles."),
            Entry("hotspots", "hotspots", "Intricate, relied upon and often changed functions."),
            Entry("metrics", "metrics", "Complexity of functions, files and folders."),
            Entry("cycles", "imports", "Files that import each other."),
            Entry("dead", "dead", "Definitions that nothing leads to."),
            Entry("communities", "communities", "Groups of symbols that belong together."),
            Entry("betweenness", "hotspots", "The bridges between parts."),
            Entry("diagnostics", "files", "Files that are not, or not wholly, understood."),
        ),
    ),
    (
        "Tables",
        (
            Entry("sql", "sql", "Ask the tables; without a query, a prompt."),
            Entry("export", "export", "Write the tables to Parquet files."),
        ),
    ),
    (
        "The index",
        (
            Entry("index", "index", "Read the project and say what was found."),
            Entry("status", "status", "Where the store lies, how large it is, what it holds."),
            Entry("doctor", "doctor", "Check that everything works; what to do where not."),
            Entry("clean", "clean", "Remove what is stored of a project, or of all."),
            Entry("mcp", "mcp", "Serve agents by the Model Context Protocol."),
            Entry("completion", "completion", "The completion script of a shell."),
        ),
    ),
)

ENTRIES: dict[str, Entry] = {entry.name: entry for _, entries in SECTIONS for entry in entries}

#: What people call a verb elsewhere. Only a hint comes of it, never a second name.
ELSEWHERE: dict[str, str] = {
    "analyze": "context",
    "ask": "context",
    "deep-analyze": "context",
    "find": "search",
    "rg": "grep",
    "lines": "grep",
    "semantic": "search",
    "query": "search",
    "lookup": "symbol",
    "show": "symbol",
    "source": "symbol",
    "goto": "definition",
    "extract": "outline",
    "structure": "outline",
    "ls": "files",
    "calls": "callees",
    "refs": "references",
    "usages": "references",
    "types": "hierarchy",
    "explain": "why",
    "change-impact": "impact",
    "affected": "impact",
    "tests": "tests-for",
    "changes": "diff",
    "pdg": "dataflow",
    "dfg": "dataflow",
    "arch": "architecture",
    "layers": "architecture",
    "complexity": "metrics",
    "unused": "dead",
    "errors": "diagnostics",
    "parquet": "export",
    "init": "index",
    "warm": "index",
    "build": "index",
    "refresh": "index",
    "info": "status",
    "stats": "status",
    "check": "doctor",
    "reset": "clean",
    "remove": "clean",
    "serve": "mcp",
    "server": "mcp",
}


def nearest(name: str) -> str | None:
    """The verb that was probably meant."""
    wanted = name.lower().replace("_", "-")
    if wanted in ENTRIES:
        return wanted
    if wanted in ELSEWHERE:
        return ELSEWHERE[wanted]
    from difflib import get_close_matches

    close = get_close_matches(wanted, [*ENTRIES, *ELSEWHERE], n=1, cutoff=0.6)
    return ELSEWHERE.get(close[0], close[0]) if close else None
