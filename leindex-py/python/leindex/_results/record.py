"""What all answers share: how they are made of dicts and turned into them again, and how they look.

A class declares its fields and their types; everything here follows from those. Keys that an answer has and its class
does not are passed over, so that a newer engine serves an older class.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import wraps
from operator import itemgetter
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, dataclass_transform

if TYPE_CHECKING:
    from typing import Self

    import pandas
    import pyarrow

__all__ = ["Record", "Rows", "key", "record", "short"]

Class = TypeVar("Class")
Value = TypeVar("Value")
Row_co = TypeVar("Row_co", bound="Record", covariant=True)

#: Characters of a text that one line shows.
WIDEST = 160
#: Rows that a text for people shows.
MOST_ROWS = 100


def key(name: str) -> Any:
    """A field that is called otherwise in dicts, because its name is a word of Python."""
    return dataclasses.field(metadata={"key": name})


@dataclass_transform(frozen_default=True, field_specifiers=(dataclasses.field, key))
def record(cls: type[Class]) -> type[Class]:
    """Makes a class of answers: frozen, with slots, shown as `Record` shows."""
    return dataclasses.dataclass(frozen=True, slots=True, repr=False)(cls)


class Record:
    """A part of an answer."""

    __slots__ = ()

    #: What `_repr_html_` shows of it beside others: names of columns of `to_arrow`.
    _shown: ClassVar[tuple[str, ...]] = ()
    #: Fields whose own fields become columns under their names alone, in `to_arrow`.
    _inlined: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Makes one of a dict as `Project.ask` gives it."""
        made: Self = maker(cls)(values)
        return made

    def to_dict(self) -> dict[str, Any]:
        """Plain dicts and lists, as `Project.ask` gives them."""
        return {name: plain(getattr(self, field)) for field, name in keys(type(self))}

    def to_arrow(self) -> pyarrow.Table:
        """A pyarrow table with one row. Needs pyarrow."""
        from .arrow import table

        return table(type(self), [self])

    def to_pandas(self) -> pandas.DataFrame:
        """A pandas data frame of the same rows as `to_arrow`, with types as in `Table.to_pandas`. Needs pandas and
        pyarrow."""
        from .arrow import frame

        return frame(self.to_arrow())

    def _line(self) -> str:
        """It on one line, for people."""
        return ", ".join(f"{field} {getattr(self, field)!r}" for field, _ in keys(type(self)))

    def _text(self) -> Iterator[str]:
        """It on as many lines as it takes, for people."""
        yield self._line()

    def __str__(self) -> str:
        return "\n".join(self._text())

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {cut(self._line())}>"

    def _repr_html_(self) -> str:
        from .html import of_pairs

        return of_pairs(type(self).__name__, [(name, getattr(self, field)) for field, name in keys(type(self))])


class Rows(Record, Sequence[Row_co]):
    """An answer that is a sequence of rows, with more to say about them."""

    __slots__ = ()

    #: The field that holds the rows.
    _rows: ClassVar[str]

    @property
    def _items(self) -> tuple[Row_co, ...]:
        items: tuple[Row_co, ...] = getattr(self, self._rows)
        return items

    @typing.overload
    def __getitem__(self, index: int) -> Row_co: ...
    @typing.overload
    def __getitem__(self, index: slice) -> tuple[Row_co, ...]: ...
    def __getitem__(self, index: int | slice) -> Row_co | tuple[Row_co, ...]:
        return self._items[index]

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Row_co]:
        return iter(self._items)

    def to_arrow(self) -> pyarrow.Table:
        """The rows as a pyarrow table. Needs pyarrow."""
        from .arrow import table

        return table(row_class(type(self)), self._items)

    def _text(self) -> Iterator[str]:
        yield self._line()
        yield from indented(self._items)

    def _repr_html_(self) -> str:
        from .html import of_rows

        return of_rows(self._line(), row_class(type(self)), self._items)


def indented(rows: Sequence[Record]) -> Iterator[str]:
    """A line for each row, as far as people read."""
    for row in rows[:MOST_ROWS]:
        yield f"  {row._line()}"
    if len(rows) > MOST_ROWS:
        yield f"  … and {len(rows) - MOST_ROWS} more"


def cut(text: str) -> str:
    """A text on one line that is not too wide."""
    text = " ".join(text[: WIDEST * 8].split())
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 1]}…"


def short(symbol: str) -> str:
    """A symbol's full name without its project."""
    return symbol.partition(" ")[2] or symbol


def plural(count: int, what: str, several: str = "") -> str:
    """A number of things."""
    return f"{count:,} {what if count == 1 else several or f'{what}s'}"


def plain(value: Any) -> Any:
    """A field's value as `ask` gives it."""
    if isinstance(value, Record):
        return value.to_dict()
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return dict(value)
    return value


def of_class(make: Callable[[Any], Value]) -> Callable[[Any], Value]:
    """Remembers what a function makes of each class."""
    known: dict[Any, Value] = {}

    @wraps(make)
    def remembered(cls: Any) -> Value:
        try:
            return known[cls]
        except KeyError:
            return known.setdefault(cls, make(cls))

    return remembered


@of_class
def keys(cls: type[Record]) -> tuple[tuple[str, str], ...]:
    """The fields of a class, each with what it is called in dicts."""
    fields = dataclasses.fields(cls)  # type: ignore[arg-type]
    return tuple((field.name, field.metadata.get("key", field.name)) for field in fields)


@of_class
def hints(cls: type) -> dict[str, Any]:
    """The types of a class's fields."""
    return typing.get_type_hints(cls)


@of_class
def row_class(cls: type[Rows[Any]]) -> type[Record]:
    """The class of the rows of an answer."""
    of: type[Record] = typing.get_args(hints(cls)[cls._rows])[0]
    return of


def without_none(hint: Any) -> Any:
    """The type of what is there, of something that may not be."""
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return next(of for of in typing.get_args(hint) if of is not type(None))
    return hint


@of_class
def maker(cls: type[Any]) -> Callable[[Mapping[str, Any]], Any]:
    """What makes a `cls` of a dict."""
    named = keys(cls)
    names = tuple(name for _, name in named)
    get = itemgetter(*names) if len(names) > 1 else lambda values: (values[names[0]],)
    converted = [
        (place, conversion) for place, (field, _) in enumerate(named) if (conversion := _conversion(hints(cls)[field]))
    ]

    def make(values: Mapping[str, Any]) -> Any:
        try:
            found = get(values)
        except KeyError:
            found = _with_defaults(cls, values)
        if not converted:
            return cls(*found)
        found = list(found)
        for place, convert in converted:
            if found[place] is not None:
                found[place] = convert(found[place])
        return cls(*found)

    return make


def _conversion(hint: Any) -> Callable[[Any], Any] | None:
    """What makes a field's value of that in a dict; `None` where they are the same."""
    hint = without_none(hint)
    if isinstance(hint, type) and issubclass(hint, Record):
        # Looked up when it is needed: a record may hold others of its class.
        return lambda values: maker(hint)(values)
    if typing.get_origin(hint) is not tuple:
        return None
    inner = _conversion(typing.get_args(hint)[0])
    if inner is None:
        return tuple
    return lambda values: tuple([inner(value) for value in values])


def _with_defaults(cls: type[Any], values: Mapping[str, Any]) -> list[Any]:
    found = []
    for field in dataclasses.fields(cls):
        name = field.metadata.get("key", field.name)
        if name not in values and field.default is dataclasses.MISSING:
            raise TypeError(
                f"an answer has no `{name}`, which {cls.__name__} needs: the package leindex and its native module are "
                "of different versions; run `pip install --force-reinstall leindex`"
            )
        found.append(values.get(name, field.default))
    return found
