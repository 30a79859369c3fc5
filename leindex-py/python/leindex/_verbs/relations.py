"""Questions about what leads where: calls, references, bases, imports, impact, dead code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from .._results.diff import Diff
from .._results.impact import Impact
from .._results.listing import Listing
from .._results.relations import DeadSymbol, EdgeInfo, Hierarchy, Relations, Why
from .asking import Asking, Name, symbol_name

if TYPE_CHECKING:
    from leindex_rust import Cancellation

__all__ = ["Direction", "RelationQuestions"]

#: Which way an impact goes: to what relies on the start, or to what the start relies on.
Direction = Literal["dependents", "dependencies"]


class RelationQuestions(Asking):
    """Questions about what leads where."""

    __slots__ = ()

    def callers(self, name: Name, *, cancel: Cancellation | None = None) -> Relations:
        """Who calls a symbol. A declaration and its definition answer as one; calls of a member that it overrides,
        which may run it, are edges of rule `hierarchy`; calls of parameters that it is handed to, edges of rule
        `passed`."""
        return self._one(Relations, "callers", cancel, name=symbol_name(name))

    def callees(self, name: Name, *, cancel: Cancellation | None = None) -> Relations:
        """What a symbol calls. Calls that leave the project are edges of rule `external` without a target."""
        return self._one(Relations, "callees", cancel, name=symbol_name(name))

    def references(self, name: Name, *, cancel: Cancellation | None = None) -> Relations:
        """Every place that mentions a symbol: calls, reads, types, bases and imports."""
        return self._one(Relations, "references", cancel, name=symbol_name(name))

    def hierarchy(self, name: Name, *, cancel: Cancellation | None = None) -> Hierarchy:
        """The types above and below a type, or what a method overrides and what overrides it."""
        return self._one(Hierarchy, "hierarchy", cancel, name=symbol_name(name))

    def imports(self, path: str, *, cancel: Cancellation | None = None) -> Listing[EdgeInfo]:
        """What a file imports."""
        return self._list(EdgeInfo, "imports", cancel, path=path)

    def importers(self, path: str, *, cancel: Cancellation | None = None) -> Listing[EdgeInfo]:
        """Which files import a file, or something it defines."""
        return self._list(EdgeInfo, "importers", cancel, path=path)

    def cycles(self, *, cancel: Cancellation | None = None) -> Listing[tuple[str, ...]]:
        """Groups of files that import each other, larger groups first."""
        revision, groups = self.ask("cycles", cancel=cancel)
        return Listing([tuple(group) for group in groups], "paths", revision)

    def impact(
        self,
        *names: Name,
        lines: Mapping[str, Iterable[tuple[int, int]]] | None = None,
        base: str | None = None,
        direction: Direction = "dependents",
        depth: int | None = None,
        limit: int = 10_000,
        cancel: Cancellation | None = None,
    ) -> Impact:
        """What a change reaches, with the way to each: a change of some symbols, of ranges of `lines` by path (both
        ends included), or of what differs in the working tree from the commit `base`. Give one of the three."""
        start: dict[str, Any] = {}
        if names:
            start["names"] = [symbol_name(name) for name in names]
        if lines is not None:
            start["lines"] = {path: [list(both) for both in ranges] for path, ranges in lines.items()}
        if base is not None:
            start["base"] = base
        return self._one(Impact, "impact", cancel, **start, direction=direction, depth=depth, limit=limit)

    def tests_for(self, name: Name, *, cancel: Cancellation | None = None) -> Listing[str]:
        """The tests that reach a symbol, by their full names."""
        revision, found = self.ask("tests_for", cancel=cancel, name=symbol_name(name))
        return Listing(found, "symbol", revision)

    def dead_code(self, *, cancel: Cancellation | None = None) -> Listing[DeadSymbol]:
        """Definitions that nothing is known to lead to."""
        return self._list(DeadSymbol, "dead_code", cancel)

    def why(self, path: str, line: int, *, cancel: Cancellation | None = None) -> Listing[Why]:
        """Why the names on a line lead where they do, and what else they may mean."""
        return self._list(Why, "why", cancel, path=path, line=line)

    def edge_counts(self, *, cancel: Cancellation | None = None) -> dict[str, int]:
        """How many relations each rule found."""
        _, counts = self.ask("edge_counts", cancel=cancel)
        return dict(counts)

    def diff(self, base: str = "HEAD", *, cancel: Cancellation | None = None) -> Diff:
        """Which symbols of the working tree differ from what they were at a commit."""
        return self._one(Diff, "diff", cancel, base=base)
