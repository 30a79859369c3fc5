"""Which symbols differ from what they were at a commit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from .record import Record, indented, key, plural, record
from .symbols import SymbolInfo

__all__ = ["ChangedSignature", "Diff", "FileDiff", "MovedSymbol", "OldSymbol"]


@record
class OldSymbol(Record):
    """A symbol as it was."""

    #: Its file then.
    path: str
    #: What it was.
    kind: str
    #: Its name, with those of what it lay in.
    name: str
    signature: str
    #: The line of its name then.
    line: int

    _shown = ("kind", "name", "path", "line", "signature")

    def _line(self) -> str:
        return f"{self.kind} {self.name} {self.path}:{self.line}"


@record
class MovedSymbol(Record):
    """A symbol that lies elsewhere."""

    #: Where it lay. `from` in dicts.
    from_: OldSymbol = key("from")
    #: Where it lies.
    to: SymbolInfo

    def _line(self) -> str:
        return f"{self.to._line()}, was {self.from_.name} {self.from_.path}:{self.from_.line}"


@record
class ChangedSignature(Record):
    """A symbol that looks different from outside."""

    symbol: SymbolInfo
    #: Its signature at the commit.
    before: str

    _inlined = ("symbol",)

    def _line(self) -> str:
        return f"{self.symbol._line()}, was {self.before}"


@record
class FileDiff(Record):
    """A file that differs."""

    #: Its path; if it is gone, the one it had.
    path: str
    change: Literal["added", "removed", "moved", "changed"]
    #: Its path at the commit, if it was another.
    old_path: str | None

    _shown = ("path", "change", "old_path")

    def _line(self) -> str:
        return f"{self.change} {self.path}{f' (was {self.old_path})' if self.old_path else ''}"


@record
class Diff(Record):
    """What differs between a commit and the working tree."""

    #: The commit.
    base: str
    #: New symbols.
    added: tuple[SymbolInfo, ...]
    #: Symbols that are gone.
    removed: tuple[OldSymbol, ...]
    #: Symbols with another path or parent, and the same name and body.
    moved: tuple[MovedSymbol, ...]
    #: Symbols that look different from outside.
    signature: tuple[ChangedSignature, ...]
    #: Symbols that look the same from outside and not inside.
    body: tuple[SymbolInfo, ...]
    files: tuple[FileDiff, ...]
    #: The revision that the commit is compared with.
    revision: str

    def _line(self) -> str:
        counts = [("added", self.added), ("removed", self.removed), ("moved", self.moved)]
        counts += [("with another signature", self.signature), ("with another body", self.body)]
        said = [f"{len(symbols):,} {what}" for what, symbols in counts if symbols]
        return f"{plural(len(self.files), 'file')} since {self.base}, symbols: {', '.join(said) or 'none'}"

    def _text(self) -> Iterator[str]:
        yield self._line()
        parts: tuple[tuple[str, tuple[Record, ...]], ...] = (
            ("added:", self.added),
            ("removed:", self.removed),
            ("moved:", self.moved),
            ("signature:", self.signature),
            ("body:", self.body),
            ("files:", self.files),
        )
        for title, rows in parts:
            if rows:
                yield title
                yield from indented(rows)
