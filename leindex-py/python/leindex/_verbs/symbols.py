"""Questions about files and symbols: what there is, and what is at a place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from .._results.listing import Listing
from .._results.symbols import Definition, Diagnostic, FileInfo, OtherFile, Outline, OutlineItem, SymbolInfo
from .asking import Asking, Name, symbol_name

if TYPE_CHECKING:
    from leindex_rust import Cancellation

__all__ = ["Encoding", "SymbolQuestions"]

#: What columns count: bytes, UTF-16 units as editors send them, or characters.
Encoding = Literal["utf8", "utf16", "utf32"]


class SymbolQuestions(Asking):
    """Questions about files and symbols."""

    __slots__ = ()

    def files(self, *, cancel: Cancellation | None = None) -> Listing[FileInfo]:
        """All files, analysed or only listed, by path."""
        return self._list(FileInfo, "files", cancel)

    def other_files(self, *, cancel: Cancellation | None = None) -> Listing[OtherFile]:
        """Files that no language claims, as they lie on the disk now: documents, data, pictures; by path."""
        return self._list(OtherFile, "other_files", cancel)

    def diagnostics(self, *, cancel: Cancellation | None = None) -> Listing[Diagnostic]:
        """What people should know of files that are not, or not wholly, understood; by path and line."""
        return self._list(Diagnostic, "diagnostics", cancel)

    def outline(self, path: str, *, cancel: Cancellation | None = None) -> Outline:
        """The symbols of a file, nested."""
        revision, items = self.ask("outline", cancel=cancel, path=path)
        return Outline([OutlineItem.from_dict(item) for item in items], revision)

    def symbols(self, name: str, *, limit: int = 1000, cancel: Cancellation | None = None) -> Listing[SymbolInfo]:
        """Every symbol whose name is, or ends with, `name`: `login`, `Session.login`. `*` stands for anything, `?`
        for one character."""
        return self._list(SymbolInfo, "symbols", cancel, name=name, limit=limit)

    def symbol(self, name: Name, *, cancel: Cancellation | None = None) -> SymbolInfo:
        """The symbol of a name: a full name (`<project> <path> <descriptor>`), `path:line`, `path#name`, or a name
        that is, or ends, only one qualified name.

        Raises `SymbolNotFoundError`, or `AmbiguousSymbolError` with the full names of all that are meant.
        """
        return self._one(SymbolInfo, "symbol", cancel, name=symbol_name(name))

    def symbol_at(
        self,
        path: str,
        line: int,
        column: int = 0,
        *,
        encoding: Encoding = "utf8",
        cancel: Cancellation | None = None,
    ) -> SymbolInfo | None:
        """The innermost symbol around a place; lines count from 1, columns from 0."""
        _, found = self.ask("symbol_at", cancel=cancel, path=path, line=line, column=column, encoding=encoding)
        return None if found is None else SymbolInfo.from_dict(found)

    def definition(
        self,
        path: str,
        line: int,
        column: int,
        *,
        encoding: Encoding = "utf8",
        cancel: Cancellation | None = None,
    ) -> Listing[Definition]:
        """What the name at a place means; several if it is not known which. Lines count from 1, columns from 0."""
        return self._list(Definition, "definition", cancel, path=path, line=line, column=column, encoding=encoding)
