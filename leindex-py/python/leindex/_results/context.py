"""What an engineer would read first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from .record import Record, cut, plural, record, short

if TYPE_CHECKING:
    import pyarrow

__all__ = ["Context", "ContextItem", "Tier"]

#: How much of a symbol a context shows.
Tier = Literal["signature", "excerpt", "cut", "full"]


@record
class ContextItem(Record):
    """A symbol that a context shows."""

    symbol: str
    #: Its file, from the root.
    path: str
    #: First line, from 1.
    start_line: int
    #: Last line, inclusive.
    end_line: int
    #: How much of it is shown.
    tier: Tier
    #: Why it is here.
    why: str

    _shown = ("path", "start_line", "end_line", "symbol", "tier", "why")

    def _line(self) -> str:
        return f"{short(self.symbol)} {self.path}:{self.start_line}-{self.end_line} {self.tier}: {self.why}"


@record
class Context(Record):
    """What an engineer would read first to answer a question. `str` of it is the Markdown."""

    question: str
    #: Tokens of what is handed over: of the text alone, or of it and the lists, as `payload` said.
    tokens: int
    #: Tokens it was allowed.
    budget: int
    #: What the tokens were counted with.
    tokenizer: str
    #: The revision that this is an answer for.
    revision: str
    #: Whether a symbol of the project answers the question.
    found: bool
    #: The symbols that the question is about, best first, as many as there is room for.
    entries: tuple[str, ...]
    #: What the text shows, entries first. With a budget that is too small for both, the text may show places alone.
    items: tuple[ContextItem, ...]
    #: What it does not show, and what is not known.
    omitted: tuple[str, ...]
    #: The answer, as Markdown.
    text: str

    def _line(self) -> str:
        found = plural(len(self.items), "symbol") if self.found else "nothing found"
        return f"{found}, {self.tokens:,} of {self.budget:,} tokens: {cut(self.question)}"

    def _text(self) -> Iterator[str]:
        yield self.text

    def to_arrow(self) -> pyarrow.Table:
        """The items as a pyarrow table. Needs pyarrow."""
        from .arrow import table

        return table(ContextItem, self.items)

    def _repr_html_(self) -> str:
        from .html import of_rows, of_text

        return of_rows(self._line(), ContextItem, self.items) + of_text("", self.text)
