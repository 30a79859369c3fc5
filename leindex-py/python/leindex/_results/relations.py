"""What leads from symbol to symbol: calls, references, bases, imports, and what nothing leads to.

*None* is told apart from *unknown*: sites that may be meant stand beside those that are.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from .record import Record, Rows, indented, plural, record, short
from .symbols import SymbolInfo

__all__ = ["Certainty", "DeadSymbol", "EdgeInfo", "Hierarchy", "Relations", "Why"]

#: Whether an empty answer may be believed: there are `some`; there are `none`, and no site could be one; none is
#: known, but there are sites whose target is `unknown`.
Certainty = Literal["some", "none", "unknown"]


@record
class EdgeInfo(Record):
    """One relation between two symbols, or between a symbol and something that is not known."""

    #: The symbol that it starts from.
    source: str
    #: The symbol it leads to, if one is known.
    target: str | None
    #: The file of the target.
    target_path: str | None
    #: The line of the target's name.
    target_line: int | None
    #: The name at the site.
    target_name: str
    #: Of an import, the module it names, as it is written.
    module: str | None
    #: What it says: `call`, `reference`, `inherit`, …
    kind: str
    #: How it was found: `exact`, `import`, `type`, …; `external`, `ambiguous` and `unresolved` have no target.
    rule: str
    #: How often the rule is right in this language, where it was measured.
    confidence: float | None
    #: How many definitions the name may mean.
    candidates: int
    #: The file of the site.
    path: str
    #: Its line, from 1.
    line: int
    #: Its column in bytes, from 0.
    column: int

    _shown = ("path", "line", "source", "kind", "target_name", "target", "rule", "confidence")

    def _line(self) -> str:
        target = short(self.target) if self.target is not None else self.target_name
        if self.candidates > 1 and self.target is None:
            target = f"{target} (one of {self.candidates})"
        return f"{self.path}:{self.line}: {short(self.source)} —{self.kind}→ {target} [{self.rule}]"


@record
class Relations(Rows[EdgeInfo]):
    """Relations of a symbol. A sequence of those that are known."""

    #: The symbol in question.
    symbol: SymbolInfo
    #: What is known.
    edges: tuple[EdgeInfo, ...]
    #: Sites that may be meant: the name is one of several definitions'.
    ambiguous: tuple[EdgeInfo, ...]
    #: Sites whose target is not known at all (only for what leaves a symbol).
    unresolved: tuple[EdgeInfo, ...]
    #: Whether an empty list may be believed.
    certainty: Certainty
    #: The revision this holds for.
    revision: str

    _rows = "edges"

    def _line(self) -> str:
        parts = [plural(len(self.edges), "relation")]
        if self.ambiguous:
            parts.append(f"{len(self.ambiguous):,} ambiguous")
        if self.unresolved:
            parts.append(f"{len(self.unresolved):,} unresolved")
        if self.certainty == "none":
            parts.append("and no site could be one")
        return f"{self.symbol.qualified_name} ({self.symbol.path}:{self.symbol.name_line}): {', '.join(parts)}"

    def _text(self) -> Iterator[str]:
        yield self._line()
        yield from indented(self.edges)
        for title, edges in (("may be meant:", self.ambiguous), ("target not known:", self.unresolved)):
            if edges:
                yield title
                yield from indented(edges)


@record
class Hierarchy(Record):
    """Types around a type, or what a method overrides and what overrides it."""

    #: The symbol in question.
    symbol: SymbolInfo
    #: Types above, or members that it overrides; nearest first.
    above: tuple[SymbolInfo, ...]
    #: Types below, or members that override it; nearest first.
    below: tuple[SymbolInfo, ...]
    #: An ancestor lies outside or is not known.
    open: bool
    #: The revision this holds for.
    revision: str

    def _line(self) -> str:
        outside = ", an ancestor is not known" if self.open else ""
        return f"{self.symbol.qualified_name}: {len(self.above)} above, {len(self.below)} below{outside}"

    def _text(self) -> Iterator[str]:
        yield self._line()
        for title, symbols in (("above:", self.above), ("below:", self.below)):
            if symbols:
                yield title
                yield from indented(symbols)


@record
class DeadSymbol(Record):
    """A definition that nothing is known to lead to."""

    symbol: SymbolInfo
    #: Sites that may mean it; 0 where it is dead for certain.
    possible_sites: int

    _shown = ("kind", "qualified_name", "path", "start_line", "possible_sites")
    _inlined = ("symbol",)

    def _line(self) -> str:
        sure = f"{plural(self.possible_sites, 'site')} may mean it" if self.possible_sites else "for certain"
        return f"{self.symbol._line()} ({sure})"


@record
class Why(Record):
    """Why a site leads where it does."""

    edge: EdgeInfo
    #: What the name may mean, in full.
    candidates: tuple[str, ...]

    _shown = ("edge_line", "edge_column", "edge_target_name", "edge_target", "edge_rule", "candidates")

    def _line(self) -> str:
        return self.edge._line()

    def _text(self) -> Iterator[str]:
        yield self._line()
        for candidate in self.candidates:
            yield f"  may be {short(candidate)}"
