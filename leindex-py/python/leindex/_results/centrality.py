"""What the rest of a project relies upon, and what lies on the way."""

from __future__ import annotations

from collections.abc import Iterator

from .metrics import ComplexityMetrics
from .record import Record, Rows, indented, plural, record, short

__all__ = [
    "Betweenness",
    "FileChurn",
    "HistoryInfo",
    "Hotspot",
    "Hotspots",
    "SymbolBetweenness",
    "SymbolCentrality",
]


@record
class FileChurn(Record):
    """How often a file changed."""

    #: Commits that changed it.
    commits: int
    #: Authors of them, told apart by their mail addresses as the commits hold them.
    authors: int
    #: When the newest of them was committed, in seconds since 1970; `None` without one.
    last_change: int | None

    def _line(self) -> str:
        return f"{plural(self.commits, 'commit')} by {plural(self.authors, 'author')}"


@record
class HistoryInfo(Record):
    """The commits by which churn was measured."""

    #: The commit of `HEAD`, in hexadecimal.
    commit: str
    #: How many they were, merges left out.
    commits: int
    #: From when on they count, in seconds since 1970: a year before the commit of `HEAD`.
    since: int | None
    #: Whether there were more than the newest that alone count.
    capped: bool
    #: Whether the clone is shallow, so that older ones of this time are missing.
    shallow: bool

    def _line(self) -> str:
        limits = ["capped"] * self.capped + ["shallow"] * self.shallow
        return f"{plural(self.commits, 'commit')} up to {self.commit[:12]}{''.join(f', {limit}' for limit in limits)}"


@record
class Hotspot(Record):
    """A function that is intricate and relied upon."""

    #: Its full name.
    symbol: str
    #: Its file.
    path: str
    language: str
    #: What it is.
    kind: str
    #: Line of the name, from 1.
    line: int
    #: Its complexity.
    metrics: ComplexityMetrics
    #: How central it is, by the measure that was asked for.
    centrality: float
    #: How often its file changed in the commits of `Hotspots.history`; `None` without one, and for files of further
    #: roots.
    churn: FileChurn | None
    #: Cognitive complexity × centrality × churn factor. Comparable within one project, revision and measure.
    score: float

    _shown = ("score", "symbol", "path", "line", "cognitive", "centrality", "churn_commits")
    _inlined = ("metrics",)

    def _line(self) -> str:
        churn = "" if self.churn is None else f", {self.churn._line()}"
        return (
            f"{self.score:.4g}  {short(self.symbol)}  {self.path}:{self.line}  "
            f"cognitive {self.metrics.cognitive}, centrality {self.centrality:.3g}{churn}"
        )


@record
class Hotspots(Rows[Hotspot]):
    """The hotspots of a project. A sequence of them, highest score first."""

    #: Highest score first; equal ones by path and place. Functions with a score of 0 are left out.
    hotspots: tuple[Hotspot, ...]
    #: Symbols that centrality was measured among.
    symbols: int
    #: Dependencies that it was measured by: pairs of symbols of which one calls or extends the other.
    dependencies: int
    #: The commits by which churn was measured, if it was.
    history: HistoryInfo | None
    #: Why it was not, if that was asked for.
    without_history: str | None
    #: The revision this holds for. Churn holds for the commit of the history: what is not committed counts for none.
    revision: str

    _rows = "hotspots"

    def _line(self) -> str:
        if self.history is not None:
            history = f"; churn of {self.history._line()}"
        else:
            history = f"; no churn: {self.without_history}" if self.without_history else ""
        of = f"of {plural(self.symbols, 'symbol')} with {plural(self.dependencies, 'dependency', 'dependencies')}"
        return f"{plural(len(self.hotspots), 'hotspot')} {of}{history}"


@record
class SymbolCentrality(Record):
    """How central a symbol is."""

    #: Its full name.
    symbol: str
    pagerank: float
    eigenvector: float
    #: The number of its strongly connected component: symbols that rely on each other in a circle have the same one,
    #: all others one each. From 0, in the order of the first symbols.
    component: int
    #: How many symbols rely on it directly.
    fan_in: int
    #: How many symbols it relies on directly.
    fan_out: int

    _shown = ("symbol", "pagerank", "eigenvector", "component", "fan_in", "fan_out")

    def _line(self) -> str:
        fan = f"in {self.fan_in}, out {self.fan_out}"
        return f"{short(self.symbol)}: PageRank {self.pagerank:.3g}, eigenvector {self.eigenvector:.3g}, {fan}"


@record
class SymbolBetweenness(Record):
    """How often a symbol lies on the way between others."""

    #: Its full name.
    symbol: str
    #: The share of all ordered pairs of other symbols whose shortest way along dependencies leads through it; of
    #: several equally short ones, its share of them. From 0 to 1, and small: most pairs have no way between them.
    betweenness: float

    _shown = ("symbol", "betweenness")

    def _line(self) -> str:
        return f"{self.betweenness:.4g}  {short(self.symbol)}"


@record
class Betweenness(Rows[SymbolBetweenness]):
    """The symbols that lie on the way between others. A sequence of them, highest first."""

    #: Highest first; equal ones by path and place. Those of 0 are left out.
    symbols: tuple[SymbolBetweenness, ...]
    #: How many symbols paths were followed from.
    pivots: int
    #: Whether these are all that rely on anything. Else the numbers are estimates.
    exact: bool
    #: The revision this holds for.
    revision: str

    _rows = "symbols"

    def _line(self) -> str:
        how = "exact" if self.exact else f"estimated from {plural(self.pivots, 'symbol')}"
        return f"{plural(len(self.symbols), 'symbol')} on the way between others, {how}"

    def _text(self) -> Iterator[str]:
        yield self._line()
        yield from indented(self.symbols)
