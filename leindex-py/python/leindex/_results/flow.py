"""Control and data flow: graphs of a function, and slices."""

from __future__ import annotations

from collections.abc import Iterator

from .record import Record, Rows, indented, plural, record

__all__ = ["FlowEdge", "FlowGraph", "FlowNode", "Slice", "SliceLine"]


@record
class FlowNode(Record):
    """A node of a function's flow: a statement, or the part of one that runs as one."""

    #: What it is: `entry`, `statement`, `condition`, `loop`, …
    kind: str
    #: Its first line, from 1.
    start_line: int
    #: Its last line, inclusive.
    end_line: int
    #: Its text, on one line, cut after 60 characters.
    text: str
    #: Variables that it gives a value, or may change.
    defines: tuple[str, ...]
    #: Variables that it reads.
    uses: tuple[str, ...]
    #: Whether nothing leads to it.
    unreachable: bool

    _shown = ("start_line", "kind", "text", "defines", "uses")

    def _line(self) -> str:
        return f"{self.start_line:>5}  {self.kind:<10} {self.text}{'  (unreachable)' if self.unreachable else ''}"


@record
class FlowEdge(Record):
    """What leads from one node to another. Both are places in `FlowGraph.nodes`."""

    source: int
    target: int
    #: `next`, `true`, `false`, `case`, `exception`, … of control flow; `control` or `data` of dependences.
    kind: str
    #: Of a control dependence: the way that the source is left.
    label: str | None = None
    #: Of a data dependence: the variable.
    variable: str | None = None

    _shown = ("source", "target", "kind", "label", "variable")

    def _line(self) -> str:
        what = self.label or self.variable
        return f"{self.source} —{self.kind}{f' {what}' if what else ''}→ {self.target}"


@record
class FlowGraph(Rows[FlowNode]):
    """A graph of a function. A sequence of its nodes, in the order of the text."""

    nodes: tuple[FlowNode, ...]
    edges: tuple[FlowEdge, ...]

    _rows = "nodes"

    def _line(self) -> str:
        return f"{plural(len(self.nodes), 'node')}, {plural(len(self.edges), 'edge')}"

    def _text(self) -> Iterator[str]:
        yield self._line()
        for number, node in enumerate(self.nodes):
            yield f"{number:>4} {node._line()}"
        yield from indented(self.edges)


@record
class SliceLine(Record):
    """A line of a slice."""

    path: str
    #: Its number, from 1.
    line: int
    text: str
    #: Why it is in the slice.
    reason: str

    _shown = ("path", "line", "text", "reason")

    def _line(self) -> str:
        return f"{self.path}:{self.line}: {self.text.strip()}  # {self.reason}"


@record
class Slice(Rows[SliceLine]):
    """The lines that a value depends on, or that depend on it. A sequence of them."""

    #: By path and number. Nothing outside the slice.
    lines: tuple[SliceLine, ...]
    #: Whether a limit cut it short: there may be more.
    capped: bool
    #: Calls on the way whose target is not known: they are taken to need all they are given, and are not looked into.
    unknown_calls: int
    #: Calls from tests to functions on the way that were not followed.
    calls_from_tests: int
    #: The revision this holds for.
    revision: str

    _rows = "lines"

    def _line(self) -> str:
        parts = [plural(len(self.lines), "line")]
        if self.unknown_calls:
            parts.append(f"{plural(self.unknown_calls, 'call')} not known")
        if self.calls_from_tests:
            parts.append(f"{plural(self.calls_from_tests, 'call')} from tests not followed")
        if self.capped:
            parts.append("cut short")
        return ", ".join(parts)

    def _text(self) -> Iterator[str]:
        path = None
        width = max((len(line.text) for line in self.lines), default=0)
        for line in self.lines:
            if line.path != path:
                path = line.path
                yield path
            yield f"{line.line:>6}  {line.text:<{min(width, 80)}}  # {line.reason}"
        yield self._line()
