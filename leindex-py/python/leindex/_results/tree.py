"""Folders and files with how many symbols they hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from .record import Record, plural, record
from .symbols import FileInfo, OtherFile

if TYPE_CHECKING:
    import pyarrow

__all__ = ["TreeFile", "TreeFolder", "tree_of"]


#: Why a file that no language claims is only listed.
UNCLAIMED = "of no language"


@record
class TreeFile(Record):
    """A file of a tree."""

    #: Path from the root.
    path: str
    #: Its language, if it has one.
    language: str | None
    #: 0 if it was not read.
    lines: int
    #: What it defines.
    symbols: int
    #: Why it is only listed.
    skipped: str | None

    _shown = ("path", "language", "lines", "symbols", "skipped")

    def _line(self) -> str:
        name = self.path.rpartition("/")[2]
        if self.skipped is not None:
            return f"{name}  ({self.skipped})"
        return f"{name}  {plural(self.symbols, 'symbol')}, {plural(self.lines, 'line')}"


@record
class TreeFolder(Record):
    """A folder of a tree. Its counts are those of all that lies below it."""

    #: Path from the root, which itself is the empty path.
    path: str
    #: Folders in it, by name.
    folders: tuple[TreeFolder, ...]
    #: Files in it, by name.
    files: tuple[TreeFile, ...]
    #: Lines of the files in it and below.
    lines: int
    #: What they define.
    symbols: int

    def walk(self) -> Iterator[TreeFile]:
        """All files in it and below, files of a folder after its folders."""
        for folder in self.folders:
            yield from folder.walk()
        yield from self.files

    def to_arrow(self) -> pyarrow.Table:
        """All files in it and below as a pyarrow table. Needs pyarrow."""
        from .arrow import table

        return table(TreeFile, list(self.walk()))

    def _line(self) -> str:
        name = self.path.rpartition("/")[2] or "."
        counts = f"{plural(sum(1 for _ in self.walk()), 'file')}, {plural(self.symbols, 'symbol')}"
        return f"{name}/  {counts}, {plural(self.lines, 'line')}"

    def _text(self) -> Iterator[str]:
        yield self._line()
        for folder in self.folders:
            yield from (f"  {line}" for line in folder._text())
        yield from (f"  {file._line()}" for file in self.files)

    def _repr_html_(self) -> str:
        from .html import of_rows

        return of_rows(self._line(), TreeFile, list(self.walk()))


def tree_of(files: Sequence[FileInfo], others: Sequence[OtherFile], symbols: Mapping[str, int]) -> TreeFolder:
    """The tree of some files, of others that no language claims, and how many symbols each path defines."""
    below: dict[str, list[TreeFile]] = {"": []}
    for found in (
        *(TreeFile(file.path, file.language, file.lines, symbols.get(file.path, 0), file.skipped) for file in files),
        *(TreeFile(file.path, None, 0, 0, UNCLAIMED) for file in others),
    ):
        folder = found.path.rpartition("/")[0]
        below.setdefault(folder, []).append(found)
        while folder:
            folder = folder.rpartition("/")[0]
            below.setdefault(folder, [])
    inside: dict[str, list[str]] = {}
    for folder in sorted(below):
        if folder:
            inside.setdefault(folder.rpartition("/")[0], []).append(folder)
    made: dict[str, TreeFolder] = {}
    for path in sorted(below, key=lambda path: path.count("/") + bool(path), reverse=True):
        folders = tuple(made[folder] for folder in inside.get(path, ()))
        own = tuple(sorted(below[path], key=lambda file: file.path))
        parts: tuple[TreeFolder | TreeFile, ...] = (*folders, *own)
        lines, count = sum(part.lines for part in parts), sum(part.symbols for part in parts)
        made[path] = TreeFolder(path, folders, own, lines, count)
    return made[""]
