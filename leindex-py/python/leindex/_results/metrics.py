"""Complexity: of symbols, files, folders and projects."""

from __future__ import annotations

from collections.abc import Iterator

from .record import Record, Rows, indented, plural, record, short

__all__ = ["ComplexityMetrics", "Metrics", "MetricsSummary", "PathMetrics", "Spread", "SymbolMetrics"]


@record
class ComplexityMetrics(Record):
    """How complex a symbol is."""

    #: Cyclomatic complexity: decisions, and one more for a callable.
    cyclomatic: int
    #: Cognitive complexity: breaks in the linear flow, weighed by their nesting.
    cognitive: int
    #: Levels of the deepest nesting of control flow and function literals.
    nesting: int
    #: Parameters, the receiver not counted.
    parameters: int
    #: Statements, compound ones and those inside them each counting one.
    statements: int
    #: Lines from its first to its last, with decorators and attributes, without documentation before it.
    lines: int

    def _line(self) -> str:
        return (
            f"cyclomatic {self.cyclomatic}, cognitive {self.cognitive}, nesting {self.nesting}, "
            f"parameters {self.parameters}, statements {self.statements}, lines {self.lines}"
        )


@record
class SymbolMetrics(Record):
    """The complexity of one symbol."""

    #: Its full name.
    symbol: str
    #: Its file.
    path: str
    language: str
    #: What it is.
    kind: str
    #: Line of the name, from 1.
    line: int
    #: The numbers.
    metrics: ComplexityMetrics

    _shown = ("symbol", "line", "cyclomatic", "cognitive", "nesting", "parameters", "statements", "lines")
    _inlined = ("metrics",)

    def _line(self) -> str:
        return f"{short(self.symbol)}: {self.metrics._line()}"


@record
class Spread(Record):
    """How a number is spread over functions. All are 0 where there is no function."""

    sum: int
    #: Arithmetic mean.
    mean: float
    #: The smallest value that at least 95 % of the functions do not exceed.
    p95: int
    #: Largest.
    max: int

    def _line(self) -> str:
        return f"sum {self.sum:,}, mean {self.mean:.2f}, p95 {self.p95:,}, max {self.max:,}"


@record
class MetricsSummary(Record):
    """What many functions have together. A function is what can be called and has a body; one inside another counts for
    itself."""

    #: How many functions.
    functions: int
    #: Cyclomatic complexity, in decisions plus one.
    cyclomatic: Spread
    #: Cognitive complexity, in points.
    cognitive: Spread
    #: Deepest nesting, in levels.
    nesting: Spread
    #: Parameters, receivers not counted.
    parameters: Spread
    statements: Spread
    #: Lines. Those of a function inside another are counted in both.
    lines: Spread

    def _line(self) -> str:
        measures = (("cyclomatic", self.cyclomatic), ("cognitive", self.cognitive))
        said = (f"{name} {of.sum:,} (mean {of.mean:.2f}, max {of.max:,})" for name, of in measures)
        return f"{plural(self.functions, 'function')}, {', '.join(said)}"


@record
class PathMetrics(Record):
    """The functions of a file or folder."""

    #: Path from the root.
    path: str
    #: Its functions.
    summary: MetricsSummary

    _shown = ("path", "functions", "cyclomatic_sum", "cyclomatic_max", "cognitive_sum", "cognitive_max", "lines_sum")
    _inlined = ("summary",)

    def _line(self) -> str:
        return f"{self.path or '.'}: {self.summary._line()}"


@record
class Metrics(Rows[SymbolMetrics]):
    """Complexity of the functions of a project, or of a part of it. A sequence of the most complex."""

    #: All functions that were asked for.
    total: MetricsSummary
    #: Folders that hold functions, in themselves or in folders below, by path. The root is the empty path.
    directories: tuple[PathMetrics, ...]
    #: Files that hold functions, by path.
    files: tuple[PathMetrics, ...]
    #: The most complex functions; equal ones by path and line.
    top: tuple[SymbolMetrics, ...]
    #: The revision this holds for.
    revision: str

    _rows = "top"

    def _line(self) -> str:
        return self.total._line()

    def _text(self) -> Iterator[str]:
        yield self._line()
        for title, rows in (("folders:", self.directories), ("files:", self.files), ("most complex:", self.top)):
            yield title
            yield from indented(rows)
