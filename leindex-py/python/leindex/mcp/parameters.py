"""What tools take: one table that both the JSON schemas and the checks are made of.

A check tells every problem of a call at once, and what would be right, so that a model can correct itself in one go.
What the schema of a parameter refuses its check refuses, too; `null` for a parameter that may be left out counts as
left out, because clients send it.
"""

from __future__ import annotations

import difflib
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leindex.mcp.failures import ToolError

__all__ = ["Choice", "Flag", "Parameter", "Text", "Texts", "Whole", "check_arguments", "input_schema"]


#: Unknown arguments that an error names.
MOST_UNKNOWN = 10


class Problem(Exception):
    """Why a value is refused: the end of a sentence that begins with the parameter's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter(ABC):
    """A parameter of a tool."""

    name: str
    description: str
    required: bool = False
    default: Any = None

    def schema(self) -> dict[str, Any]:
        """Its JSON schema."""
        schema = self.type_schema()
        schema["description"] = self.description
        if self.default is not None:
            schema["default"] = list(self.default) if isinstance(self.default, tuple) else self.default
        return schema

    @abstractmethod
    def type_schema(self) -> dict[str, Any]:
        """What its JSON schema says about values."""

    @abstractmethod
    def checked(self, value: object) -> Any:
        """The value, or a :class:`Problem`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Parameter):
    """A text that is not empty."""

    longest: int = 1000

    def type_schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": self.longest}

    def checked(self, value: object) -> str:
        return checked_text(value, self.longest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole(Parameter):
    """A whole number between two others."""

    least: int = 1
    most: int

    def type_schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}

    def checked(self, value: object) -> int:
        allowed = f"a whole number from {self.least} to {self.most}"
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise Problem(f"must be {allowed}, not {named(value)}")
        if not self.least <= value <= self.most:
            raise Problem(f"must be {allowed}, not {shown(value)}")
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag(Parameter):
    """Yes or no."""

    def type_schema(self) -> dict[str, Any]:
        return {"type": "boolean"}

    def checked(self, value: object) -> bool:
        if not isinstance(value, bool):
            raise Problem(f"must be true or false, not {named(value)}")
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Parameter):
    """One of some words."""

    options: tuple[str, ...]

    def type_schema(self) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.options)}

    def checked(self, value: object) -> str:
        return checked_option(value, self.options)


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts(Parameter):
    """A list of texts, or of some of a few words."""

    options: tuple[str, ...] = ()
    longest: int = 1000
    most: int = 100
    least: int = 0

    def type_schema(self) -> dict[str, Any]:
        items: dict[str, Any] = (
            {"type": "string", "enum": list(self.options)}
            if self.options
            else {"type": "string", "minLength": 1, "maxLength": self.longest}
        )
        schema: dict[str, Any] = {"type": "array", "items": items, "maxItems": self.most}
        if self.least:
            schema["minItems"] = self.least
        return schema

    def checked(self, value: object) -> list[str]:
        if not isinstance(value, Sequence) or isinstance(value, str | bytes):
            raise Problem(f"must be a list of texts, not {named(value)}")
        if len(value) < self.least:
            raise Problem("must not be an empty list")
        if len(value) > self.most:
            raise Problem(f"has {len(value)} entries; at most {self.most} are allowed")
        entries = []
        for at, entry in enumerate(value):
            try:
                entries.append(
                    checked_option(entry, self.options) if self.options else checked_text(entry, self.longest)
                )
            except Problem as problem:
                raise Problem(f"entry {at + 1} {problem}") from None
        return list(dict.fromkeys(entries))


def input_schema(parameters: Sequence[Parameter]) -> dict[str, Any]:
    """The JSON schema of a tool's arguments."""
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {parameter.name: parameter.schema() for parameter in parameters},
        "additionalProperties": False,
    }
    required = [parameter.name for parameter in parameters if parameter.required]
    if required:
        schema["required"] = required
    return schema


def check_arguments(parameters: Sequence[Parameter], given: Mapping[str, object] | None) -> dict[str, Any]:
    """The arguments of a call, all parameters filled in; or a :class:`ToolError` that names every problem."""
    given = given or {}
    problems: list[str] = []
    known = [parameter.name for parameter in parameters]
    unknown = [name for name in given if name not in known]
    for name in unknown[:MOST_UNKNOWN]:
        near = difflib.get_close_matches(str(name)[:100], known, 1)
        meant = f"; did you mean `{near[0]}`?" if near else f"; there are {', '.join(f'`{name}`' for name in known)}"
        problems.append(f"`{shown(name)}` is no parameter{meant}")
    if len(unknown) > MOST_UNKNOWN:
        problems.append(f"nor are {len(unknown) - MOST_UNKNOWN:,} more")
    arguments: dict[str, Any] = {}
    for parameter in parameters:
        value = given.get(parameter.name)
        if value is None:
            if parameter.required:
                problems.append(f"`{parameter.name}` is missing: {parameter.description}")
            default = parameter.default
            arguments[parameter.name] = list(default) if isinstance(default, tuple) else default
            continue
        try:
            arguments[parameter.name] = parameter.checked(value)
        except Problem as problem:
            problems.append(f"`{parameter.name}` {problem}")
    if problems:
        raise ToolError(". ".join(problems))
    return arguments


def checked_text(value: object, longest: int) -> str:
    if not isinstance(value, str):
        raise Problem(f"must be a text, not {named(value)}")
    if len(value) > longest:
        raise Problem(f"has {len(value):,} characters; at most {longest:,} are allowed, so say it shorter")
    if not value.strip():
        raise Problem("is empty; say what is looked for")
    for character in value:
        if (character < " " and character not in "\t\n\r") or character == "\x7f":
            raise Problem(f"holds the control character U+{ord(character):04X}; it takes text, not binary data")
        if "\ud800" <= character <= "\udfff":
            raise Problem(f"holds U+{ord(character):04X}, half of a character; send valid Unicode")
    return value


def checked_option(value: object, options: Sequence[str]) -> str:
    allowed = ", ".join(f"`{option}`" for option in options)
    if not isinstance(value, str):
        raise Problem(f"must be one of {allowed}, not {named(value)}")
    if value not in options:
        near = difflib.get_close_matches(value[:100], options, 1)
        meant = f"; did you mean `{near[0]}`?" if near else ""
        raise Problem(f"must be one of {allowed}, not `{shown(value)}`{meant}")
    return value


def named(value: object) -> str:
    """What kind of thing a value is, in the words of JSON."""
    match value:
        case None:
            return "null"
        case bool():
            return f"the truth value {str(value).lower()}"
        case int() | float():
            return f"the number {shown(value)}"
        case str():
            return f"the text `{shown(value)}`"
        case bytes() | bytearray():
            return "binary data"
        case Mapping():
            return "an object"
        case Sequence():
            return "a list"
        case _:
            return f"a {type(value).__name__}"


def shown(value: object) -> str:
    """A value in a message: printable, and not endless."""
    text = value if isinstance(value, str) else repr(value) if not isinstance(value, int) else number_shown(value)
    text = "".join(character if character.isprintable() else "�" for character in text[:60])
    return f"{text}…" if len(str(text)) >= 60 else text


def number_shown(value: int) -> str:
    return str(value) if value.bit_length() < 200 else "a number of hundreds of digits"
