"""Files, what should be known of them, and the symbols that they define."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .listing import Listing
from .record import Record, cut, plural, record

__all__ = ["Definition", "Diagnostic", "FileInfo", "OtherFile", "Outline", "OutlineItem", "OutlineRow", "SymbolInfo"]


@record
class FileInfo(Record):
    """A file of the project."""

    #: Path from the root.
    path: str
    #: Its language, if it has one.
    language: str | None
    bytes: int
    #: 0 if it was not read.
    lines: int
    #: Syntax errors.
    parse_errors: int
    #: Why it is only listed.
    skipped: str | None

    _shown = ("path", "language", "lines", "bytes", "parse_errors", "skipped")

    def _line(self) -> str:
        if self.skipped is not None:
            return f"{self.path} listed only: {self.skipped}"
        errors = f", {plural(self.parse_errors, 'syntax error')}" if self.parse_errors else ""
        return f"{self.path} {self.language or 'no language'}, {plural(self.lines, 'line')}{errors}"


@record
class Diagnostic(Record):
    """Something that people should know about a file."""

    #: Path from the root, or absolute for a file outside it.
    path: str
    #: The line, from 1, where it concerns one.
    line: int | None
    message: str

    _shown = ("path", "line", "message")

    def _line(self) -> str:
        place = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{place} {self.message}"


@record
class OtherFile(Record):
    """A file that no language claims."""

    path: str
    #: Its length; 0 for what is no regular file.
    bytes: int

    def _line(self) -> str:
        return f"{self.path}  {self.bytes:,} bytes"


@record
class SymbolInfo(Record):
    """A symbol."""

    #: `<project> <path> <descriptor>`: its name everywhere.
    symbol: str
    #: Path from the root.
    path: str
    language: str
    #: What it is: `function`, `class`, …
    kind: str
    name: str
    #: Its name with those of what it lies in.
    qualified_name: str
    #: Its text up to the body.
    signature: str
    #: One sentence about it.
    summary: str
    #: Whether the summary was made from the code because there is no documentation.
    generated_summary: bool
    #: First line, from 1.
    start_line: int
    #: Last line, inclusive.
    end_line: int
    #: Line of the name.
    name_line: int
    #: First byte.
    start_byte: int
    #: One past the last byte.
    end_byte: int
    #: Cyclomatic complexity.
    cyclomatic: int
    #: Cognitive complexity.
    cognitive: int
    #: Whether it is a test or lies among tests.
    is_test: bool
    #: Whether it is visible outside.
    is_exported: bool

    _shown = ("kind", "qualified_name", "path", "start_line", "end_line", "summary")

    def _line(self) -> str:
        return f"{self.kind} {self.qualified_name} {self.path}:{self.start_line}-{self.end_line}"

    def _text(self) -> Iterator[str]:
        yield self._line()
        for line in self.signature.splitlines():
            yield f"  {line}"
        if self.summary:
            yield f"  {self.summary}"


@record
class OutlineItem(Record):
    """A symbol with those defined inside it."""

    symbol: SymbolInfo
    #: What is defined inside it, in order.
    children: tuple[OutlineItem, ...]

    def _line(self) -> str:
        inside = f" with {len(self.children)} inside" if self.children else ""
        return f"{self.symbol._line()}{inside}"

    def _text(self) -> Iterator[str]:
        for row in rows_of([self]):
            yield row._line()


@record
class OutlineRow(Record):
    """A symbol of an outline and how deep it lies: a row of `Outline.to_arrow`."""

    symbol: SymbolInfo
    #: 0 for the outermost.
    depth: int

    _shown = ("kind", "qualified_name", "start_line", "end_line", "summary")
    _inlined = ("symbol",)

    def _line(self) -> str:
        symbol = self.symbol
        what = cut(symbol.signature) or f"{symbol.kind} {symbol.name}"
        return f"{symbol.start_line:>5}  {'  ' * self.depth}{what}"


class Outline(Listing[OutlineItem]):
    """The symbols of a file, nested. As a table: all of them, in the order of the text, with their `depth`."""

    __slots__ = ()

    def __init__(self, items: Sequence[OutlineItem], revision: str) -> None:
        Listing.__init__(self, items, OutlineRow, revision)

    def _records(self) -> Sequence[OutlineRow]:
        return list(rows_of(self))

    def _what(self) -> str:
        return plural(len(self._records()), "symbol")

    def __str__(self) -> str:
        return "\n".join(row._line() for row in rows_of(self))


def rows_of(items: Sequence[OutlineItem], depth: int = 0) -> Iterator[OutlineRow]:
    """The symbols of an outline in the order of the text."""
    for item in items:
        yield OutlineRow(item.symbol, depth)
        yield from rows_of(item.children, depth + 1)


@record
class Definition(Record):
    """What a name at some place means."""

    symbol: SymbolInfo
    #: How it was found.
    rule: str

    _shown = ("kind", "qualified_name", "path", "start_line", "rule")
    _inlined = ("symbol",)

    def _line(self) -> str:
        return f"{self.symbol._line()} (by {self.rule})"
