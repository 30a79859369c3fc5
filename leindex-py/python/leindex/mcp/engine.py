"""The engine, as the server needs it: opening projects, asking them, counting tokens.

What is in it may take long and is called from worker threads. A panic of the native module, which Python does not count
among exceptions, is turned into one here, so that it costs a call and not the server.
"""

from __future__ import annotations

import contextlib
import functools
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from leindex import Project
    from leindex_rust import Cancellation

__all__ = [
    "Engine",
    "Opener",
    "Progress",
    "Rows",
    "cancellation",
    "count_tokens",
    "languages",
    "open_project",
    "suffixes",
]

Value = TypeVar("Value")
#: Seconds that the flows of a project may take in the background.
WARM_UP = 600.0
#: Called with the files that are done and those that there are.
Progress = Callable[[int, int], object]


@dataclass(frozen=True, slots=True)
class Rows:
    """What SQL gives."""

    columns: list[str]
    rows: list[list[Any]]
    truncated: bool
    revision: str


class Engine(Protocol):
    """An opened project."""

    def roots(self) -> list[str]:
        """The folders that it reads: its own, and those that its settings name."""

    def ask(self, verb: str, arguments: Mapping[str, Any], cancel: Cancellation) -> tuple[str, Any]:
        """The revision, and the answer as plain dicts and lists."""

    def sql(self, query: str, *, most: int, flow: bool, timeout: float, cancel: Cancellation) -> Rows:
        """The answer of a query, which may take so many seconds."""

    def bytes(self, path: str) -> memoryview:
        """The bytes of a file."""

    def stats(self) -> dict[str, Any]:
        """What the index and its store hold."""

    def close(self) -> None:
        """Lets it go; what was learned is kept in the store."""


#: Opens the project in a folder, which indexes what is not known of it yet.
Opener = Callable[[Path, Progress, "Cancellation"], Engine]


def open_project(root: Path, progress: Progress, cancel: Cancellation) -> Engine:
    """The project in a folder."""
    import leindex

    return ProjectEngine(guarded(lambda: leindex.Project(root, progress=progress, cancel=cancel)))


class ProjectEngine:
    """:class:`Engine` over :class:`leindex.Project`."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.warming = cancellation()
        threading.Thread(target=self.warm_up, name="leindex-warm-up", daemon=True).start()

    def warm_up(self) -> None:
        """Does in the background what questions would wait for: where names lead, and what flows in functions.
        What is found is stored, so that the next server has it at once."""
        with contextlib.suppress(Exception):
            guarded(lambda: self.project.ask("resolve", cancel=self.warming))
            query = "select count(*) from flow_nodes"
            guarded(lambda: self.project.sql(query, timeout=WARM_UP, cancel=self.warming))

    def roots(self) -> list[str]:
        rows = guarded(lambda: self.project.sql("select root from projects").to_rows())
        return [str(row["root"]) for row in rows]

    def ask(self, verb: str, arguments: Mapping[str, Any], cancel: Cancellation) -> tuple[str, Any]:
        return guarded(lambda: self.project.ask(verb, cancel=cancel, **arguments))

    def bytes(self, path: str) -> memoryview:
        return guarded(lambda: self.project.bytes(path))

    def sql(self, query: str, *, most: int, flow: bool, timeout: float, cancel: Cancellation) -> Rows:
        table = guarded(lambda: self.project.sql(query, max_rows=most, flow=flow, timeout=timeout, cancel=cancel))
        columns = list(table.column_names)
        rows = [[row[column] for column in columns] for row in guarded(table.to_rows)]
        return Rows(columns, rows, table.truncated, table.revision)

    def stats(self) -> dict[str, Any]:
        return guarded(lambda: self.project.stats().to_dict())

    def close(self) -> None:
        self.warming.cancel()
        guarded(self.project.close)


def cancellation() -> Cancellation:
    """A new one: it ends the calls that it is passed to."""
    import leindex_rust

    return leindex_rust.Cancellation()


def count_tokens(text: str) -> int:
    """Tokens of a text, as budgets count them."""
    import leindex_rust

    return leindex_rust.count_tokens(text)


@functools.cache
def languages() -> tuple[str, ...]:
    """The names of the languages that are read."""
    import leindex_rust

    return tuple(language["name"] for language in leindex_rust.languages())


@functools.cache
def suffixes() -> frozenset[str]:
    """What the names of files that are read end with, without the dot."""
    import leindex_rust

    return frozenset(ending for language in leindex_rust.languages() for ending in language["files"])


def guarded(work: Callable[[], Value]) -> Value:
    """Does some work of the native module."""
    try:
        return work()
    except (Exception, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as panic:
        raise RuntimeError(f"the engine panicked: {panic}") from panic
