"""What a tool is: its name and schemas, and the function that answers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from leindex.mcp.parameters import Parameter, Text, check_arguments, input_schema
from leindex.mcp.service import Call

__all__ = ["PROJECT_PATH", "Answer", "Tool"]

PROJECT_PATH = Text(
    name="project_path",
    description="Which project: a served folder, a folder in one, or a project's name as `leindex_status` lists it. "
    "Without it, all served projects are asked. A folder narrows leindex_search and leindex_deep_analyze to what lies "
    "below it; other tools ask the whole project that it is in.",
    longest=4096,
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tool says: the same twice, as Markdown and as data. Either alone is enough to go on with."""

    text: str
    structured: dict[str, Any]
    #: Tokens of both together, where the tool has counted them already; else 0.
    taken: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A tool, as clients see it."""

    name: str
    title: str
    description: str
    parameters: tuple[Parameter, ...]
    output: Mapping[str, Any]
    run: Callable[[Call, dict[str, Any]], Awaitable[Answer]]

    def input_schema(self) -> dict[str, Any]:
        """The JSON schema of its arguments."""
        return input_schema(self.parameters)

    def checked(self, arguments: Mapping[str, object] | None) -> dict[str, Any]:
        """The arguments of a call, complete and right."""
        return check_arguments(self.parameters, arguments)
