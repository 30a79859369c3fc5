"""`metrics`: complexity of the functions of a project, a folder or a file, or of one symbol."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from leindex.cli.command import verb
from leindex.cli.screen import Cell, Screen, bold, dim, name, place
from leindex.cli.session import Session
from leindex.cli.wording import plural, short

MEASURES = ("cognitive", "cyclomatic", "nesting", "parameters", "statements", "lines")


def _print(screen: Screen, answer: Mapping[str, Any], by: str) -> None:
    total = answer["total"]
    screen.line(bold(plural(total["functions"], "function")), dim(f" in {plural(len(answer['files']), 'file')}"))
    rows: list[list[Cell]] = [[bold(title) for title in ("", "mean", "95 %", "most", "sum")]]
    for measure in MEASURES:
        spread = total[measure]
        rows.append([measure, f"{spread['mean']:.1f}", str(spread["p95"]), str(spread["max"]), f"{spread['sum']:,}"])
    screen.table(rows, indent="  ", right=(1, 2, 3, 4))
    folders = sorted(answer["directories"], key=lambda folder: -folder["summary"][by]["sum"])[:10]
    if len(folders) > 1:
        screen.heading(f"Folders by {by}")
        rows = []
        for folder in folders:
            summary = folder["summary"]
            numbers = [
                f"{summary[by]['sum']:,}",
                f"{summary[by]['mean']:.1f} each",
                plural(summary["functions"], "function"),
            ]
            rows.append([*numbers, place(folder["path"] or ".")])
        screen.table(rows, indent="  ", right=(0, 1, 2))
    if answer["top"]:
        screen.heading(f"Functions by {by}")
        screen.table([_function(function, by) for function in answer["top"]], indent="  ", right=(0,))


def _function(function: Mapping[str, Any], by: str) -> list[Cell]:
    others = ", ".join(f"{measure} {function['metrics'][measure]}" for measure in MEASURES if measure != by)
    at = place(function["path"], function["line"])
    return [str(function["metrics"][by]), at, name(short(function["symbol"], function["path"])), dim(others)]


@verb(
    "metrics",
    examples=[
        ("leindex metrics src/shop --by cyclomatic", "how complexity is spread, and the most complex functions"),
        ("leindex metrics --symbol Session.login", "the numbers of one function"),
    ],
)
@click.argument("path", metavar="[PATH]", required=False, type=click.Path(path_type=str))
@click.option("--symbol", metavar="SYMBOL", help="Only this function.")
@click.option(
    "--by", type=click.Choice(MEASURES), default="cognitive", show_default=True, help="What functions are ordered by."
)
@click.option("-n", "--top", type=click.IntRange(min=0), default=10, show_default=True, help="Most functions to name.")
def metrics(session: Session, path: str | None, symbol: str | None, by: str, top: int) -> int:
    """Complexity of the functions below PATH (all): how it is spread, by folder, and the most complex ones.

    Cyclomatic counts decisions; cognitive counts what makes code hard to follow. Exit code 1 when there is no function.
    """
    if symbol is not None:
        if path is not None:
            raise click.UsageError("give a PATH or --symbol, not both")

        def one(screen: Screen, answer: Mapping[str, Any]) -> None:
            screen.line(place(answer["path"], answer["line"]), "  ", name(short(answer["symbol"], answer["path"])))
            screen.table([[measure, str(answer["metrics"][measure])] for measure in MEASURES], indent="  ")

        return session.answer("symbol_metrics", one, several=True, name=session.symbol(symbol))

    def text(screen: Screen, answer: Mapping[str, Any]) -> None:
        _print(screen, answer, by)

    within = None if path is None else session.path(path)

    def found(answer: Mapping[str, Any]) -> object:
        return answer["total"]["functions"]

    return session.answer("metrics", text, found=found, several=True, path=within, top=top, by=by)
