"""`callers`, `callees`, `references`: the relations of a symbol, known and not known.

An empty list is told in words: that there is none, or that none is known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

from leindex.cli.command import verb
from leindex.cli.screen import Cell, Screen, caution, dim
from leindex.cli.session import Session
from leindex.cli.wording import incoming_row, outgoing_row, plural, print_unknown, symbol_line

_every = click.option("--all", "every", is_flag=True, help="List every site of unknown meaning, not only the first.")
_name = click.argument("name", metavar="SYMBOL")


def _found(relations: Mapping[str, Any]) -> bool:
    return bool(relations["edges"])


def _print(
    screen: Screen, relations: Mapping[str, Any], *, what: str, row: Callable[[Any], list[Cell]], every: bool
) -> None:
    symbol, edges = relations["symbol"], relations["edges"]
    inside = [edge for edge in edges if edge["rule"] != "external"]
    outside = [edge for edge in edges if edge["rule"] == "external"]
    unsure = len(relations["ambiguous"]) + len(relations["unresolved"])
    screen.line(*symbol_line(symbol), dim(f"  {plural(len(edges), what)}"))
    screen.table([row(edge) for edge in inside], indent="  ")
    if outside:
        screen.heading("Out of the project")
        screen.table(_by_name(outside), indent="  ")
    if relations["certainty"] == "none":
        screen.line(f"  no {what}: there is none, and no site whose meaning is unknown could be one")
    elif relations["certainty"] == "unknown":
        sites = plural(unsure, "site") + (" may be one" if unsure == 1 else " may be some")
        screen.line(caution(f"  no {what} is known, and it is not known whether there is none: {sites}"))
    print_unknown(screen, "May be meant: the name has several definitions", relations["ambiguous"], every=every)
    print_unknown(screen, "Not known", relations["unresolved"], every=every)


def _by_name(edges: Sequence[Mapping[str, Any]]) -> list[list[Cell]]:
    """Edges that lead out of the project, those of a name together: its first site, and the lines of the others."""
    sites: dict[str, list[Mapping[str, Any]]] = {}
    for edge in edges:
        sites.setdefault(edge["target_name"], []).append(edge)
    rows = []
    for found in sites.values():
        place_, name_, how, _ = outgoing_row(found[0])
        lines = sorted({edge["line"] for edge in found[1:]} - {found[0]["line"]})
        more = dim(f"and line{'s' * (len(lines) > 1)} {', '.join(map(str, lines))}") if lines else ""
        rows.append([place_, name_, how, more])
    return rows


@verb(
    "callers",
    examples=[
        ("leindex callers Session.login", "who calls it, from where, and how that is known"),
        ("leindex callers src/auth.py:42 --json", "the same of what stands on that line, as JSON"),
    ],
)
@_name
@_every
def callers(session: Session, name: str, every: bool) -> int:
    """Who calls SYMBOL: a name, `Type.name`, `path:line` or a full name.

    Each line is a call: its place, the function it stands in, the rule that found it and how often that rule is right.
    Exit code 1 when no call is known; the text says whether there is none or whether that is not known.
    """

    def text(screen: Screen, value: Any) -> None:
        _print(screen, value, what="call", row=incoming_row, every=every)

    return session.answer("callers", text, found=_found, several=True, boundary=True, name=session.symbol(name))


@verb(
    "callees",
    examples=[
        ("leindex callees Session.login", "what it calls, inside the project and out of it"),
        ("leindex callees main --all", "every call whose target is not known as well"),
    ],
)
@_name
@_every
def callees(session: Session, name: str, every: bool) -> int:
    """What SYMBOL calls: a name, `Type.name`, `path:line` or a full name.

    Calls that leave the project, several meanings and unknown ones stand apart. Exit code 1 when no call is known.
    """

    def text(screen: Screen, value: Any) -> None:
        _print(screen, value, what="call", row=outgoing_row, every=every)

    return session.answer("callees", text, found=_found, several=True, boundary=True, name=session.symbol(name))


@verb(
    "references",
    examples=[
        ("leindex references Session", "calls, reads, types, bases and imports of it"),
        ("leindex references src/auth.py#MAX_TRIES", "of that name in that file"),
    ],
)
@_name
@_every
def references(session: Session, name: str, every: bool) -> int:
    """Every place that mentions SYMBOL: calls, reads, types, bases and imports.

    Exit code 1 when no mention is known; the text says whether there is none or whether that is not known.
    """

    def text(screen: Screen, value: Any) -> None:
        _print(screen, value, what="mention", row=incoming_row, every=every)

    return session.answer("references", text, found=_found, several=True, boundary=True, name=session.symbol(name))
