"""How answers are worded: symbols, places, edges and numbers as an engineer reads them.

Plain functions over the dicts that the engine answers with.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from leindex.cli.screen import Cell, Piece, Screen, caution, dim, name, one_line, place

#: Sites of unknown meaning that are listed; the rest is counted.
LISTED = 10

_TYPE_OF_EXTENSION = re.compile(r"impl#\[([^\]]*)\](?:\[([^\]]*)\])?")
_RECEIVER = re.compile(r"\[([^\]]*)\]")


def descriptor_of(symbol: str, path: str | None = None) -> str:
    """The descriptor in a full name `<project> <path> <descriptor>`. Projects and paths may hold spaces."""
    if path is not None:
        _, found, descriptor = symbol.partition(f" {path} ")
        if found:
            return descriptor
    return _parts(symbol)[2]


def _parts(symbol: str) -> list[str]:
    return [*symbol.split(" ", 2), "", ""]


def path_of(symbol: str) -> str:
    """The path in a full name."""
    return _parts(symbol)[1]


def short(symbol: str, path: str | None = None) -> str:
    """A full name as people write it: `Session.login`; of a file's module, the name of the file."""
    descriptor = descriptor_of(symbol, path)
    if not descriptor:
        return (path or path_of(symbol)).rsplit("/", 1)[-1]
    descriptor = _TYPE_OF_EXTENSION.sub(lambda found: f"{found[1]}.", descriptor)
    descriptor = _RECEIVER.sub(lambda found: f"{found[1]}.", descriptor)
    descriptor = descriptor.replace("`", "").replace("#", ".").replace("/", ".").replace("().", ".")
    return descriptor.rstrip(".!:").replace(").", ").")


def plural(count: int, singular: str, many: str | None = None) -> str:
    """`1 file`, `2 files`."""
    return f"{count:,} {singular if count == 1 else many or singular + 's'}"


def size(count: float) -> str:
    """Bytes as people read them."""
    for unit in ("B", "kB", "MB"):
        if abs(count) < 1000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"


def confidence(edge: Mapping[str, Any]) -> str:
    """How often the rule is right, where that was measured."""
    value = edge["confidence"]
    return "unmeasured" if value is None else f"{value * 100:.0f} %"


def found_by(edge: Mapping[str, Any]) -> Cell:
    """The rule of an edge and its confidence; the kind, where it is not a call."""
    kind = "" if edge["kind"] == "call" else f"{edge['kind']}, "
    return [dim(f"{kind}{edge['rule']}, {confidence(edge)}")]


def symbol_row(symbol: Mapping[str, Any]) -> list[Cell]:
    """A symbol in a table."""
    text = one_line(symbol["signature"]) or symbol["qualified_name"]
    return [place(symbol["path"], symbol["name_line"]), dim(symbol["kind"]), name(symbol["qualified_name"]), dim(text)]


def symbol_line(symbol: Mapping[str, Any]) -> list[Piece]:
    """A symbol on a line of its own."""
    at = place(symbol["path"], symbol["name_line"])
    return [at, "  ", dim(symbol["kind"]), " ", name(symbol["qualified_name"])]


def incoming_row(edge: Mapping[str, Any]) -> list[Cell]:
    """An edge by where it comes from."""
    return [place(edge["path"], edge["line"]), name(short(edge["source"], edge["path"])), found_by(edge)]


def outgoing_row(edge: Mapping[str, Any]) -> list[Cell]:
    """An edge by where it leads."""
    site = dim(f"line {edge['line']}")
    target = edge["target"]
    if target is None:
        return [place(edge["path"], edge["line"]), name(edge["target_name"]), found_by(edge), dim("")]
    at = place(edge["target_path"] or path_of(target), edge["target_line"])
    return [at, name(short(target, edge["target_path"])), found_by(edge), site]


def unknown_rows(edges: Iterable[Mapping[str, Any]]) -> list[list[Cell]]:
    """Sites of which it is not known what they mean."""
    rows: list[list[Cell]] = []
    for edge in edges:
        number = edge["candidates"]
        means = (
            f"`{edge['target_name']}` may be one of {number}" if number > 1 else f"`{edge['target_name']}` is not known"
        )
        rows.append([place(edge["path"], edge["line"]), name(short(edge["source"], edge["path"])), caution(means)])
    return rows


def print_unknown(screen: Screen, title: str, edges: list[Mapping[str, Any]], *, every: bool = False) -> None:
    """Lists sites of unknown meaning, the first few unless every one is wanted."""
    if not edges:
        return
    screen.heading(title)
    shown = edges if every else edges[:LISTED]
    screen.table(unknown_rows(shown))
    if len(shown) < len(edges):
        screen.line(dim(f"and {len(edges) - len(shown)} more: --all lists them"))
