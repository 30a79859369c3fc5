"""`imports`, `importers`, `cycles`: files by what they import."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from leindex.cli.command import verb
from leindex.cli.screen import Cell, Screen, dim, name, place
from leindex.cli.session import Session
from leindex.cli.wording import found_by, path_of, plural, short

_path = click.argument("path", metavar="FILE", type=click.Path(path_type=str))


def _target(edge: Mapping[str, Any]) -> list[Cell]:
    target = edge["target"]
    if target is None:
        known = "not known" if edge["rule"] == "unresolved" else edge["rule"]
        module = f" from {edge['module']}" if edge["module"] not in (None, edge["target_name"]) else ""
        return [name(edge["target_name"]), dim(f"{known}{module}")]
    path = edge["target_path"] or path_of(target)
    return [name(short(target, path)), place(path, edge["target_line"])]


def _found_by(edge: Mapping[str, Any]) -> Cell:
    return found_by({**edge, "kind": "call"}) if edge["target"] else ""


@verb(
    "imports",
    examples=[
        ("leindex imports src/auth.py", "what it imports, and where that is defined"),
        ("leindex imports src/auth.py --json", "the same as JSON"),
    ],
)
@_path
def imports(session: Session, path: str) -> int:
    """What FILE imports, in order. Exit code 1 when it imports nothing."""

    def text(screen: Screen, edges: Sequence[Mapping[str, Any]]) -> None:
        screen.table([[place(edge["path"], edge["line"]), *_target(edge), _found_by(edge)] for edge in edges])
        if not edges:
            screen.line(f"{path} imports nothing")

    return session.answer("imports", text, key="edges", path=session.path(path))


@verb(
    "importers",
    examples=[
        ("leindex importers src/auth.py", "which files import it, or something it defines"),
        ("leindex importers src/auth.py --json", "the same as JSON"),
    ],
)
@_path
def importers(session: Session, path: str) -> int:
    """Which files import FILE, or something that it defines. Exit code 1 when none does."""

    def text(screen: Screen, edges: Sequence[Mapping[str, Any]]) -> None:
        screen.table([[place(edge["path"], edge["line"]), *_target(edge)[:1], _found_by(edge)] for edge in edges])
        if not edges:
            screen.line(f"no file imports {path}")

    return session.answer("importers", text, key="edges", path=session.path(path))


@verb("cycles", examples=[("leindex cycles", "groups of files that import each other, the largest first")])
def cycles(session: Session) -> int:
    """Groups of files that import each other, directly or through others. Exit code 1 when there is none."""

    def text(screen: Screen, groups: Sequence[Sequence[str]]) -> None:
        for group in groups:
            screen.heading(f"a cycle of {plural(len(group), 'file')}")
            for path in group:
                screen.line("  ", place(path))
        if not groups:
            screen.line("no files import each other in a circle")

    return session.answer("cycles", text, key="cycles", several=True)
