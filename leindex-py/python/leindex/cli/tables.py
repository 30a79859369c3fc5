"""Rows of SQL as text, JSON, CSV or Parquet, of one project or of several."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol, TextIO

from leindex.cli.failure import Stop
from leindex.cli.screen import Cell, Screen, bold, dim
from leindex.cli.wording import plural

if TYPE_CHECKING:
    from leindex import WorkspaceTable


class Rows(Protocol):
    """What is known of a table here."""

    @property
    def column_names(self) -> list[str]: ...
    @property
    def truncated(self) -> bool: ...
    def rows(self) -> list[dict[str, Any]]: ...
    def __len__(self) -> int: ...
    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...


class Joined:
    """The rows of several projects as one table, with the project in the first column."""

    def __init__(self, tables: WorkspaceTable) -> None:
        self._tables = tables
        names = next(iter(tables.values())).column_names
        self.column_names = names if "project" in names else ["project", *names]
        self.truncated = tables.truncated

    def rows(self) -> list[dict[str, Any]]:
        return self._tables.rows()

    def __len__(self) -> int:
        return sum(len(table) for table in self._tables.values())

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self._tables.to_arrow().__arrow_c_stream__(requested_schema)


FORMATS = ("table", "json", "csv", "parquet")


def print_table(screen: Screen, table: Rows) -> None:
    """The rows for people: numbers to the right, what is missing as `null`, lists as JSON."""
    names, rows = table.column_names, table.rows()
    numbers = [column for column, name in enumerate(names) if _is_number(rows, name)]
    lines: list[list[Cell]] = [[bold(name) for name in names]]
    lines += [[_cell(row[name]) for name in names] for row in rows]
    screen.table(lines, right=numbers)
    screen.line(dim(plural(len(rows), "row")))


def write_csv(out: TextIO, table: Rows) -> None:
    """The rows as CSV with a line of names; what is missing is empty, lists are JSON."""
    import csv

    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.column_names)
    for row in table.rows():
        writer.writerow([_plain(row[name]) for name in table.column_names])


def write_parquet(path: str, table: Rows) -> None:
    """The rows as a Parquet file, by pyarrow or else polars: neither comes with leindex."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        pyarrow = None
    with replaced(path) as beside:
        if pyarrow is not None:
            pyarrow.parquet.write_table(pyarrow.table(table), beside, compression="zstd")
            return
        try:
            import polars
        except ImportError:
            raise Stop("to write Parquet, `pip install pyarrow`; or take --format csv") from None
        polars.DataFrame(table).write_parquet(beside)


@contextmanager
def replaced(path: str) -> Iterator[str]:
    """A path beside `path` to write to; it takes its place when all went well, and is gone when not."""
    beside = f"{path}.{os.getpid()}.part"
    try:
        yield beside
        os.replace(beside, path)
    finally:
        if os.path.lexists(beside):
            os.unlink(beside)


def _is_number(rows: Sequence[dict[str, Any]], name: str) -> bool:
    values = [row[name] for row in rows if row[name] is not None]
    return bool(values) and all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)


def _cell(value: Any) -> Cell:
    return dim("null") if value is None else str(_plain(value))


def _plain(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value
