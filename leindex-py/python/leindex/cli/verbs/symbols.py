"""`symbols`, `symbol`, `definition`: symbols by name and by place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from leindex.cli.command import verb
from leindex.cli.place import POSITION, Place
from leindex.cli.screen import CODE_THEME, Screen, dim, visible
from leindex.cli.session import Session
from leindex.cli.wording import plural, symbol_line, symbol_row


@verb(
    "symbols",
    examples=[
        ("leindex symbols login", "every symbol of that name"),
        ("leindex symbols 'Session.*' -n 20", "the members of a type, at most twenty"),
    ],
)
@click.argument("name", metavar="NAME")
@click.option("-n", "--limit", type=click.IntRange(min=1), default=1000, show_default=True, help="Most symbols.")
def symbols(session: Session, name: str, limit: int) -> int:
    """Every symbol that is called NAME, or whose qualified name ends so; `*` stands for any part.

    Exit code 1 when there is none.
    """

    def text(screen: Screen, found: Sequence[Mapping[str, Any]]) -> None:
        screen.table([symbol_row(symbol) for symbol in found])
        if not found:
            screen.line(f"no symbol is called `{name}`; `leindex search` finds by words")
        elif len(found) == limit:
            screen.line(dim(f"the first {limit}; --limit shows more"))

    return session.answer("symbols", text, key="symbols", several=True, name=name, limit=limit)


def _print_symbol(screen: Screen, symbol: Mapping[str, Any]) -> None:
    screen.line(*symbol_line(symbol))
    for line in symbol["signature"].splitlines():
        screen.text("    ", line)
    if symbol["summary"]:
        made = dim(" (made from the code)") if symbol["generated_summary"] else ""
        screen.text("    ", symbol["summary"], made)
    facts = [f"lines {symbol['start_line']}-{symbol['end_line']}", symbol["language"]]
    if symbol["kind"] in ("function", "method", "constructor"):
        facts.append(f"complexity {symbol['cyclomatic']} cyclomatic, {symbol['cognitive']} cognitive")
    facts += ["a test"] * symbol["is_test"] + ["exported" if symbol["is_exported"] else "not exported"]
    screen.line("    ", dim(" · ".join(facts)))
    screen.line("    ", dim(symbol["symbol"]))


@verb(
    "symbol",
    examples=[
        ("leindex symbol Session.login", "its place, signature, summary and complexity"),
        ("leindex symbol src/auth.py:42 --source", "the innermost symbol on that line, with its text"),
    ],
)
@click.argument("name", metavar="SYMBOL")
@click.option("-s", "--source", is_flag=True, help="Print its text as well.")
def symbol(session: Session, name: str, source: bool) -> int:
    """One symbol: a name, `Type.name`, `path:line`, or a full name as other answers give it.

    Exit code 1 when there is no such symbol, 2 when several have the name; the message lists them.
    """
    if not source:
        return session.answer("symbol", _print_symbol, several=True, name=session.symbol(name))

    def text(screen: Screen, answer: Mapping[str, Any]) -> None:
        found = answer["symbol"]
        _print_symbol(screen, found)
        screen.blank()

        def code() -> Any:
            from rich.syntax import Syntax

            text = visible(answer["text"])
            return Syntax(text, found["language"], line_numbers=True, start_line=found["start_line"], theme=CODE_THEME)

        if not screen.rich(code):
            screen.text(answer["text"])

    return session.answer("source", text, several=True, name=session.symbol(name))


@verb(
    "definition",
    examples=[
        ("leindex definition src/app.py:12:9", "what the name at that column leads to, and by which rule"),
        ("leindex definition src/app.py:12:9 --json", "the same as JSON"),
    ],
)
@click.argument("at", metavar="FILE:LINE:COLUMN", type=POSITION)
def definition(session: Session, at: Place) -> int:
    """What the name at a position means. Columns count from 1, in bytes, as grep and compilers count them.

    Exit code 1 when it is no name, or means nothing known.
    """
    assert at.column is not None

    def text(screen: Screen, found: Sequence[Mapping[str, Any]]) -> None:
        for item in found:
            screen.line(*symbol_line(item["symbol"]), dim(f"  {item['rule']}"))
        if not found:
            screen.line("no known name is there")
        elif len(found) > 1:
            screen.line(dim(f"one of {plural(len(found), 'definition')}; which one is not known"))

    path = session.path(at.path)
    return session.answer("definition", text, key="definitions", path=path, line=at.line, column=at.column - 1)
