"""Questions about control and data flow: graphs of a function, slices, chops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._results.flow import FlowGraph, Slice
from .asking import Asking, Name, symbol_name

if TYPE_CHECKING:
    from leindex_rust import Cancellation

__all__ = ["FlowQuestions"]


class FlowQuestions(Asking):
    """Questions about control and data flow."""

    __slots__ = ()

    def cfg(self, name: Name, *, cancel: Cancellation | None = None) -> FlowGraph:
        """The control-flow graph of a function, or of a file's top level (`path`)."""
        return self._one(FlowGraph, "cfg", cancel, name=symbol_name(name))

    def dataflow(self, name: Name, *, cancel: Cancellation | None = None) -> FlowGraph:
        """Which statement of a function gives a variable the value that another may read."""
        return self._one(FlowGraph, "dataflow", cancel, name=symbol_name(name))

    def pdg(self, name: Name, *, cancel: Cancellation | None = None) -> FlowGraph:
        """The program dependence graph of a function: control and data dependences."""
        return self._one(FlowGraph, "pdg", cancel, name=symbol_name(name))

    def flow_text(self, path: str, line: int, *, cancel: Cancellation | None = None) -> str:
        """The flow of the function around a line, as text: control flow, and under each node what it depends on."""
        _, text = self.ask("flow_text", cancel=cancel, path=path, line=line)
        return str(text)

    def slice(
        self,
        path: str,
        line: int,
        variable: str | None = None,
        *,
        forward: bool = False,
        within_function: bool = False,
        tests: bool = False,
        cancel: Cancellation | None = None,
    ) -> Slice:
        """The lines that the value of a variable at a line depends on; of all variables there, without one.
        `forward`: the lines that depend on it.

        Raises `FlowError` where nothing runs, or no such variable is; it names those that are.
        """
        return self._one(
            Slice,
            "slice",
            cancel,
            path=path,
            line=line,
            variable=variable,
            forward=forward,
            within_function=within_function,
            tests=tests,
        )

    def chop(
        self,
        from_path: str,
        from_line: int,
        to_path: str,
        to_line: int,
        *,
        from_variable: str | None = None,
        to_variable: str | None = None,
        cancel: Cancellation | None = None,
    ) -> Slice:
        """The lines by which a value at one place gets to another. Empty where the second does not depend on the
        first."""
        return self._one(
            Slice,
            "chop",
            cancel,
            from_path=from_path,
            from_line=from_line,
            from_variable=from_variable,
            to_path=to_path,
            to_line=to_line,
            to_variable=to_variable,
        )
