"""Pieces of the JSON schemas of what tools give, shared by those that give the same."""

from __future__ import annotations

from typing import Any

__all__ = [
    "EDGE",
    "LINE",
    "PATH",
    "PROJECT",
    "STAMP",
    "STAMP_OPTIONAL",
    "SYMBOL",
    "array",
    "boolean",
    "integer",
    "number",
    "object_of",
    "paged",
    "ref",
    "string",
]

Schema = dict[str, Any]


def string(description: str, **more: Any) -> Schema:
    """A text."""
    return {"type": "string", "description": description, **more}


def integer(description: str) -> Schema:
    """A count or a line."""
    return {"type": "integer", "minimum": 0, "description": description}


def number(description: str) -> Schema:
    """A number with a fraction."""
    return {"type": "number", "description": description}


def boolean(description: str) -> Schema:
    """Yes or no."""
    return {"type": "boolean", "description": description}


def array(items: Schema, description: str) -> Schema:
    """A list."""
    return {"type": "array", "items": items, "description": description}


def object_of(properties: dict[str, Schema], *, optional: tuple[str, ...] = (), description: str = "") -> Schema:
    """An object that has these properties, and no others."""
    schema: Schema = {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }
    return {**schema, "description": description} if description else schema


SYMBOL = string("Full name of a symbol, `<project> <path> <descriptor>`; give it as `name` to leindex_symbol.")
PATH = string("File, from the root of the project.")
LINE = integer("Line, from 1.")
PROJECT = string("The project that it is of; only where several were asked.")
REVISION = string("Revision that the answer is for.", pattern="^r[0-9a-f]{16}$")

#: What every answer says of where it comes from.
STAMP: dict[str, Schema] = {
    "revision": string(
        "Revision of the project that the answer is for; of several, a digest. It changes when an answer may.",
        pattern="^r[0-9a-f]{16}$",
    ),
    "project": string("The project that was asked; absent where several were."),
    "projects": array(
        object_of({"project": string("Name of a project."), "revision": REVISION}),
        "The projects that were asked, where there are several.",
    ),
    "notes": array(string("A sentence."), "Which projects gave no answer, and why; and what else is to be known."),
}
#: Those of them that may be missing.
STAMP_OPTIONAL = ("project", "projects", "notes")

EDGE = object_of(
    {
        "symbol": {**SYMBOL, "description": "The other end; absent where it is not known."},
        "name": string("The name at the site, where the symbol is not known."),
        "kind": string("What the edge says: call, inherit, import, reference, …"),
        "rule": string("How it was found: exact, import, type, hierarchy, name, ambiguous, external or unresolved."),
        "confidence": number("How often this rule is right in this language, where that was measured."),
        "module": string("Of an import from outside: the module, as it is written."),
        "candidates": integer("How many definitions the name may mean."),
        "path": PATH,
        "line": LINE,
    },
    optional=("symbol", "name", "module", "confidence", "candidates"),
)


def ref(name: str) -> Schema:
    """A schema that stands among the definitions of the one that it is in."""
    return {"$ref": f"#/$defs/{name}"}


def paged(
    properties: dict[str, Schema], *, optional: tuple[str, ...] = (), definitions: dict[str, Schema] | None = None
) -> Schema:
    """An answer with a stamp, of which there may be further pages. Definitions keep what it repeats short."""
    schema = object_of(
        {
            **STAMP,
            **properties,
            "truncated": boolean("Whether there is more than this page shows."),
            "next_cursor": string("Give it as `cursor`, with the same arguments, for the next page."),
        },
        optional=(*STAMP_OPTIONAL, "next_cursor", *optional),
    )
    return {**schema, "$defs": definitions} if definitions else schema
