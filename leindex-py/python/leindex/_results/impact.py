"""What a change reaches, with the way to each."""

from __future__ import annotations

from collections.abc import Iterator

from .diff import OldSymbol
from .record import Record, Rows, indented, plural, record, short
from .relations import EdgeInfo

__all__ = ["Impact", "ImpactMember"]


@record
class ImpactMember(Record):
    """A member of an impact, with its proof."""

    #: The symbol's full name.
    symbol: str
    #: Its file.
    path: str
    #: The line of its name.
    line: int
    #: Edges between it and the start.
    distance: int
    #: The edges that lead from the start to it, in order.
    proof: tuple[EdgeInfo, ...]

    _shown = ("distance", "symbol", "path", "line")

    def _line(self) -> str:
        way = "".join(f" ← {edge.path}:{edge.line} ({edge.rule})" for edge in self.proof[-1:])
        return f"{self.distance}  {short(self.symbol)}  {self.path}:{self.line}{way}"


@record
class Impact(Rows[ImpactMember]):
    """What a change reaches. A sequence of its members, nearest first."""

    #: The symbols that change.
    start: tuple[str, ...]
    #: Symbols that a working tree has no more; whoever still uses their names is among the members.
    removed: tuple[OldSymbol, ...]
    #: What is reached, nearest first, without the start.
    members: tuple[ImpactMember, ...]
    #: The tests among the members.
    tests: tuple[str, ...]
    #: Sites met whose target is one of several by name: they may hide members.
    unknown: int
    #: More members than the limit.
    truncated: bool
    #: The revision this holds for.
    revision: str

    _rows = "members"

    def _line(self) -> str:
        of = short(self.start[0]) if len(self.start) == 1 else plural(len(self.start), "symbol")
        parts = [f"{plural(len(self.members), 'member')} of the impact of {of}", plural(len(self.tests), "test")]
        if self.unknown:
            parts.append(f"{plural(self.unknown, 'site')} may hide more")
        if self.truncated:
            parts.append("cut at the limit")
        return ", ".join(parts)

    def _text(self) -> Iterator[str]:
        yield self._line()
        if self.removed:
            yield "no more there:"
            yield from indented(self.removed)
        yield from indented(self.members)
        if self.tests:
            yield "tests that reach it:"
            yield from (f"  {short(test)}" for test in self.tests)
