"""`slice`: the lines that a value depends on, or that depend on it, each with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from leindex.cli.command import verb
from leindex.cli.place import PLACE, Place
from leindex.cli.screen import Screen, caution, dim, place
from leindex.cli.session import Session
from leindex.cli.wording import plural

#: Columns of source text before the reasons.
TEXT = 72


def _print(screen: Screen, slice_: Mapping[str, Any]) -> None:
    lines = slice_["lines"]
    width = min(max((len(line["text"].expandtabs(4)) for line in lines), default=0), TEXT)
    path = None
    for line in lines:
        if line["path"] != path:
            path = line["path"]
            screen.heading(path)
        number = place(f"{line['line']:>6}")
        screen.line(number, "  ", line["text"].expandtabs(4).ljust(width), dim(f"  # {line['reason']}"))
    if not lines:
        screen.line("nothing leads from the one place to the other")
    if slice_["unknown_calls"]:
        calls = plural(slice_["unknown_calls"], "call")
        screen.line(
            caution(f"{calls} on the way to functions that are not known: taken to need all that they are given")
        )
    if slice_.get("calls_from_tests"):
        screen.line(dim(f"{plural(slice_['calls_from_tests'], 'call')} from tests left out; --tests follows them"))
    if slice_["capped"]:
        screen.line(caution("cut short: there may be more"))


@verb(
    "slice",
    examples=[
        ("leindex slice src/cart.py:42 total", "what `total` depends on at line 42"),
        ("leindex slice src/cart.py:17 rate --forward", "what depends on `rate` from line 17 on"),
        ("leindex slice src/a.py:3 x --to src/b.py:90", "how `x` gets from the one place to the other"),
    ],
)
@click.argument("at", metavar="FILE:LINE", type=PLACE)
@click.argument("variable", metavar="[VARIABLE]", required=False)
@click.option("--forward", is_flag=True, help="What depends on the value, instead of what it depends on.")
@click.option("--to", metavar="FILE:LINE", type=PLACE, help="Only what leads from the first place to this one.")
@click.option("--to-variable", metavar="VARIABLE", help="With --to: a variable there.")
@click.option("--within-function", is_flag=True, help="Stay in the function.")
@click.option("--tests", is_flag=True, help="Also follow calls from tests.")
def slice(
    session: Session,
    at: Place,
    variable: str | None,
    forward: bool,
    to: Place | None,
    to_variable: str | None,
    within_function: bool,
    tests: bool,
) -> int:
    """The lines that the value of VARIABLE at FILE:LINE depends on, each with its reason; nothing else.

    Without VARIABLE, all that the line mentions. Assignments, conditions, calls and callers are followed, over files.
    """
    if to is None:
        if to_variable:
            raise click.UsageError("--to-variable stands with --to")
        options: dict[str, Any] = {"forward": forward, "within_function": within_function, "tests": tests}
        where: dict[str, Any] = {"path": session.path(at.path), "line": at.line, "variable": variable}
        return session.answer("slice", _print, found=lambda value: value["lines"], **where, **options)
    if forward or within_function or tests:
        raise click.UsageError("--to takes neither --forward nor --within-function nor --tests")
    start: dict[str, Any] = {"from_path": session.path(at.path), "from_line": at.line, "from_variable": variable}
    end: dict[str, Any] = {"to_path": session.path(to.path), "to_line": to.line, "to_variable": to_variable}
    return session.answer("chop", _print, found=lambda value: value["lines"], **start, **end)
