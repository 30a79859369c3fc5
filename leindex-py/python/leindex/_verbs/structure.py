"""Questions about a project as a whole: complexity, what it relies upon, how its parts rely on each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from .._results.architecture import Architecture
from .._results.centrality import Betweenness, Hotspots, SymbolCentrality
from .._results.communities import Communities
from .._results.listing import Listing
from .._results.metrics import Metrics, SymbolMetrics
from .asking import Asking, Name, symbol_name

if TYPE_CHECKING:
    from leindex_rust import Cancellation

__all__ = ["CentralityMeasure", "Measure", "StructureQuestions"]

#: A number that functions can be ordered by.
Measure = Literal["cyclomatic", "cognitive", "nesting", "parameters", "statements", "lines"]
#: How much the rest relies on a symbol.
CentralityMeasure = Literal["pagerank", "eigenvector"]


class StructureQuestions(Asking):
    """Questions about a project as a whole."""

    __slots__ = ()

    def metrics(
        self, path: str = "", *, top: int = 10, by: Measure = "cognitive", cancel: Cancellation | None = None
    ) -> Metrics:
        """Complexity of the functions of the project, or of a folder or file of it, and the `top` most complex."""
        return self._one(Metrics, "metrics", cancel, path=path, top=top, by=by)

    def symbol_metrics(self, name: Name, *, cancel: Cancellation | None = None) -> SymbolMetrics:
        """The complexity of one symbol."""
        return self._one(SymbolMetrics, "symbol_metrics", cancel, name=symbol_name(name))

    def hotspots(
        self,
        path: str = "",
        *,
        limit: int = 10,
        by: CentralityMeasure = "pagerank",
        tests: bool = False,
        churn: bool = True,
        cancel: Cancellation | None = None,
    ) -> Hotspots:
        """The functions that are intricate, relied upon and changed often."""
        return self._one(Hotspots, "hotspots", cancel, path=path, limit=limit, by=by, tests=tests, churn=churn)

    def centrality(self, *, cancel: Cancellation | None = None) -> Listing[SymbolCentrality]:
        """How central each symbol is."""
        return self._list(SymbolCentrality, "centrality", cancel)

    def betweenness(
        self, *, sample: int = 1000, limit: int = 20, tests: bool = False, cancel: Cancellation | None = None
    ) -> Betweenness:
        """The symbols through which most of the project gets to what it relies on: the bridges between its parts."""
        return self._one(Betweenness, "betweenness", cancel, sample=sample, limit=limit, tests=tests)

    def communities(
        self, *, resolution: float = 1.0, tests: bool = False, cancel: Cancellation | None = None
    ) -> Communities:
        """Groups of symbols that have more to do with each other than with the rest, wherever they lie. Above a
        `resolution` of 1 they are smaller and more."""
        return self._one(Communities, "communities", cancel, resolution=resolution, tests=tests)

    def architecture(
        self, path: str = "", *, depth: int | None = None, tests: bool = False, cancel: Cancellation | None = None
    ) -> Architecture:
        """How the directories rely on each other: layers, couplings, cycles, and what to cut to be rid of these."""
        return self._one(Architecture, "architecture", cancel, path=path, depth=depth, tests=tests)
