"""What a search found, and what its scores are made of."""

from __future__ import annotations

from collections.abc import Iterator

from .record import Record, Rows, plural, record
from .symbols import SymbolInfo

__all__ = ["GrepAnswer", "GrepLine", "Highlight", "ScorePart", "SearchAnswer", "SearchHit"]


@record
class ScorePart(Record):
    """A part of a score."""

    #: What it is for.
    name: str
    value: float

    def _line(self) -> str:
        return f"{self.name} {self.value:.3f}"


@record
class Highlight(Record):
    """Lines that hold words of the question."""

    #: First line, from 1.
    start_line: int
    #: Last line, inclusive.
    end_line: int
    text: str

    def _line(self) -> str:
        return f"{self.start_line}: {self.text.strip()}"


@record
class SearchHit(Record):
    """A symbol that a search found."""

    symbol: SymbolInfo
    #: How well it answers. Comparable within one search only.
    score: float
    #: What the score is made of; the part `× prior` is a factor of the sum of the others.
    parts: tuple[ScorePart, ...]
    #: The lines in it that hold the question's words.
    highlights: tuple[Highlight, ...]

    _shown = ("score", "kind", "qualified_name", "path", "start_line", "summary")
    _inlined = ("symbol",)

    def _line(self) -> str:
        return f"{self.score:.3f}  {self.symbol._line()}"

    def _text(self) -> Iterator[str]:
        yield self._line()
        for highlight in self.highlights:
            yield f"  {highlight._line()}"


@record
class SearchAnswer(Rows[SearchHit]):
    """The answer of a search. A sequence of its hits, best first."""

    #: What was found, best first.
    hits: tuple[SearchHit, ...]
    #: The kind of answer that the question was taken to ask for: `name`, `path`, `where`, `how`, `hotspots`, `error`,
    #: `architecture` or `words`.
    intent: str
    #: The model that scored meanings: the built-in one, unless all candidates have a vector by the model of one's
    #: choice.
    model: str
    #: Whether better symbols may have been missed for how an index was built.
    approximate: bool
    #: The revision that this is an answer for.
    revision: str

    _rows = "hits"

    def _line(self) -> str:
        approximate = ", approximate" if self.approximate else ""
        return f"{plural(len(self.hits), 'hit')} for a question of `{self.intent}`{approximate}"


@record
class GrepLine(Record):
    """A line that fits a pattern."""

    path: str
    #: Its number, from 1.
    line: int
    #: Its text, cut after a thousand characters.
    text: str

    def _line(self) -> str:
        return f"{self.path}:{self.line}: {self.text.strip()}"


@record
class GrepAnswer(Rows[GrepLine]):
    """Lines that fit a pattern. A sequence of them, by path and number."""

    lines: tuple[GrepLine, ...]
    #: Whether there are more than the limit.
    truncated: bool
    #: The revision that this is an answer for.
    revision: str

    _rows = "lines"

    def _line(self) -> str:
        return f"{plural(len(self.lines), 'line')}{', and there are more' if self.truncated else ''}"
