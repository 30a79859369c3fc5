"""One indexed folder: `Project`.

It holds the native analyzer and nothing of what that answers: any number of threads may ask it, and each answer is made
anew. The questions themselves are in `_verbs`, their answers in `_results`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from types import TracebackType
from typing import TYPE_CHECKING, Any

import leindex_rust

from ._table import Table, not_negative
from ._verbs.asking import Name, symbol_name
from ._verbs.checking import check, of_no_language
from ._verbs.flow import FlowQuestions
from ._verbs.relations import RelationQuestions
from ._verbs.search import SearchQuestions
from ._verbs.structure import StructureQuestions
from ._verbs.symbols import SymbolQuestions

if TYPE_CHECKING:
    from typing import Self

    from ._background import Background
    from ._embedder import Embedder
    from ._results.state import EmbeddingStats, Exported, Stats
    from ._results.tree import TreeFolder

__all__ = ["Path", "Progress", "Project"]

Path = str | os.PathLike[str]
#: Called now and then with what is done and what there is, from any thread. What it raises ends the call.
Progress = Callable[[int, int], object]

#: Files of a project that `tree` counts symbols of.
MOST_FILES = 10_000_000


class Project(SymbolQuestions, RelationQuestions, FlowQuestions, StructureQuestions, SearchQuestions):
    """A folder of code, indexed, to be asked from any number of threads.

    Opening reads what is new since the last time; what is known is kept in the user's cache folder (`LEINDEX_HOME`
    overrides), never in the project. Every answer is true to the disk as of the call, and carries its revision.

    - `store`: keep what is known in this folder instead; `in_memory`: keep it nowhere.
    - `roots`: further folders that count as part of the project.
    - `threads`: how many work; all processors by default.
    - `embedder`: a model that scores meanings beside the built-in one: anything with `encode(list[str])` that gives a
      float32 array, as a `SentenceTransformer` is. Its vectors are made in the background, from now on. `embedder_id`
      is what tells its vectors from another's, for those who know better than the model.
    - `memory_budget`: bytes that the whole process should keep to.
    - `flows`: analyse the flow of every function now, instead of when it is first asked for.
    - `verify`: read every file again instead of believing its stamp.
    - `follow`: take in what changed on disk before each answer. Without it, `refresh` does.
    - `progress`: called with the files that are read and those that there are.
    - `cancel`: a `Cancellation`, to end the opening from another thread.

    Close it, or use it as a context manager; one that is forgotten closes itself. Ctrl-C ends a call and leaves the
    project as it was.
    """

    __slots__ = ("__weakref__", "_background", "_native")

    def __init__(
        self,
        path: Path = ".",
        *,
        store: Path | None = None,
        in_memory: bool = False,
        roots: Sequence[Path] = (),
        threads: int | None = None,
        embedder: Embedder | None = None,
        embedder_id: str | None = None,
        memory_budget: int | None = None,
        flows: bool = False,
        verify: bool = False,
        follow: bool = True,
        progress: Progress | None = None,
        cancel: leindex_rust.Cancellation | None = None,
    ) -> None:
        not_negative(threads=threads, memory_budget=memory_budget)
        if isinstance(roots, str | os.PathLike):
            message = (
                f"`roots` is `{os.fspath(roots)}`, one folder; give a list of folders, such as `[{os.fspath(roots)!r}]`"
            )
            raise leindex_rust.RequestError(message)
        adapter = None
        if embedder is not None:
            from ._embedder import adapted

            adapter = adapted(embedder, embedder_id)
        elif embedder_id is not None:
            raise leindex_rust.RequestError("`embedder_id` is the name of an `embedder`; give that, too")
        self._background: Background | None = None
        self._native = leindex_rust.RustAnalyzer(
            path,
            store=store,
            in_memory=in_memory,
            roots=list(roots),
            threads=threads,
            embedder=adapter,
            memory_budget=memory_budget,
            flows=flows,
            verify=verify,
            follow=follow,
            progress=progress,
            cancel=cancel,
        )
        if adapter is not None:
            from ._background import Background

            self._background = Background(self, self._native, adapter)

    # What it is.

    @property
    def name(self) -> str:
        """Its name, with which the full names of its symbols begin: of its manifest, or its folder's."""
        return self._native.name

    @property
    def root(self) -> str:
        """Its folder, absolute."""
        return os.fspath(self._native.root)

    @property
    def revision(self) -> str:
        """A stamp of the content of all files, now: equal where they are equal."""
        return self._native.revision()

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self._native.closed

    # Asking.

    def ask(
        self, verb: str, /, *, cancel: leindex_rust.Cancellation | None = None, **arguments: Any
    ) -> tuple[str, Any]:
        """Answers any question by its verb: the revision, and the answer as plain dicts and lists."""
        checked = check(verb, arguments, lambda name: self._native.ask("symbol", {"name": name}, cancel=cancel))
        try:
            revision, value = self._native.ask(verb, checked, cancel=cancel)
        except leindex_rust.PathError as error:
            raise self._reworded(error, error.path) from None
        except leindex_rust.SymbolNotFoundError as error:
            raise (self._reworded(error, error.name) if verb == "source" else error) from None
        if self._background is not None:
            self._background.notice(revision)
        return revision, value

    def source(self, name: Name) -> str:
        """The text of a file, by its path, or of a symbol."""
        wanted = symbol_name(name)
        try:
            return str(self._native.bytes(wanted), "utf-8", "replace")
        except leindex_rust.PathError as error:
            no_file = error
        try:
            _, found = self.ask("source", name=wanted)
        except leindex_rust.SymbolNotFoundError as no_symbol:
            is_path = "/" in wanted and not any(sign in wanted for sign in " :#")
            is_listed = any(file["path"] == wanted for file in self.ask("files")[1])
            raise (no_file if is_path or is_listed else no_symbol) from None
        return str(found["text"])

    def bytes(self, path: str) -> memoryview:
        """The bytes of a file at this revision, without a copy: the same memory for the same content. They stay as they
        are, whatever becomes of the file."""
        try:
            return memoryview(self._native.bytes(path))
        except leindex_rust.PathError as error:
            raise self._reworded(error, error.path) from None

    def table(
        self,
        name: str,
        columns: Sequence[str] | None = None,
        *,
        flow: bool = False,
        cancel: leindex_rust.Cancellation | None = None,
    ) -> Table:
        """A table, whole: `nodes`, `edges`, `files`, …; `sql("select * from columns")` describes them. With `flow`,
        `edges` has rows of kind `data`."""
        wanted = None if columns is None else [columns] if isinstance(columns, str) else list(columns)
        return Table(self._native.table(name, wanted, flow=flow, cancel=cancel))

    def sql(
        self,
        query: str,
        *,
        max_rows: int | None = None,
        timeout: float | None = None,
        flow: bool = False,
        cancel: leindex_rust.Cancellation | None = None,
    ) -> Table:
        """Answers a query in SQL over the tables. It reads and does nothing else. `timeout` is in seconds."""
        not_negative(max_rows=max_rows)
        return Table(self._native.sql(query, max_rows=max_rows, timeout=timeout, flow=flow, cancel=cancel))

    def embeddings(self, *, cancel: leindex_rust.Cancellation | None = None) -> leindex_rust.Embeddings:
        """The vectors of all symbols that have one, as a read-only matrix that `numpy.asarray` takes without a copy.
        `numpy.frombuffer(found.ids, dtype="<u8")` are the symbols' ids, as in the table `nodes`."""
        return self._native.embeddings(cancel=cancel)

    def tree(self, *, cancel: leindex_rust.Cancellation | None = None) -> TreeFolder:
        """Folders and files, whether a language claims them or not, with how many symbols each defines."""
        from ._results.tree import tree_of

        query = "select path, count(*) as symbols from nodes group by path"
        counts = self._native.sql(query, max_rows=MOST_FILES, cancel=cancel).to_rows()
        symbols = {row["path"]: row["symbols"] for row in counts}
        return tree_of(self.files(cancel=cancel), self.other_files(cancel=cancel), symbols)

    def stats(self) -> Stats:
        """What the index holds and how it fares."""
        from ._results.state import Stats

        stats = self._native.stats()
        stats["embedding"] = self._told(stats["embedding"])
        stats["warnings"] = [*stats["warnings"], *self._failures()]
        return Stats.from_dict(stats)

    def embedding_stats(self, *, cancel: leindex_rust.Cancellation | None = None) -> EmbeddingStats:
        """Which model scores meanings, how many symbols have its vectors, and whether it failed."""
        from ._results.state import EmbeddingStats

        _, stats = self.ask("embedding_stats", cancel=cancel)
        return EmbeddingStats.from_dict(self._told(stats))

    def warnings(self) -> list[str]:
        """What went wrong without stopping anything: with the store, or with the model."""
        return [*self._native.stats()["warnings"], *self._failures()]

    # Changing.

    def refresh(
        self,
        paths: Sequence[Path] | None = None,
        *,
        verify: bool = False,
        cancel: leindex_rust.Cancellation | None = None,
    ) -> str:
        """Looks at the disk: at everything, or at some paths. Gives the new revision."""
        return self._changed(self._native.refresh(None if paths is None else list(paths), verify=verify, cancel=cancel))

    def overlay(self, path: str, text: str) -> str:
        """Has a file contain an unsaved text, until `close_overlay`. Gives the new revision."""
        return self._changed(self._native.overlay(path, text))

    def edit(self, path: str, start: int, end: int, text: str) -> str:
        """Replaces bytes from `start` to before `end` of a file in its overlay. Gives the new revision."""
        not_negative(start=start, end=end)
        return self._changed(self._native.edit(path, start, end, text))

    def close_overlay(self, path: str) -> str:
        """Has the disk count again. Gives the new revision."""
        return self._changed(self._native.close_overlay(path))

    def remove(self, path: str) -> str:
        """Takes a file away, until `close_overlay`; the disk is not touched. Gives the new revision."""
        return self._changed(self._native.remove(path))

    # Keeping.

    def export(
        self,
        folder: Path,
        *,
        tables: Sequence[str] = (),
        progress: Progress | None = None,
        cancel: leindex_rust.Cancellation | None = None,
    ) -> Exported:
        """Writes the tables to a folder of Parquet files, and those of `tables` besides: `flow_nodes`, `flow_edges`,
        `embeddings`, `centrality`."""
        from ._results.state import Exported

        wanted = [tables] if isinstance(tables, str) else list(tables)
        return Exported.from_dict(self._native.export(folder, tables=wanted, progress=progress, cancel=cancel))

    def embed(
        self,
        *,
        share: float = 1.0,
        limit: int | None = None,
        progress: Progress | None = None,
        cancel: leindex_rust.Cancellation | None = None,
    ) -> int:
        """Makes the vectors that are missing of the model of one's choice now, and gives how many it made. `share` is
        that of the time that the model may work. Without it, they are made in the background."""
        not_negative(limit=limit)
        with nullcontext() if self._background is None else self._background.paused():
            return self._native.embed(share=share, limit=limit, progress=progress, cancel=cancel)

    def persist(self) -> None:
        """Writes to the store what is not there yet."""
        self._native.persist()

    def release(self) -> bool:
        """Frees graphs and caches, whatever is not in the store being written there first. Answers stay the same; the
        next takes longer. False if somebody asks just now."""
        return self._native.release()

    def close(self) -> None:
        """Closes it. Calls that go on end first; later ones raise `ClosedError`. Closing again does nothing."""
        if self._background is not None:
            self._background.close()
        self._native.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Project {self.name} at {self.root}{', closed' if self.closed else ''}>"

    def _reworded(self, error: leindex_rust.LeIndexError, path: str) -> leindex_rust.LeIndexError:
        """What to say of a path that is not understood: more, if it is that of a file that no language claims."""
        others = self._native.ask("other_files", {})[1] if path else []
        return of_no_language(path) if any(file["path"] == path for file in others) else error

    def _changed(self, revision: str) -> str:
        if self._background is not None:
            self._background.notice(revision)
        return revision

    def _told(self, stats: dict[str, Any]) -> dict[str, Any]:
        """Figures of the vectors with how the background fares."""
        background = self._background
        return stats if background is None else {**stats, "running": background.running, "error": background.error}

    def _failures(self) -> list[str]:
        error = None if self._background is None else self._background.error
        return [] if error is None else [f"the model of your choice failed: {error}; `embed` tries again"]
