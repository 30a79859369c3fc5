"""`communities`: groups of symbols that have more to do with each other than with the rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from leindex.cli.command import verb
from leindex.cli.screen import Cell, Screen, bold, dim, name
from leindex.cli.session import Session
from leindex.cli.wording import plural


@verb(
    "communities",
    examples=[
        ("leindex communities", "the modules that the project seems to be made of"),
        ("leindex communities --resolution 2 --json", "smaller ones, with every member"),
    ],
)
@click.option(
    "--resolution", type=click.FloatRange(min=0), default=1.0, show_default=True, help="Above 1, more and smaller ones."
)
@click.option("--tests", is_flag=True, help="Tests count as well.")
@click.option(
    "-n", "--limit", type=click.IntRange(min=1), default=20, show_default=True, help="Most to print for people."
)
def communities(session: Session, resolution: float, tests: bool, limit: int) -> int:
    """Groups of symbols that have more to do with each other than with the rest, wherever they lie.

    Compare them with the folders. Exit code 1 when nothing relies on anything.
    """

    def text(screen: Screen, answer: Mapping[str, Any]) -> None:
        groups = answer["communities"]
        rows: list[list[Cell]] = [
            [bold(title) for title in ("symbols", "in its folder", "ties within", "ties out", "community")]
        ]
        for group in groups[:limit]:
            counts = [str(group[key]) for key in ("symbols", "in_directory", "within", "outward")]
            rows.append([*counts, name(group["name"])])
        screen.table(rows, right=range(4))
        more = f", the {limit} largest shown" if len(groups) > limit else ""
        screen.line(
            dim(f"{plural(len(groups), 'community', 'communities')}{more}; modularity {answer['modularity']:.3f}")
        )

    def found(answer: Mapping[str, Any]) -> object:
        return answer["communities"]

    return session.answer("communities", text, found=found, several=True, resolution=resolution, tests=tests)
