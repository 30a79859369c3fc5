"""What changed in a project between two looks: files by their hashes, and in those that differ the symbols.

The engine answers for one revision; what was before is kept here, as two numbers a symbol.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from leindex import Project

COLUMNS = ["path", "symbol", "signature", "body_hash"]
#: Paths that are named in one query.
BATCH = 500
#: More rows than any project has.
MOST = 1 << 32


class Change(NamedTuple):
    """A file that differs, and the full names of its symbols that do."""

    path: str
    #: `added`, `removed` or `changed`.
    change: str
    added: list[str]
    removed: list[str]
    #: Symbols that look different from outside.
    signature: list[str]
    #: Symbols that look the same from outside and not inside.
    body: list[str]


#: For each symbol of a file, a number for its signature and one for its body.
Symbols = dict[str, tuple[int, int]]


class Watcher:
    """Remembers a project, and says what is different at the next look."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._files = self._hashes()
        self._symbols: dict[str, Symbols] = {}
        self._take(project.table("nodes", COLUMNS).rows())
        self.revision = project.revision

    @property
    def files(self) -> int:
        """How many files there are."""
        return len(self._files)

    @property
    def symbols(self) -> int:
        """How many symbols there are."""
        return sum(len(symbols) for symbols in self._symbols.values())

    def changes(self) -> list[Change]:
        """What is different since the last look, by path. Costs next to nothing where nothing is."""
        revision = self._project.revision
        if revision == self.revision:
            return []
        before, self._files = self._files, self._hashes()
        paths = sorted(path for path in before.keys() | self._files.keys() if before.get(path) != self._files.get(path))
        old = {path: self._symbols.pop(path, {}) for path in paths}
        for start in range(0, len(paths), BATCH):
            quoted = ", ".join("'" + path.replace("'", "''") + "'" for path in paths[start : start + BATCH])
            query = f"select {', '.join(COLUMNS)} from nodes where path in ({quoted})"
            self._take(self._project.sql(query, max_rows=MOST).rows())
        self.revision = revision
        return [_change(path, before, self._files, old[path], self._symbols.get(path, {})) for path in paths]

    def _hashes(self) -> dict[str, str]:
        return {row["path"]: row["hash"] for row in self._project.table("files", ["path", "hash"]).rows()}

    def _take(self, rows: Iterable[dict[str, Any]]) -> None:
        for row in rows:
            self._symbols.setdefault(row["path"], {})[row["symbol"]] = (hash(row["signature"]), hash(row["body_hash"]))


def _change(path: str, before: dict[str, str], after: dict[str, str], old: Symbols, new: Symbols) -> Change:
    change = "added" if path not in before else "removed" if path not in after else "changed"
    both = [symbol for symbol in new if symbol in old]
    return Change(
        path,
        change,
        added=[symbol for symbol in new if symbol not in old],
        removed=[symbol for symbol in old if symbol not in new],
        signature=[symbol for symbol in both if new[symbol][0] != old[symbol][0]],
        body=[symbol for symbol in both if new[symbol][0] == old[symbol][0] and new[symbol][1] != old[symbol][1]],
    )


def watched(watcher: Watcher, pause: float) -> Iterator[tuple[str, Change]]:
    """Every change from now on, with the revision that has it, for ever."""
    import time

    while True:
        start = time.monotonic()
        for change in watcher.changes():
            yield watcher.revision, change
        # Where there are no file events a look is a walk over all files: it must not fill the time.
        time.sleep(max(pause, 5 * (time.monotonic() - start)))
