"""`search`: symbols by name, words or meaning, with the lines that say so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from leindex.cli.command import verb
from leindex.cli.screen import Screen, dim, name, one_line, place
from leindex.cli.session import Session

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
#: Lines of a highlight that are shown.
LINES = 2


def _print_hit(screen: Screen, hit: Mapping[str, Any], project: str = "") -> None:
    symbol = hit["symbol"]
    before = [dim(f"{project}: ")] if project else []
    at = place(symbol["path"], symbol["name_line"])
    screen.line(
        *before, at, "  ", dim(symbol["kind"]), " ", name(symbol["qualified_name"]), dim(f"  {hit['score']:.2f}")
    )
    said = symbol["signature"] if symbol["generated_summary"] else symbol["summary"]
    if said:
        screen.line("    ", dim(one_line(said)))
    for highlight in hit["highlights"][:LINES]:
        text = one_line(highlight["text"].split("\n")[0])
        if text and text != one_line(symbol["signature"]) and (not said or said.rstrip(".") not in text):
            screen.line("    ", dim(f"{highlight['start_line']}: "), text)


@verb(
    "search",
    examples=[
        ('leindex search "retry with backoff"', "what is about that, whatever it is called"),
        ("leindex search Session.login --kind method", "methods by name"),
        ("leindex search parse -n 50 --in 'src/**' --language rust", "more of them, in a part of the project"),
    ],
)
@click.argument("query")
@click.option("-n", "--limit", type=click.IntRange(min=1), default=10, show_default=True, help="Most hits.")
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice(KINDS),
    metavar="KIND",
    help="Only such symbols: class, function, method, …",
)
@click.option("--language", "languages", multiple=True, metavar="NAME", help="Only this language.")
@click.option("--in", "paths", multiple=True, metavar="PATTERN", help="Only files like this: `src/**/*.py`, `tests/`.")
def search(
    session: Session, query: str, limit: int, kinds: tuple[str, ...], languages: tuple[str, ...], paths: tuple[str, ...]
) -> int:
    """Symbols that QUERY is about, best first: a name, words, or a question.

    Names, documentation and meaning count. Exit code 1 when nothing is found.
    """
    wanted: dict[str, Any] = {"limit": limit, "kinds": list(kinds), "languages": list(languages), "paths": list(paths)}
    if session.several:
        return _search_all(session, query, wanted)

    def text(screen: Screen, answer: Mapping[str, Any]) -> None:
        for hit in answer["hits"]:
            _print_hit(screen, hit)
        if not answer["hits"]:
            screen.line("nothing found; try other words, fewer of them, or a name with `*` in `leindex symbols`")
        elif answer["approximate"]:
            screen.line(dim("approximate: better ones may have been missed"))

    return session.answer("search", text, found=lambda answer: answer["hits"], query=query, **wanted)


def _search_all(session: Session, query: str, wanted: Mapping[str, Any]) -> int:
    found = session.workspace().search(query, **wanted).to_dict()
    answer = {"hits": found["items"], "revisions": found["revisions"]}

    def text(screen: Screen) -> None:
        for hit in answer["hits"]:
            _print_hit(screen, hit, hit["project"])
        if not answer["hits"]:
            screen.line("nothing found in any of the projects; try other words")

    return session.show(answer, text, found=answer["hits"])
