"""Places as they are typed, `FILE:LINE` and `FILE:LINE:COLUMN`: counted from 1, as compilers and grep print them."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import click
from click.shell_completion import CompletionItem

_PLACE = re.compile(r"(?P<path>.+?):(?P<line>\d+)(?::(?P<column>\d+))?:?")
_LARGEST = 2**32 - 1


class Place(NamedTuple):
    """A line of a file, and perhaps a column on it."""

    path: str
    line: int
    column: int | None


class PlaceType(click.ParamType):  # type: ignore[type-arg]
    """A parameter that is a place."""

    name = "place"

    def __init__(self, *, column: bool) -> None:
        self._column = column

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Place:
        if isinstance(value, Place):
            return value
        found = _PLACE.fullmatch(value)
        line = int(found["line"]) if found else 0
        column = int(found["column"]) if found and found["column"] else None
        if found is None or not 0 < line <= _LARGEST or (self._column and not column):
            wanted = (
                "a file, a line and a column: src/cart.py:42:9" if self._column else "a file and a line: src/cart.py:42"
            )
            self.fail(f"`{value}` is no place; give {wanted}", param, ctx)
        return Place(found["path"], line, column)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        return [CompletionItem(incomplete, type="file")]


PLACE = PlaceType(column=False)
POSITION = PlaceType(column=True)
