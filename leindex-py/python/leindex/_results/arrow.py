"""Answers as Arrow tables and pandas data frames.

The columns follow from the types of the fields, so that a table without rows has them, too. A record inside a record
becomes columns; records in a list become a list of structs.
"""

from __future__ import annotations

import json
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from .record import Record, hints, keys, of_class, plain, without_none

if TYPE_CHECKING:
    import pandas
    import pyarrow

__all__ = ["Column", "column", "columns", "frame", "table"]


class Column(NamedTuple):
    """A column: its name, the type of its values, and how one is got from a row."""

    name: str
    of: Any
    get: Callable[[Any], Any]


@of_class
def columns(cls: type[Record]) -> tuple[Column, ...]:
    """The columns of a class of records."""
    return tuple(_columns(cls, "", lambda row: row))


def _columns(cls: type[Record], prefix: str, reach: Callable[[Any], Any]) -> list[Column]:
    found: list[Column] = []
    for field, name in keys(cls):
        hint = without_none(hints(cls)[field])

        def get(row: Any, field: str = field) -> Any:
            holder = reach(row)
            return None if holder is None else getattr(holder, field)

        if isinstance(hint, type) and issubclass(hint, Record):
            found += _columns(hint, prefix if field in cls._inlined else f"{prefix}{name}_", get)
        else:
            found.append(Column(f"{prefix}{name}", hint, get))
    return found


def table(cls: type[Record], rows: Sequence[Any]) -> pyarrow.Table:
    """Records of a class as a table."""
    arrow = pyarrow_itself()
    of = columns(cls)
    arrays = [arrow.array([_value(column.get(row)) for row in rows], type=_type(arrow, column.of)) for column in of]
    return arrow.Table.from_arrays(arrays, names=[column.name for column in of])


def column(name: str, items: Sequence[Any]) -> pyarrow.Table:
    """Plain items as a table with one column: texts, or groups of texts."""
    arrow = pyarrow_itself()
    of = arrow.list_(arrow.string()) if any(isinstance(item, tuple) for item in items) else arrow.string()
    return arrow.Table.from_arrays([arrow.array([_value(item) for item in items], type=of)], names=[name])


def frame(found: pyarrow.Table) -> pandas.DataFrame:
    """A table as a data frame.

    A column of whole numbers or of truths that lacks some is of a nullable type of pandas: as floats, numbers of 64
    bits would no longer be what they were.
    """
    try:
        import pandas  # noqa: F401
    except ImportError as error:
        raise ModuleNotFoundError("a data frame needs pandas; run `pip install pandas`", name=error.name) from None
    made: pandas.DataFrame = found.to_pandas()
    nullable = _nullable_types()
    for at, values in enumerate(found.columns):
        if values.null_count and values.type in nullable:
            made.isetitem(at, values.to_pandas(types_mapper=nullable.get))
    return made


def _nullable_types() -> dict[Any, Any]:
    """The types of pandas that hold what is missing beside whole numbers and truths, by those of Arrow."""
    import pandas

    arrow = pyarrow_itself()
    found: dict[Any, Any] = {arrow.bool_(): pandas.BooleanDtype()}
    for bits in (8, 16, 32, 64):
        found[getattr(arrow, f"int{bits}")()] = getattr(pandas, f"Int{bits}Dtype")()
        found[getattr(arrow, f"uint{bits}")()] = getattr(pandas, f"UInt{bits}Dtype")()
    return found


def pyarrow_itself() -> Any:
    """The module pyarrow."""
    try:
        import pyarrow
    except ImportError as error:
        raise ModuleNotFoundError("an Arrow table needs pyarrow; run `pip install pyarrow`", name=error.name) from None
    return pyarrow


def _value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return json.dumps(dict(value), default=plain)
    return plain(value)


def _type(arrow: Any, hint: Any) -> Any:
    hint = without_none(hint)
    simple = {str: arrow.string(), int: arrow.int64(), float: arrow.float64(), bool: arrow.bool_()}
    if hint in simple:
        return simple[hint]
    if typing.get_origin(hint) is tuple:
        return arrow.list_(_type(arrow, typing.get_args(hint)[0]))
    if isinstance(hint, type) and issubclass(hint, Record):
        fields = hints(hint)
        return arrow.struct([(name, _type(arrow, fields[field])) for field, name in keys(hint)])
    return arrow.string()
