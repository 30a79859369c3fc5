"""`architecture`: folders by layers, how they rely on each other, circles and what to cut."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from leindex.cli.command import verb
from leindex.cli.screen import Cell, Screen, bold, caution, dim, place
from leindex.cli.session import Session
from leindex.cli.wording import plural, short

TITLES = ("layer", "level", "files", "symbols", "within", "in", "out", "instability", "folder")


def _coupling(coupling: Mapping[str, Any]) -> list[Cell]:
    strength = [str(coupling["dependencies"]), "calls and bases,", str(coupling["imports"]), "imports"]
    return [*strength, [place(coupling["from"] or "."), " → ", place(coupling["to"] or ".")]]


def _print(screen: Screen, answer: Mapping[str, Any], limit: int) -> None:
    if not answer["directories"]:
        screen.line("there is no folder with code; `leindex files` lists what there is")
        return
    directories = sorted(answer["directories"], key=lambda folder: (-folder["layer"], -folder["level"], folder["path"]))
    rows: list[list[Cell]] = [[bold(title) for title in TITLES]]
    for folder in directories:
        counts = [folder[key] for key in ("layer", "level", "files", "symbols", "within", "afferent", "efferent")]
        instability = "" if folder["instability"] is None else f"{folder['instability']:.2f}"
        circle = caution("  in a circle") if folder["cycle"] is not None else ""
        rows.append([*(str(count) for count in counts), instability, [place(folder["path"] or "."), circle]])
    screen.table(rows, right=range(8))
    couplings = sorted(answer["couplings"], key=lambda coupling: -(coupling["dependencies"] + coupling["imports"]))
    if couplings:
        screen.heading("Largest couplings")
        screen.table([_coupling(coupling) for coupling in couplings[:limit]], indent="  ", right=(0, 2))
        if len(couplings) > limit:
            screen.line(dim(f"and {len(couplings) - limit} more: --limit shows them"))
    for cycle in answer["cycles"]:
        folders = cycle["directories"]
        screen.heading(f"A circle of {plural(len(folders), 'folder')}: {', '.join(path or '.' for path in folders)}")
        screen.line("  without these couplings there is none:")
        for closing in cycle["closing"][:limit]:
            screen.table([_coupling(closing)], indent="  ")
            for example in closing["examples"][:1]:
                screen.line(dim(f"      such as {short(example['source'])} → {short(example['target'])}"))


@verb(
    "architecture",
    examples=[
        ("leindex architecture", "layers of folders, the largest couplings, circles"),
        ("leindex architecture --in src/shop --depth 2", "of a part, two levels of folders deep"),
    ],
)
@click.option("--in", "path", metavar="FOLDER", default=None, type=click.Path(path_type=str), help="Only this folder.")
@click.option("--depth", type=click.IntRange(min=1), help="Levels of folders that are told apart.")
@click.option("--tests", is_flag=True, help="Tests count as well.")
@click.option(
    "-n",
    "--limit",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="Most couplings to print for people.",
)
def architecture(session: Session, path: str | None, depth: int | None, tests: bool, limit: int) -> int:
    """How the folders rely on each other: what lies on what, how much leads where, and circles with what to cut.

    `in` and `out` are symbols of others that rely on the folder and symbols of it that rely on others; instability is
    out ÷ (in + out).
    """
    within = None if path is None else session.path(path)

    def text(screen: Screen, answer: Mapping[str, Any]) -> None:
        _print(screen, answer, limit)

    def found(answer: Mapping[str, Any]) -> object:
        return answer["directories"]

    return session.answer("architecture", text, found=found, several=True, path=within, depth=depth, tests=tests)
