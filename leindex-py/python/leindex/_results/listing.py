"""An answer that is a list: of records, of symbols' names or of groups of paths."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, overload

from .record import MOST_ROWS, Record, cut, plain, plural, short

if TYPE_CHECKING:
    import pandas
    import pyarrow

__all__ = ["Listing"]

Item_co = TypeVar("Item_co", covariant=True)


class Listing(Sequence[Item_co]):
    """An immutable list that knows the revision it holds for. Equal to any list or tuple of the same items."""

    __slots__ = ("_items", "_of", "revision")

    def __init__(self, items: Sequence[Item_co], of: type[Record] | str, revision: str) -> None:
        self._items = tuple(items)
        #: The class of the items; of those that are no records, the name of their column.
        self._of = of
        #: The revision that this is an answer for.
        self.revision = revision

    @overload
    def __getitem__(self, index: int) -> Item_co: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Item_co, ...]: ...
    def __getitem__(self, index: int | slice) -> Item_co | tuple[Item_co, ...]:
        return self._items[index]

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Item_co]:
        return iter(self._items)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Listing):
            return bool(self._items == other._items)
        return self._items == tuple(other) if isinstance(other, list | tuple) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._items)

    def to_dict(self) -> list[Any]:
        """Plain dicts and lists, as `Project.ask` gives them."""
        return [plain(item) for item in self._items]

    def to_arrow(self) -> pyarrow.Table:
        """The items as a pyarrow table. Needs pyarrow."""
        from .arrow import column, table

        if isinstance(self._of, str):
            return column(self._of, self._items)
        return table(self._of, self._records())

    def to_pandas(self) -> pandas.DataFrame:
        """The items as a pandas data frame. Needs pandas and pyarrow."""
        from .arrow import frame

        return frame(self.to_arrow())

    def _records(self) -> Sequence[Any]:
        """The rows of `to_arrow`, of the class that the listing is of."""
        return self._items

    def _what(self) -> str:
        of = self._of if isinstance(self._of, str) else self._of.__name__
        return f"{len(self):,} × {of}"

    def __str__(self) -> str:
        lines = [line_of(item) for item in self._items[:MOST_ROWS]]
        if len(self) > MOST_ROWS:
            lines.append(f"… and {plural(len(self) - MOST_ROWS, 'more', 'more')}")
        return "\n".join(lines) or "none"

    def __repr__(self) -> str:
        first = f": {cut(line_of(self._items[0]))}" if self._items else ""
        return f"<{type(self).__name__} {self._what()}{first}{', …' if len(self) > 1 else ''}>"

    def _repr_html_(self) -> str:
        from .html import of_rows, of_values

        if isinstance(self._of, str):
            return of_values(self._what(), self._of, [line_of(item) for item in self._items])
        return of_rows(self._what(), self._of, self._records())


def line_of(item: object) -> str:
    """An item on one line, for people."""
    if isinstance(item, Record):
        return item._line()
    return " → ".join(map(str, item)) if isinstance(item, tuple) else short(str(item))
