"""`dead`: definitions that nothing is known to lead to, certain ones apart from possible ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from leindex.cli.command import verb
from leindex.cli.screen import Screen, dim
from leindex.cli.session import Session
from leindex.cli.wording import plural, symbol_row


@verb(
    "dead",
    examples=[
        ("leindex dead", "what nothing leads to, for certain"),
        ("leindex dead --possible", "and what only sites of unknown meaning may lead to"),
    ],
)
@click.option("--possible", is_flag=True, help="Also those to which sites of unknown meaning may lead.")
def dead(session: Session, possible: bool) -> int:
    """Definitions that nothing leads to: no call, no mention, no entry point of the settings, no test.

    Exit code 1 when there is none.
    """

    def certain(items: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        return [item for item in items if item["possible_sites"] == 0]

    def text(screen: Screen, items: Sequence[Mapping[str, Any]]) -> None:
        dead = certain(items)
        screen.table([symbol_row(item["symbol"]) for item in dead])
        if not dead:
            screen.line("nothing is dead for certain")
        maybe = [item for item in items if item["possible_sites"] > 0]
        if maybe and possible:
            screen.heading("Perhaps: only sites of unknown meaning may lead there")
            screen.table(
                [[*symbol_row(item["symbol"])[:3], dim(plural(item["possible_sites"], "site"))] for item in maybe]
            )
        elif maybe:
            screen.line(dim(f"{len(maybe):,} more may be dead; --possible lists them"))

    def found(items: Sequence[Mapping[str, Any]]) -> bool:
        return bool(items if possible else certain(items))

    return session.answer("dead_code", text, found=found, key="symbols", several=True)
