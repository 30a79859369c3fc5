"""`outline`: the symbols of a file, nested."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import click

from leindex.cli.command import verb
from leindex.cli.screen import Cell, Screen, dim, name, one_line
from leindex.cli.session import Session


def _rows(items: Sequence[Mapping[str, Any]], depth: int, deepest: int | None) -> Iterator[list[Cell]]:
    if depth == deepest:
        return
    for item in items:
        symbol = item["symbol"]
        lines = f"{symbol['start_line']}-{symbol['end_line']}"
        signature = one_line(symbol["signature"])
        yield [
            dim(lines),
            dim(symbol["kind"]),
            ["  " * depth, name(symbol["name"]), dim(f"  {signature}" if signature else "")],
        ]
        yield from _rows(item["children"], depth + 1, deepest)


@verb(
    "outline",
    examples=[
        ("leindex outline src/auth.py", "its classes, functions and constants, with their lines"),
        ("leindex outline src/auth.py --depth 1", "the outermost only"),
    ],
)
@click.argument("path", metavar="FILE", type=click.Path(path_type=str))
@click.option("--depth", type=click.IntRange(min=1), help="How deep to go; without it, to the end.")
def outline(session: Session, path: str, depth: int | None) -> int:
    """The symbols of FILE, nested, each with its lines and signature. Exit code 1 when it defines nothing."""

    def text(screen: Screen, items: Sequence[Mapping[str, Any]]) -> None:
        screen.table(_rows(items, 0, depth), right=(0,))
        if not items:
            screen.line(f"{path} defines nothing")

    return session.answer("outline", text, key="symbols", path=session.path(path))
