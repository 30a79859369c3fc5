"""Answers in notebooks: a caption and a table. Everything that comes from code is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from .arrow import columns
from .record import Record, cut

__all__ = ["of_cells", "of_pairs", "of_rows", "of_text", "of_values"]

#: Rows that are shown.
MOST_ROWS = 60


def of_rows(caption: str, cls: type[Record], rows: Sequence[Any]) -> str:
    """Records as a table of the columns that their class shows."""
    by_name = {column.name: column for column in columns(cls)}
    shown = [by_name[name] for name in cls._shown] or list(by_name.values())
    cells = ([column.get(row) for column in shown] for row in rows[:MOST_ROWS])
    return of_cells(caption, [column.name for column in shown], cells, len(rows))


def of_values(caption: str, name: str, values: Sequence[str]) -> str:
    """Texts as a table of one column."""
    return of_cells(caption, [name], ([value] for value in values[:MOST_ROWS]), len(values))


def of_pairs(caption: str, pairs: Sequence[tuple[str, Any]]) -> str:
    """Names with their values."""
    rows = "".join(f"<tr><th style='text-align:left'>{escape(name)}</th>{_cell(value)}</tr>" for name, value in pairs)
    return f"<table><caption>{_caption(caption)}</caption><tbody>{rows}</tbody></table>"


def of_cells(caption: str, names: Sequence[str], rows: Iterable[Sequence[Any]], total: int) -> str:
    """A table; `rows` may be fewer than there are in all."""
    head = "".join(f"<th style='text-align:left'>{escape(name)}</th>" for name in names)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    more = f"<p>… and {total - MOST_ROWS:,} more</p>" if total > MOST_ROWS else ""
    top = f"<caption>{_caption(caption)}</caption><thead><tr>{head}</tr></thead>"
    return f"<table>{top}<tbody>{body}</tbody></table>{more}"


def of_text(caption: str, text: str) -> str:
    """A longer text."""
    return f"<p>{_caption(caption)}</p><pre>{escape(text)}</pre>"


def _caption(text: str) -> str:
    return escape(cut(text))


def _cell(value: Any) -> str:
    match value:
        case None:
            return "<td></td>"
        case bool():
            return f"<td>{'yes' if value else 'no'}</td>"
        case int() | float():
            shown = f"{value:,}" if isinstance(value, int) else f"{value:.4g}"
            return f"<td style='text-align:right'>{shown}</td>"
        case Record():
            return f"<td>{escape(cut(value._line()))}</td>"
        case tuple() | list():
            texts = [item._line() if isinstance(item, Record) else str(item) for item in value[:8]]
            more = ["…"] if len(value) > 8 else []
            return f"<td>{escape(cut(', '.join(texts + more)))}</td>"
        case _:
            return f"<td style='text-align:left'>{escape(cut(str(value)))}</td>"
