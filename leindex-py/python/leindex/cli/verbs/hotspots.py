"""`hotspots`, `betweenness`: functions and symbols that matter for the whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from leindex.cli.command import verb
from leindex.cli.screen import Cell, Screen, bold, dim, name, place
from leindex.cli.session import Session
from leindex.cli.wording import path_of, plural, short


def _print(screen: Screen, answer: Mapping[str, Any]) -> None:
    titles = ("score", "cognitive", "central", "commits", "authors", "place", "function")
    rows: list[list[Cell]] = [[bold(title) for title in titles]]
    most = max((spot["score"] for spot in answer["hotspots"]), default=1) or 1
    for spot in answer["hotspots"]:
        churn = spot["churn"] or {}
        numbers = [f"{100 * spot['score'] / most:.0f}", str(spot["metrics"]["cognitive"]), f"{spot['centrality']:.4f}"]
        changes = [str(churn.get(key, "-")) for key in ("commits", "authors")]
        rows.append([*numbers, *changes, place(spot["path"], spot["line"]), name(short(spot["symbol"], spot["path"]))])
    if not answer["hotspots"]:
        screen.line("no function has a decision in it and is relied upon")
        return
    screen.table(rows, right=range(5))
    history = answer["history"]
    if history:
        end = (
            "; older ones were left out"
            if history["capped"]
            else "; the clone is shallow"
            if history["shallow"]
            else ""
        )
        screen.line(
            dim(
                f"score: in percent of the first; changes of {plural(history['commits'], 'commit')} "
                f"up to {history['commit'][:12]}{end}"
            )
        )
    elif answer["without_history"]:
        screen.line(dim(f"score: in percent of the first, without changes: {answer['without_history']}"))


@verb(
    "hotspots",
    examples=[
        ("leindex hotspots", "functions that are intricate, relied upon and changed often"),
        ("leindex hotspots --in src/shop --by eigenvector -n 30", "in a part, by another centrality"),
    ],
)
@click.option("--in", "path", metavar="PATH", type=click.Path(path_type=str), help="Only this file or folder.")
@click.option("-n", "--limit", type=click.IntRange(min=1), default=10, show_default=True, help="Most functions.")
@click.option(
    "--by",
    type=click.Choice(["pagerank", "eigenvector"]),
    default="pagerank",
    show_default=True,
    help="How central is measured.",
)
@click.option("--tests", is_flag=True, help="Tests may be hotspots as well.")
@click.option("--no-churn", is_flag=True, help="Do not count how often files changed.")
def hotspots(session: Session, path: str | None, limit: int, by: str, tests: bool, no_churn: bool) -> int:
    """The functions that are hard to change, where a change is felt far, and that change often.

    The score is cognitive complexity × centrality × churn.
    Exit code 1 when there is none.
    """
    within = None if path is None else session.path(path)
    options: dict[str, Any] = {"path": within, "limit": limit, "by": by, "tests": tests, "churn": not no_churn}
    return session.answer("hotspots", _print, found=lambda answer: answer["hotspots"], several=True, **options)


@verb(
    "betweenness",
    examples=[
        ("leindex betweenness", "the symbols through which most of the project gets to what it relies on"),
        ("leindex betweenness --sample 5000 -n 50", "measured from more symbols"),
    ],
)
@click.option(
    "--sample", type=click.IntRange(min=1), default=1000, show_default=True, help="Symbols that ways are followed from."
)
@click.option("-n", "--limit", type=click.IntRange(min=1), default=20, show_default=True, help="Most symbols.")
@click.option("--tests", is_flag=True, help="Tests count as well.")
def betweenness(session: Session, sample: int, limit: int, tests: bool) -> int:
    """The bridges: symbols that lie on the shortest ways between others. Exit code 1 when there is none."""

    def text(screen: Screen, answer: Mapping[str, Any]) -> None:
        rows: list[list[Cell]] = []
        for found in answer["symbols"]:
            path = path_of(found["symbol"])
            at = place(path, session.line_of(found["symbol"]))
            rows.append([f"{found['betweenness'] * 100:.4f} %", at, name(short(found["symbol"]))])
        screen.table(rows, right=(0,))
        if not rows:
            screen.line("nothing lies between other symbols")
        measured = "all" if answer["exact"] else "an estimate"
        screen.line(dim(f"of all pairs of symbols; measured from {plural(answer['pivots'], 'symbol')}, {measured}"))

    options: dict[str, Any] = {"sample": sample, "limit": limit, "tests": tests}
    return session.answer("betweenness", text, found=lambda answer: answer["symbols"], several=True, **options)
