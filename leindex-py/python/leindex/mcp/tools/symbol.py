"""`leindex_symbol`: one symbol and what surrounds it, or the outline of a file."""

from __future__ import annotations

from typing import Any

from leindex.mcp.cursors import Cursor, Page
from leindex.mcp.failures import ToolError
from leindex.mcp.markdown import code
from leindex.mcp.parameters import Text, Texts, Whole
from leindex.mcp.schemas import EDGE, LINE, PATH, SYMBOL, array, boolean, integer, object_of, paged, ref, string
from leindex.mcp.service import Asker, Call, Outcome
from leindex.mcp.stamps import Stamp
from leindex.mcp.tool import PROJECT_PATH, Answer, Tool
from leindex.mcp.tools.naming import Target, meant
from leindex.mcp.tools.sections import FILE_SECTIONS, METRICS, SYMBOL_SECTIONS, Section, Window, symbol_of

__all__ = ["SYMBOL_TOOL"]

NAME = "leindex_symbol"
#: What is shown where nothing is asked for.
USUAL = {"symbol": ("source", "callers", "callees"), "file": ("outline",)}


async def symbol(call: Call, arguments: dict[str, Any]) -> Answer:
    """Answers a call."""
    cursors = Cursor(NAME, arguments)
    page = cursors.page(arguments["cursor"])
    target = await meant(call, call.scopes(arguments["project_path"]), arguments["name"])
    sections = SYMBOL_SECTIONS if target.what == "symbol" else FILE_SECTIONS
    include = arguments["include"] or USUAL[target.what]
    if misplaced := [name for name in include if name not in sections]:
        raise ToolError(
            f"`include`: a {target.what} has no {code(misplaced[0])}; {code(arguments['name'])} is a {target.what}, "
            f"which takes {', '.join(map(code, sections))}."
        )
    window = Window(page.place, arguments["limit"])

    def asks(ask: Asker) -> tuple[dict[str, Any] | None, dict[str, Section]]:
        found = ask("symbol", name=target.name) if target.what == "symbol" else None
        name = found["symbol"] if found else target.name
        return found, {key: sections[key](ask, name, found, window) for key in include}

    revision, (found, said) = await call.same_revision(target.scope, asks)
    stamp = Stamp(NAME, [(Outcome(target.scope), revision)])
    return answered(stamp, page, cursors, target, found, said)


def answered(
    stamp: Stamp, page: Page, cursors: Cursor, target: Target, found: dict[str, Any] | None, said: dict[str, Section]
) -> Answer:
    """The sections as one answer."""
    page.check(stamp.revision)
    truncated = any(section.more for section in said.values())
    cursor = cursors.written(page.place + 1, stamp.revision) if truncated else None
    structured = {
        **stamp.structured(),
        **({"symbol": symbol_of(found)} if found else {"file": target.name}),
        **{key: section.structured for key, section in said.items()},
        "truncated": truncated,
    }
    if cursor:
        structured["next_cursor"] = cursor
    head = headed(found) if found else f"# {code(target.name)}"
    blocks = [head, *(section.text for section in said.values() if section.text), stamp.text(cursor)]
    return Answer("\n\n".join(blocks) + "\n", structured)


def headed(found: dict[str, Any]) -> str:
    """What a symbol is."""
    lines = [
        f"# {code(found['signature'] or found['qualified_name'])}",
        "",
        f"{code(found['symbol'])} — {found['path']}:{found['start_line']}-{found['end_line']}, {found['kind']} in "
        f"{found['language']}, cyclomatic complexity {found['cyclomatic']}, cognitive {found['cognitive']}"
        f"{', a test' if found['is_test'] else ''}",
    ]
    if found["summary"]:
        lines.extend(["", " ".join(found["summary"].split())])
    return "\n".join(lines)


BRIEF = {"symbol": SYMBOL, "kind": string("What it is."), "path": PATH, "start_line": LINE}
RELATIONS = object_of(
    {
        "certainty": string(
            "Whether an empty list may be believed: none means none, unknown that sites may be hidden.",
            enum=["some", "none", "unknown"],
        ),
        "total": integer("Edges on all pages."),
        "edges": array(ref("edge"), "What is known."),
        "ambiguous": array(ref("edge"), "Sites that may be meant, among other symbols of the name."),
        "unresolved": array(ref("edge"), "Sites whose target is not known."),
    }
)
NODES = array(
    object_of({"node": integer("Its number."), "kind": string("What it is."), "start_line": LINE, "end_line": LINE}),
    "Statements of the function.",
)


def flow(label: str, description: str) -> dict[str, Any]:
    """The schema of a graph of statements."""
    ends = {"source": integer("Number of a node."), "target": integer("Number of a node.")}
    return object_of(
        {
            "nodes": ref("nodes"),
            "edges": array(object_of({**ends, label: string(description)}), "Edges, by their sources."),
        }
    )


OUTLINE = array(
    object_of(
        {**BRIEF, "end_line": LINE, "signature": string("Its head."), "depth": integer("How deep it is nested.")}
    ),
    "Symbols, nested ones after what they are in.",
)

SYMBOL_TOOL = Tool(
    name=NAME,
    title="One symbol, or the outline of a file",
    description=(
        "Everything about one symbol: its source, who calls it, what it calls, references, types above and below, the "
        "tests that reach it, control and data flow. With the path of a file: its outline, imports and importers. "
        "Better than grep for «who calls this»: calls are resolved through imports, types and overrides, each with "
        "path:line, the rule that found it and how sure it is; namesakes are kept apart, and «none» is told from «not "
        "known».\n"
        'Example: {"name": "Session.login", "include": ["callers", "tests"]}. A name that several symbols have is '
        "answered "
        "with their full names. Use grep for names in comments, configuration or other text."
    ),
    parameters=(
        Text(
            name="name",
            required=True,
            description="A symbol: `login`, `Session.login`, `src/auth.py:12`, `src/auth.py#login` or its full name. "
            "Or the path of a file, for its outline.",
            longest=4096,
        ),
        Texts(
            name="include",
            description="What to say. Of a symbol, by default source, callers and callees; of a file its outline. "
            "imports and importers are of files, the rest of symbols, outline of both.",
            options=(*SYMBOL_SECTIONS, *(name for name in FILE_SECTIONS if name not in SYMBOL_SECTIONS)),
        ),
        Whole(name="limit", description="Most entries of each list on a page.", default=20, most=200),
        Text(name="cursor", description="`next_cursor` of the answer before, for the next page.", longest=1000),
        PROJECT_PATH,
    ),
    output=paged(
        {
            "symbol": object_of(
                {
                    "symbol": SYMBOL,
                    "kind": string("What it is."),
                    "language": string("Its language."),
                    "path": PATH,
                    "start_line": LINE,
                    "end_line": LINE,
                    "signature": string("Its text up to the body."),
                    "summary": string("A sentence about it."),
                    "cyclomatic": integer("Cyclomatic complexity."),
                    "cognitive": integer("Cognitive complexity."),
                    "is_test": boolean("Whether it is a test."),
                    "is_exported": boolean("Whether it is visible outside."),
                },
                description="The symbol; absent for a file.",
            ),
            "file": {**PATH, "description": "The file, from the root; absent for a symbol."},
            "source": object_of(
                {"start_line": LINE, "end_line": LINE}, description="Lines of its source, which is in the text alone."
            ),
            "callers": ref("relations"),
            "callees": ref("relations"),
            "references": ref("relations"),
            "hierarchy": object_of(
                {
                    "above": array(ref("brief"), "Types above, or members that it overrides."),
                    "below": array(ref("brief"), "Types below, or members that override it."),
                    "open": boolean("Whether an ancestor lies outside or is not known."),
                }
            ),
            "outline": OUTLINE,
            "tests": array(SYMBOL, "Tests that reach it."),
            "metrics": object_of({name: integer("A count.") for name in METRICS}),
            "cfg": flow("kind", "next, true, false, exception, return, …"),
            "dataflow": flow("variable", "The variable whose value it is."),
            "imports": array(ref("edge"), "What the file imports."),
            "importers": array(ref("edge"), "What imports the file."),
        },
        optional=(
            "symbol",
            "file",
            "source",
            "callers",
            "callees",
            "references",
            "hierarchy",
            "outline",
            "tests",
            "metrics",
            "cfg",
            "dataflow",
            "imports",
            "importers",
        ),
        definitions={"edge": EDGE, "relations": RELATIONS, "brief": object_of(BRIEF), "nodes": NODES},
    ),
    run=symbol,
)
