"""Rows of tables and of SQL.

A `Table` holds Arrow batches of the engine and hands them over as they are: pyarrow, polars, duckdb and pandas take
it by Arrow's PyCapsule protocol, without a copy.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import leindex_rust

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

__all__ = ["Table", "not_negative", "sql_of_export"]

#: Rows that a text or a notebook shows.
MOST_ROWS = 50
#: Characters of a value that a text shows.
WIDEST = 48


class Table:
    """Rows with named columns, at one revision. Anything that takes `__arrow_c_stream__` takes it as it is."""

    __slots__ = ("_native",)

    def __init__(self, native: leindex_rust.Table) -> None:
        self._native = native

    @property
    def revision(self) -> str:
        """The revision that the rows hold for."""
        return self._native.revision

    @property
    def truncated(self) -> bool:
        """Whether there were more rows than the query was allowed."""
        return self._native.truncated

    @property
    def num_rows(self) -> int:
        """How many rows there are."""
        return self._native.num_rows

    @property
    def column_names(self) -> list[str]:
        """The names of the columns, in order."""
        return self._native.column_names

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        return self._native.__arrow_c_stream__(requested_schema)

    def __arrow_c_schema__(self) -> object:
        return self._native.__arrow_c_schema__()

    def to_arrow(self) -> pyarrow.Table:
        """A pyarrow table over the same memory. Needs pyarrow."""
        from ._results.arrow import pyarrow_itself

        return pyarrow_itself().table(self)

    def to_pandas(self) -> pandas.DataFrame:
        """A pandas data frame. Needs pandas and pyarrow.

        Columns of whole numbers or truths that lack some are of pandas' nullable types (`UInt64`, `boolean`, …), so
        that ids stay exact; all others are of the types of numpy.
        """
        from ._results.arrow import frame

        return frame(self.to_arrow())

    def to_polars(self) -> polars.DataFrame:
        """A polars data frame. Needs polars."""
        try:
            import polars
        except ImportError as error:
            message = "a polars data frame needs polars; run `pip install polars`"
            raise ModuleNotFoundError(message, name=error.name) from None
        return polars.DataFrame(self)

    def rows(self) -> list[dict[str, Any]]:
        """The rows as plain values, a dict each. What is missing is `None`; bytes are hexadecimal text."""
        return self._native.to_rows()

    def to_rows(self) -> list[dict[str, Any]]:
        """As `rows`."""
        return self.rows()

    def __len__(self) -> int:
        return self.num_rows

    def __bool__(self) -> bool:
        return self.num_rows > 0

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.rows())

    def _line(self) -> str:
        cut = ", truncated" if self.truncated else ""
        return f"{self.num_rows:,} × {len(self.column_names)} ({', '.join(self.column_names)}){cut}"

    def _first(self) -> list[list[Any]]:
        """The first rows, value by value."""
        names = self.column_names
        if self.num_rows > MOST_ROWS:
            try:
                rows = self.to_arrow().slice(0, MOST_ROWS).to_pylist()
            except ModuleNotFoundError:
                rows = self.rows()[:MOST_ROWS]
        else:
            rows = self.rows()
        return [[row.get(name) for name in names] for row in rows]

    def __repr__(self) -> str:
        return f"<Table {self._line()}>"

    def __str__(self) -> str:
        rows = [self.column_names, *([_shown(value) for value in row] for row in self._first())]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)] if self.column_names else []
        lines = [
            "  ".join(value.ljust(width) for value, width in zip(row, widths, strict=True)).rstrip() for row in rows
        ]
        if self.num_rows > MOST_ROWS:
            lines.append(f"… and {self.num_rows - MOST_ROWS:,} more")
        if self.truncated:
            lines.append("there are more: the query was cut at its limit of rows")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        from ._results.html import of_cells

        return of_cells(self._line(), self.column_names, self._first(), self.num_rows)


def _shown(value: Any) -> str:
    if value is None:
        return ""
    text = value.hex() if isinstance(value, bytes) else " ".join(str(value).split())
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 1]}…"


def sql_of_export(
    folder: str | os.PathLike[str],
    query: str,
    *,
    max_rows: int | None = None,
    timeout: float | None = None,
    cancel: leindex_rust.Cancellation | None = None,
) -> Table:
    """Answers a query in SQL over the tables of a folder that `Project.export` wrote."""
    not_negative(max_rows=max_rows)
    return Table(leindex_rust.sql_of_export(folder, query, max_rows=max_rows, timeout=timeout, cancel=cancel))


def not_negative(**numbers: int | None) -> None:
    """Refuses numbers below 0, which the engine has no way to be told."""
    for name, number in numbers.items():
        if isinstance(number, int) and number < 0:
            raise leindex_rust.RequestError(f"`{name}` is {number}; give a whole number from 0")
