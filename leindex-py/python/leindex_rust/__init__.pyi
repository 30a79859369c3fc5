"""The native half of `leindex`: the index itself, its answers as plain values, rows and vectors without copies.

The package `leindex` stands on it and is what most people want: it gives the answers types.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias, final

__version__: str

_Path: TypeAlias = str | os.PathLike[str]
_Progress: TypeAlias = Callable[[int, int], object]

class LeIndexError(Exception):
    """What went wrong, and what to do about it."""

class ProjectError(LeIndexError):
    """The root cannot be opened."""

class SettingsError(LeIndexError):
    """The settings of the project cannot be understood."""

class PathError(LeIndexError):
    """No analysed file of the project has this path."""

    path: str
    nearest: list[str]

class SymbolNotFoundError(LeIndexError):
    """No symbol is called so."""

    name: str
    nearest: list[str]

class AmbiguousSymbolError(LeIndexError):
    """Several symbols are called so; `candidates` are their full names."""

    name: str
    candidates: list[str]

class FlowError(LeIndexError):
    """Nothing runs at this place, or no such variable is there; `variables` are those that are."""

    path: str
    line: int
    variables: list[str]

class QueryError(LeIndexError):
    """A query in SQL is wrong, would write, or takes more than it may."""

class RequestError(LeIndexError, ValueError):
    """The call is not as it should be: an unknown verb or argument, or a bad value."""

class StoreError(LeIndexError):
    """The store or an export cannot be read or written."""

class ModelError(LeIndexError):
    """The model of one's choice failed."""

class CancelledError(LeIndexError):
    """The call was cancelled."""

class ClosedError(LeIndexError):
    """The project was closed."""

class _Embedder(Protocol):
    """A model: see `leindex._embedder`, which makes one of anything that encodes."""

    @property
    def id(self) -> str: ...
    @property
    def dimension(self) -> int: ...
    def encode_documents(self, texts: list[str], /) -> Any: ...
    def encode_query(self, text: str, /) -> Any: ...

@final
class Cancellation:
    """Ends calls from another thread: pass it to a call as `cancel`, then call `cancel()`."""

    def __new__(cls) -> Cancellation: ...
    def cancel(self) -> None:
        """Ends the calls that it was passed to, and those that it will be."""

    @property
    def cancelled(self) -> bool:
        """Whether it was used."""

@final
class Bytes:
    """Read-only bytes with the buffer protocol: `memoryview(x)`, `bytes(x)`, `numpy.frombuffer(x)`."""

    def __len__(self) -> int: ...
    def __buffer__(self, flags: int, /) -> memoryview: ...

@final
class Embeddings:
    """Vectors as one matrix, a row each: a read-only buffer of float32 over a mapped file. `ids` has the rows'
    symbols."""

    @property
    def rows(self) -> int: ...
    @property
    def dimension(self) -> int: ...
    @property
    def ids(self) -> Bytes:
        """The `id` of each row's symbol, as in the table `nodes`: unsigned, 8 bytes each, little-endian."""

    @property
    def model(self) -> str: ...
    @property
    def revision(self) -> str: ...
    def __len__(self) -> int: ...
    def __buffer__(self, flags: int, /) -> memoryview: ...

@final
class Table:
    """Rows of a table or a query. pyarrow, polars, duckdb and pandas take them by `__arrow_c_stream__`, without a
    copy."""

    @property
    def revision(self) -> str: ...
    @property
    def truncated(self) -> bool: ...
    @property
    def num_rows(self) -> int: ...
    @property
    def column_names(self) -> list[str]: ...
    def __len__(self) -> int: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The rows as a stream of Arrow's C interface. Whoever asks for another schema casts by themselves."""

    def __arrow_c_schema__(self) -> object:
        """The schema of Arrow's C interface."""

    def to_rows(self) -> list[dict[str, Any]]:
        """The rows as plain values, a dict each. What is missing is `None`; bytes are hexadecimal text."""

@final
class RustAnalyzer:
    """An indexed project, to be asked from any number of threads.

    Each call looks at the project once, at one revision, and holds nothing of it afterwards.
    """

    def __new__(
        cls,
        path: _Path,
        *,
        store: _Path | None = None,
        in_memory: bool = False,
        roots: Sequence[_Path] = ...,
        threads: int | None = None,
        embedder: _Embedder | None = None,
        embedder_id: str | None = None,
        memory_budget: int | None = None,
        flows: bool = False,
        verify: bool = False,
        follow: bool = True,
        progress: _Progress | None = None,
        cancel: Cancellation | None = None,
    ) -> RustAnalyzer: ...
    @property
    def root(self) -> os.PathLike[str]:
        """The folder of the project."""

    @property
    def name(self) -> str:
        """The name of the project, as symbols begin with it."""

    @property
    def closed(self) -> bool:
        """Whether it was closed."""

    def ask(
        self, verb: str, arguments: Mapping[str, object] | None = None, *, cancel: Cancellation | None = None
    ) -> tuple[str, Any]:
        """Answers a question: the revision, and the answer as plain lists and dicts."""

    def refresh(
        self, paths: Sequence[_Path] | None = None, *, verify: bool = False, cancel: Cancellation | None = None
    ) -> str:
        """Looks at the disk: at everything, or at some paths. Returns the new revision."""

    def overlay(self, path: str, text: str) -> str:
        """Has a file contain `text` until its overlay is closed. Returns the new revision."""

    def edit(self, path: str, start: int, end: int, text: str) -> str:
        """Replaces bytes `start..end` of a file in its overlay, which is opened if need be. Returns the new
        revision."""

    def close_overlay(self, path: str) -> str:
        """Closes an overlay: the disk counts again. Returns the new revision."""

    def remove(self, path: str) -> str:
        """Takes a file away until its overlay is closed. Returns the new revision."""

    def revision(self) -> str:
        """The revision now."""

    def bytes(self, path: str) -> Bytes:
        """The bytes of a file at this revision, without a copy: the same memory for the same content, whatever
        becomes of the file."""

    def table(
        self,
        name: str,
        columns: Sequence[str] | None = None,
        *,
        flow: bool = False,
        cancel: Cancellation | None = None,
    ) -> Table:
        """A table, whole: see `select * from columns`."""

    def sql(
        self,
        query: str,
        *,
        max_rows: int | None = None,
        timeout: float | None = None,
        flow: bool = False,
        cancel: Cancellation | None = None,
    ) -> Table:
        """Answers a query in SQL."""

    def embeddings(self, *, cancel: Cancellation | None = None) -> Embeddings:
        """The vectors of all symbols that have one, without a copy."""

    def export(
        self,
        folder: _Path,
        *,
        tables: Sequence[str] = ...,
        progress: _Progress | None = None,
        cancel: Cancellation | None = None,
    ) -> dict[str, Any]:
        """Writes the tables to a folder of Parquet files. `progress(done, total)` is told of files of the export."""

    def embed(
        self,
        *,
        share: float = 0.5,
        limit: int | None = None,
        progress: _Progress | None = None,
        cancel: Cancellation | None = None,
    ) -> int:
        """Makes the vectors that are missing of the model of one's choice; returns how many it made."""

    def persist(self) -> None:
        """Writes what is pending to the store."""

    def release(self) -> bool:
        """Writes to the store what is not there yet and frees graphs and caches. Answers stay the same."""

    def stats(self) -> dict[str, Any]:
        """What the index and its store hold."""

    def close(self) -> None:
        """Closes it: what is pending is written, the store is free for others. Later calls raise `ClosedError`; calls
        that go on end first."""

def build_weighted_context(path: _Path, question: str, budget: int = 2000, **options: Any) -> dict[str, Any]:
    """What an engineer would read first to answer a question about the project at `path`, within a budget of tokens:
    opens the project, asks `context` and closes it. `options` are those of `context`."""

def sql_of_export(
    folder: _Path,
    query: str,
    *,
    max_rows: int | None = None,
    timeout: float | None = None,
    cancel: Cancellation | None = None,
) -> Table:
    """Answers a query in SQL over the tables of an export."""

def count_tokens(text: str) -> int:
    """Tokens of a text by `o200k_base`, by which budgets are counted."""

def languages() -> list[dict[str, Any]]:
    """The languages that are read: their names and the endings of their files."""

def memory() -> dict[str, int]:
    """Memory of this process: `resident` and `anonymous` bytes now, the `budget` and the `limit` of the system, how
    often memory was given back (`spills`), the bytes `freed` by it and the `collections` by Python that followed."""

def set_memory_budget(bytes: int | None) -> None:
    """Sets how many bytes this process may hold; `None` for the default, a quarter of what there is and at most 2
    GB."""

def store_of(path: _Path) -> dict[str, Any]:
    """Where the store of a project lies, without opening it: `home`, `folder`, whether it `exists`, and its `bytes`."""

def clean(path: _Path | None = None) -> int:
    """Removes the store of a project, or without one those of all; returns the bytes freed. What is indexed again is
    the same."""
