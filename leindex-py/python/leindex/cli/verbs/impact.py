"""`impact`, `tests-for`: what a change reaches, with the way there, and which tests reach it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import click

from leindex.cli.command import verb
from leindex.cli.screen import Cell, Screen, caution, dim, name, place
from leindex.cli.session import Session
from leindex.cli.wording import confidence, path_of, plural, short

#: Symbols of the start that are listed.
STARTS = 50


def _member(member: Mapping[str, Any]) -> list[Cell]:
    edge = member["proof"][-1]
    # The last edge leads to the member or from it, whichever way the reach went.
    other = edge["target"] if edge["source"] == member["symbol"] else edge["source"]
    through = "" if other is None else f" of {short(other)}"
    how = f"{edge['kind']}{through}: {edge['rule']}, {confidence(edge)}"
    return [
        str(member["distance"]),
        place(member["path"], member["line"]),
        name(short(member["symbol"], member["path"])),
        dim(how),
    ]


def _print(screen: Screen, impact: Mapping[str, Any], line_of: Callable[[str], int | None]) -> None:
    tests = set(impact["tests"])
    for start in impact["start"][:STARTS]:
        screen.line(place(path_of(start), line_of(start)), "  ", name(short(start)))
    if len(impact["start"]) > STARTS:
        screen.line(dim(f"and {len(impact['start']) - STARTS:,} more"))
    for old in impact["removed"][:STARTS]:
        screen.line(place(old["path"]), "  ", name(old["name"]), dim("  removed"))
    if len(impact["removed"]) > STARTS:
        screen.line(dim(f"and {len(impact['removed']) - STARTS:,} more removed"))
    if not impact["start"] and not impact["removed"] and not impact["members"]:
        screen.line("no symbol changed")
        return
    code = [member for member in impact["members"] if member["symbol"] not in tests]
    reaching = [member for member in impact["members"] if member["symbol"] in tests]
    for title, members in (("Reached", code), ("Tests", reaching)):
        if members:
            screen.heading(title)
            screen.table([_member(member) for member in members], indent="  ", right=(0,))
    if not impact["members"]:
        screen.line("nothing is known to be reached")
    screen.blank()
    screen.line(f"{plural(len(code), 'symbol')} reached, {plural(len(reaching), 'test')}")
    _print_hidden(screen, impact)


def _print_hidden(screen: Screen, impact: Mapping[str, Any]) -> None:
    if impact["unknown"]:
        sites = plural(impact["unknown"], "site")
        screen.line(caution(f"{sites} on the way may mean one of several symbols, and may hide more: `leindex why`"))
    if impact["truncated"]:
        screen.line(caution("there is more: --limit shows it"))


@verb(
    "impact",
    examples=[
        ("leindex impact Session.login", "what a change of it reaches, nearest first, and the tests among it"),
        ("leindex impact --diff main", "of all that differs from main in the working tree"),
        ("leindex impact Session.login --forward --depth 2", "what it relies on, two steps far"),
    ],
)
@click.argument("names", metavar="[SYMBOL]...", nargs=-1)
@click.option(
    "--diff",
    "base",
    metavar="[BASE]",
    is_flag=False,
    flag_value="HEAD",
    help="Start from what differs from a commit (HEAD).",
)
@click.option("--forward", is_flag=True, help="What the symbols rely on, instead of what relies on them.")
@click.option("--depth", type=click.IntRange(min=1), help="Most steps; without it, all.")
@click.option(
    "-n", "--limit", type=click.IntRange(min=1), default=10_000, show_default=True, help="Most symbols reached."
)
def impact(
    session: Session, names: tuple[str, ...], base: str | None, forward: bool, depth: int | None, limit: int
) -> int:
    """What a change of SYMBOLs, or of the lines that differ from a commit, reaches.

    Each line: steps away, the place, the symbol, and the last step of the way there with its rule. --json gives the
    whole way as `proof`. Exit code 1 when nothing is reached.
    """
    if bool(names) == (base is not None):
        raise click.UsageError("name symbols, or give --diff; not both" if names else "name a symbol, or give --diff")
    start: dict[str, Any] = {"base": base} if base is not None else {"names": [session.symbol(name) for name in names]}
    direction = "dependencies" if forward else "dependents"

    def text(screen: Screen, answer: Mapping[str, Any]) -> None:
        _print(screen, answer, session.line_of)

    def found(answer: Mapping[str, Any]) -> object:
        return answer["members"]

    options: dict[str, Any] = {"direction": direction, "depth": depth, "limit": limit, **start}
    return session.answer("impact", text, found=found, several=True, boundary=True, **options)


@verb(
    "tests-for",
    examples=[
        ("leindex tests-for Session.login", "the tests that reach it, nearest first"),
        ("leindex tests-for src/auth.py:42 --json", "of what stands on that line, as JSON"),
    ],
)
@click.argument("symbol", metavar="SYMBOL")
def tests_for(session: Session, symbol: str) -> int:
    """The tests that reach SYMBOL, nearest first. Exit code 1 when none is known to."""

    def tests(impact: Mapping[str, Any]) -> dict[str, Any]:
        reaching = set(impact["tests"])
        members = [member for member in impact["members"] if member["symbol"] in reaching]
        return {
            **{key: impact[key] for key in ("revision", "start", "removed", "tests", "unknown", "truncated")},
            "members": members,
        }

    def text(screen: Screen, answer: Mapping[str, Any]) -> None:
        screen.table([_member(member) for member in answer["members"]], right=(0,))
        if not answer["tests"]:
            screen.line(f"no test is known to reach `{symbol}`")
        _print_hidden(screen, answer)

    def found(answer: Mapping[str, Any]) -> object:
        return answer["tests"]

    return session.answer("impact", text, found=found, choose=tests, several=True, names=[session.symbol(symbol)])
