"""`leindex_search`: symbols by name, words or meaning."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from leindex.mcp import engine
from leindex.mcp.cursors import Cursor
from leindex.mcp.failures import ToolError
from leindex.mcp.markdown import code, fence, lines_of
from leindex.mcp.parameters import Text, Texts, Whole
from leindex.mcp.roots import Scope
from leindex.mcp.schemas import LINE, PATH, PROJECT, SYMBOL, array, boolean, number, object_of, paged, string
from leindex.mcp.service import Call
from leindex.mcp.stamps import Stamp
from leindex.mcp.tool import PROJECT_PATH, Answer, Tool

__all__ = ["KINDS", "SEARCH"]

NAME = "leindex_search"
KINDS = (
    "module",
    "namespace",
    "class",
    "struct",
    "interface",
    "trait",
    "enum",
    "function",
    "method",
    "constructor",
    "field",
    "constant",
    "variable",
    "type_alias",
    "macro",
)
#: Parts of a score that a reason names.
REASONS = 3


async def search(call: Call, arguments: dict[str, Any]) -> Answer:
    """Answers a call."""
    limit = arguments["limit"]
    cursors = Cursor(NAME, arguments)
    page = cursors.page(arguments["cursor"])
    check_languages(arguments["languages"])
    most = page.place + limit + 1

    async def ask(scope: Scope) -> Any:
        return await call.ask(
            scope,
            "search",
            query=arguments["query"],
            limit=most,
            kinds=arguments["kinds"],
            languages=arguments["languages"],
            paths=scope.patterns("paths", arguments["paths"]),
        )

    outcomes = await call.each(call.scopes(arguments["project_path"]), ask)
    stamp = Stamp(NAME, ((outcome, outcome.value[0] if outcome.value else None) for outcome in outcomes))
    page.check(stamp.revision)
    answers = [(outcome.scope.name, outcome.value[1]) for outcome in outcomes if outcome.value]
    merged = by_rank([[(name, hit) for hit in answer["hits"]] for name, answer in answers])
    shown = merged[page.place : page.place + limit]
    truncated = len(merged) > page.place + limit
    cursor = cursors.written(page.place + limit, stamp.revision) if truncated else None
    structured = {
        **stamp.structured(),
        "intent": answers[0][1]["intent"],
        "approximate": any(answer["approximate"] for _, answer in answers),
        "hits": [{**stamp.of(name), **hit_of(hit)} for name, hit in shown],
        "truncated": truncated,
    }
    if cursor:
        structured["next_cursor"] = cursor
    body = "\n\n".join(
        described(rank, name if stamp.several else None, hit) for rank, (name, hit) in shown_from(shown, page.place)
    )
    if not shown:
        body = (
            f"Nothing in the project is about {code(arguments['query'][:200])}. Try words that its code would use, "
            "fewer filters, or `leindex_status` for what is indexed."
        )
    return Answer(f"{body}\n\n{stamp.text(cursor)}\n", structured)


def shown_from(hits: Sequence[tuple[str, Any]], place: int) -> Sequence[tuple[int, tuple[str, Any]]]:
    """Hits with their ranks."""
    return list(enumerate(hits, place + 1))


def by_rank(answers: Sequence[Sequence[tuple[str, Any]]]) -> list[tuple[str, Any]]:
    """Hits of several projects: the first of each, then the second of each. Scores are comparable within one only."""
    return [hit for rank in zip_longest(*answers) for hit in rank if hit is not None]


def hit_of(hit: dict[str, Any]) -> dict[str, Any]:
    """A hit, as structured content holds it."""
    symbol = hit["symbol"]
    return {
        "symbol": symbol["symbol"],
        "kind": symbol["kind"],
        "path": symbol["path"],
        "start_line": symbol["start_line"],
        "end_line": symbol["end_line"],
        "signature": symbol["signature"],
        "summary": symbol["summary"],
        "score": round(hit["score"], 4),
        "why": reason(hit),
    }


def described(rank: int, project: str | None, hit: dict[str, Any]) -> str:
    """A hit, as text."""
    symbol = hit["symbol"]
    place = f"{symbol['path']}:{symbol['start_line']}-{symbol['end_line']}"
    of = f" in {project}" if project else ""
    lines = [f"{rank}. {code(symbol['signature'] or symbol['qualified_name'])} — {place}{of} ({symbol['kind']})"]
    if symbol["summary"]:
        lines.append(f"   {' '.join(symbol['summary'].split())}")
    lines.append(f"   {code(symbol['symbol'])}; {reason(hit)}")
    quoted = [
        f"{number:>5}  {text}"
        for highlight in hit["highlights"]
        for number, text in enumerate(lines_of(highlight["text"]), highlight["start_line"])
    ]
    if quoted:
        lines.extend(f"   {line}" for line in fence("\n".join(quoted)).split("\n"))
    return "\n".join(lines)


def reason(hit: dict[str, Any]) -> str:
    """Why a hit is one: what its score is mostly made of."""
    parts = [part for part in hit["parts"] if not part["name"].startswith("×") and part["value"] > 0]
    parts.sort(key=lambda part: -part["value"])
    return ", ".join(f"{part['name']} {part['value']:.2f}" for part in parts[:REASONS]) or "by its place"


def check_languages(names: Sequence[str]) -> None:
    """Refuses languages that are not read: nothing would be found, and nobody told why."""
    if not names:
        return
    known = engine.languages()
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name.lower(), known, 1)
            meant = f"Did you mean {code(near[0])}?" if near else f"There are {', '.join(map(code, known))}."
            raise ToolError(f"`languages`: {code(name)} is no language that is read. {meant}")


HIT = object_of(
    {
        "project": PROJECT,
        "symbol": SYMBOL,
        "kind": string("What it is."),
        "path": PATH,
        "start_line": LINE,
        "end_line": LINE,
        "signature": string("Its text up to the body."),
        "summary": string("A sentence about it."),
        "score": number("How well it answers; comparable within one project and answer."),
        "why": string("What the score is mostly made of."),
    },
    optional=("project",),
)

SEARCH = Tool(
    name=NAME,
    title="Search symbols",
    description=(
        "Finds functions, classes and other symbols by name, by words or by meaning, best first, each with path:line, "
        "signature and why it was found. Better than grep when the words of the question may not be the words of the "
        "code, or when grep would give hundreds of lines: definitions come before uses, tests and generated code "
        "last.\n"
        'Example: {"query": "retry with backoff", "kinds": ["function"]} finds `Poller.wait_longer`, which grep for '
        '"retry" misses. Use grep for literal text in files that are no code. To read code, use leindex_deep_analyze; '
        "for one symbol whose name you know, leindex_symbol."
    ),
    parameters=(
        Text(
            name="query",
            required=True,
            description="What is looked for: a name, a few words, a sentence, an error message or a path.",
            longest=10_000,
        ),
        Whole(name="limit", description="Most hits of a page.", default=10, most=100),
        Text(name="cursor", description="`next_cursor` of the answer before, for the next page.", longest=1000),
        Texts(name="kinds", description="Only symbols of these kinds.", options=KINDS, default=()),
        Texts(name="languages", description='Only these languages, as `["python", "rust"]`.', longest=40, default=()),
        Texts(
            name="paths",
            description='Only files that fit one of these patterns, written as in .gitignore: `["src/", "*.py"]`.',
            default=(),
        ),
        PROJECT_PATH,
    ),
    output=paged(
        {
            "intent": string("What the query was taken to ask for: name, path, where, how, hotspots, error, …"),
            "approximate": boolean("Whether better symbols may have been missed for how an index was built."),
            "hits": array(HIT, "What was found, best first."),
        }
    ),
    run=search,
)
