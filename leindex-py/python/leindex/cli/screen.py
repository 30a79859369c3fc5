"""Printing for people: lines of spans in columns, with colours and cut to the width on a terminal, plain elsewhere.

What is printed comes from other people's files. Control characters in it are shown, never obeyed.
"""

from __future__ import annotations

import os
import re
import shutil
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, TextIO

import click

#: A column is not made wider than this for the sake of one long cell.
WIDEST_COLUMN = 56
#: For source text: the colours of the terminal, whether it is dark or light.
CODE_THEME = "ansi_dark"
#: Lines that are held back before they are written.
HELD = 400

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")


class Span(NamedTuple):
    """A text in a style: what `click.style` takes."""

    text: str
    style: dict[str, Any]


Piece = str | Span
#: A cell of a table: a piece, or several that stand together.
Cell = Piece | Sequence[Piece]


def place(path: str, line: int | None = None) -> Span:
    """`path:line`, as terminals and editors make it clickable."""
    return Span(path if line is None else f"{path}:{line}", {"fg": "magenta"})


def name(text: str) -> Span:
    """The name of a symbol."""
    return Span(text, {"fg": "cyan"})


def bold(text: str) -> Span:
    """What stands out."""
    return Span(text, {"bold": True})


def dim(text: str) -> Span:
    """What stands back."""
    return Span(text, {"dim": True})


def good(text: str) -> Span:
    """What is as it should be."""
    return Span(text, {"fg": "green"})


def bad(text: str) -> Span:
    """What is not."""
    return Span(text, {"fg": "red", "bold": True})


def caution(text: str) -> Span:
    """What is not known for certain."""
    return Span(text, {"fg": "yellow"})


class Screen:
    """A stream to print on."""

    def __init__(self, stream: TextIO, colour: bool | None = None) -> None:
        self._stream = stream
        terminal = stream.isatty()
        allowed = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        self.colour = terminal and allowed and colour is not False
        self.width = shutil.get_terminal_size().columns if terminal else None
        self._held: list[str] = []
        self._begun = False

    def line(self, *pieces: Piece) -> None:
        """A line, cut to the width of the terminal."""
        self._write(self._styled(_cut(_stripped([_on_one_line(piece) for piece in pieces]), self.width)))

    def text(self, *pieces: Piece) -> None:
        """A text of one line or several; it is not cut."""
        self._write(self._styled(pieces))

    def blank(self) -> None:
        """An empty line."""
        self._write("")

    def heading(self, text: str) -> None:
        """A title, with an empty line before it unless it comes first."""
        if self._begun:
            self.blank()
        self.line(bold(text))

    def table(self, rows: Iterable[Sequence[Cell]], *, indent: str = "", right: Sequence[int] = ()) -> None:
        """Rows in columns two spaces apart; those in `right` are aligned to the right. The last is as wide as it is."""
        cells = [[[_on_one_line(piece) for piece in _pieces(cell)] for cell in row] for row in rows]
        count = max((len(row) for row in cells), default=0)
        widths = [0] * count
        for row in cells:
            for column, cell in enumerate(row[:-1] if len(row) == count else row):
                widths[column] = max(widths[column], min(_width(cell), WIDEST_COLUMN))
        for column in right:
            if column < count:
                widths[column] = max((_width(row[column]) for row in cells if column < len(row)), default=0)
        for row in cells:
            out: list[Piece] = [indent]
            for column, cell in enumerate(row):
                room = max(widths[column] - _width(cell), 0) * " "
                if column in right:
                    out += [room, *cell]
                else:
                    out += [*cell, room]
                out.append("  ")
            self.line(*out)

    def rich(self, make: Any) -> bool:
        """Prints what `make` gives with rich, on a terminal with colours; elsewhere does nothing and says so."""
        if not self.colour:
            return False
        self.flush()
        from rich.console import Console

        Console(file=self._stream, highlight=False).print(make())
        return True

    def flush(self) -> None:
        """Writes what is held."""
        if self._held:
            text, self._held = "\n".join(self._held), []
            click.echo(text, file=self._stream, color=self.colour)

    def _write(self, line: str) -> None:
        self._held.append(line)
        self._begun = True
        if len(self._held) >= HELD:
            self.flush()

    def _styled(self, pieces: Sequence[Piece]) -> str:
        out = []
        for piece in pieces:
            if isinstance(piece, Span):
                text = visible(piece.text)
                out.append(click.style(text, **piece.style) if self.colour and text else text)
            else:
                out.append(visible(piece))
        return "".join(out)


def visible(text: str) -> str:
    """A text whose control characters are shown as escapes. Line ends and tabs stay."""
    text = text.replace("\r\n", "\n")
    return _CONTROL.sub(lambda found: found.group().encode("unicode_escape").decode(), text)


def one_line(text: str) -> str:
    """A text on one line, without indentation."""
    return " ".join(text.split())


def cells(text: str) -> int:
    """How many cells of a terminal a text takes."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(unicodedata.combining(character) != 0 for character in text)


def _on_one_line(piece: Piece) -> Piece:
    text = _text(piece)
    if "\n" not in text and "\t" not in text:
        return piece
    text = text.replace("\r\n", "\n").replace("\n", "\\n").replace("\t", "    ")
    return piece._replace(text=text) if isinstance(piece, Span) else text


def _pieces(cell: Cell) -> list[Piece]:
    return [cell] if isinstance(cell, str | Span) else list(cell)


def _text(piece: Piece) -> str:
    return piece.text if isinstance(piece, Span) else piece


def _width(pieces: Iterable[Piece]) -> int:
    return sum(cells(visible(_text(piece))) for piece in pieces)


def _stripped(pieces: list[Piece]) -> list[Piece]:
    """Without the blanks at the end."""
    while pieces and not _text(pieces[-1]).strip(" "):
        pieces.pop()
    return pieces


def _cut(pieces: Sequence[Piece], width: int | None) -> Sequence[Piece]:
    if width is None or _width(pieces) <= width:
        return pieces
    kept: list[Piece] = []
    room = width - 1
    for piece in pieces:
        text = visible(_text(piece))
        if cells(text) <= room:
            kept.append(piece)
            room -= cells(text)
            continue
        cut = ""
        for character in text:
            if cells(cut + character) > room:
                break
            cut += character
        cut += "…"
        kept.append(Span(cut, piece.style) if isinstance(piece, Span) else cut)
        break
    return kept
