"""`hierarchy`: the types above and below a type, or what a method overrides and what overrides it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from leindex.cli.command import verb
from leindex.cli.screen import Screen, caution, dim
from leindex.cli.session import Session
from leindex.cli.wording import symbol_line, symbol_row


def _found(hierarchy: Mapping[str, Any]) -> bool:
    return bool(hierarchy["above"] or hierarchy["below"])


def _print(screen: Screen, hierarchy: Mapping[str, Any]) -> None:
    for title, key in (("above", "above"), ("below", "below")):
        if hierarchy[key]:
            screen.line(dim(title))
            screen.table([symbol_row(symbol) for symbol in hierarchy[key]], indent="  ")
        if key == "above":
            screen.line(*symbol_line(hierarchy["symbol"]))
    if hierarchy["open"]:
        screen.line(caution("something above it lies outside the project or is not known: there may be more"))
    elif not _found(hierarchy):
        screen.line("nothing above it, nothing below it")


@verb(
    "hierarchy",
    examples=[
        ("leindex hierarchy Shape", "its bases, nearest first, and all that inherit from it"),
        ("leindex hierarchy Shape.area", "what the method overrides, and what overrides it"),
    ],
)
@click.argument("name", metavar="SYMBOL")
def hierarchy(session: Session, name: str) -> int:
    """The types above and below SYMBOL; of a method, what it overrides and what overrides it.

    Exit code 1 when there is neither.
    """
    return session.answer("hierarchy", _print, found=_found, several=True, name=session.symbol(name))
