"""Markdown that survives what it quotes: spans and fences around backticks, tables around bars and line breaks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

__all__ = ["code", "count", "fence", "lines_of", "one_line", "table"]


def code(text: str) -> str:
    """A code span of one line, whatever backticks are in it."""
    flat = one_line(text)
    longest = max((len(run) for run in re.findall("`+", flat)), default=0)
    if not longest:
        return f"`{flat}`"
    marks = "`" * (longest + 1)
    return f"{marks} {flat} {marks}"


def fence(text: str, language: str = "") -> str:
    """A fenced block, with a fence that the text does not close."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    marks = "`" * max(3, longest + 1)
    return f"{marks}{language}\n{text.rstrip(chr(10))}\n{marks}"


def lines_of(text: str) -> list[str]:
    """The lines of source text, counted as the engine counts them: only a line feed ends one, with or without a
    carriage return before it. Python's own `splitlines` also ends them at form feeds and at U+2028."""
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    return [line.removesuffix("\r") for line in lines]


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells are kept to one line."""
    lines = [f"| {' | '.join(map(cell, columns))} |", f"|{' --- |' * len(columns)}"]
    lines.extend(f"| {' | '.join(map(cell, row))} |" for row in rows)
    return "\n".join(lines)


def cell(text: str) -> str:
    """The text of a cell."""
    return one_line(text).replace("\\", "\\\\").replace("|", "\\|")


def one_line(text: str) -> str:
    """A text without line breaks."""
    return text if text.isprintable() and "  " not in text else " ".join(text.split())


def count(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun: `1 file`, `2 files`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
