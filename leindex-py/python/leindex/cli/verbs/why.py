"""`why`: the edges of one line, with the rule and the candidates of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from leindex.cli.command import verb
from leindex.cli.place import PLACE, Place
from leindex.cli.screen import Screen, caution, dim, name, place
from leindex.cli.session import Session
from leindex.cli.wording import confidence, path_of, short

#: What each rule says, in words.
RULES = {
    "exact": "defined in this file, in a scope around it",
    "import": "imported here, or named by its module",
    "type": "the type of what it is called on is known",
    "hierarchy": "may run instead, by the types below",
    "passed": "handed to a parameter that is called",
    "name": "the only visible definition of that name",
    "ambiguous": "one of several definitions of that name; which one is not known",
    "external": "outside the project",
    "unresolved": "not known",
}


@verb(
    "why",
    examples=[
        ("leindex why src/app.py:12", "where each name on the line leads, by which rule, among which candidates"),
        ("leindex why src/app.py:12 --json", "the same as JSON"),
    ],
)
@click.argument("at", metavar="FILE:LINE", type=PLACE)
def why(session: Session, at: Place) -> int:
    """Why the names on a line lead where they lead: the rule of each, how often it is right, and what else it may be.

    Exit code 1 when no name on the line leads anywhere.
    """

    def text(screen: Screen, sites: Sequence[Mapping[str, Any]]) -> None:
        for site in sites:
            edge = site["edge"]
            target = edge["target"]
            leads = caution("not known") if target is None else name(short(target, edge["target_path"]))
            at = "" if target is None else place(edge["target_path"] or path_of(target), edge["target_line"])
            column = place(f"{edge['path']}:{edge['line']}", edge["column"] + 1)
            screen.line(column, f"  {edge['target_name']} ", dim(f"({edge['kind']})"), " → ", leads, "  ", at)
            rule = RULES.get(edge["rule"], "by another rule")
            screen.line(
                f"    {edge['rule']}: {rule}", dim(f"; right in {confidence(edge)}" if edge["confidence"] else "")
            )
            for candidate in site["candidates"]:
                screen.line("    may be ", name(short(candidate)), "  ", dim(candidate))
        if not sites:
            screen.line("no name on this line leads to a symbol")

    return session.answer("why", text, key="sites", path=session.path(at.path), line=at.line)
