"""How often each tool was used: for whoever runs the server, in memory, and sent nowhere."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

__all__ = ["Counts", "ToolCount"]


@dataclass(slots=True)
class ToolCount:
    """The calls of one tool."""

    calls: int = 0
    #: Answers that said what was wrong instead.
    errors: int = 0
    #: Calls that the client took back.
    cancelled: int = 0
    #: Tokens of the answers, as they were handed over.
    tokens: int = 0
    seconds: float = 0.0


@dataclass(slots=True)
class Counts:
    """The calls of all tools since the server started."""

    started: float = field(default_factory=time.monotonic)
    tools: dict[str, ToolCount] = field(default_factory=dict)

    def of(self, tool: str) -> ToolCount:
        """The count of a tool, to add to."""
        return self.tools.setdefault(tool, ToolCount())

    def seconds(self) -> float:
        """How long the server has been up."""
        return time.monotonic() - self.started
