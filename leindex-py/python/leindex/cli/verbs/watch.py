"""`watch`: one line for each file that changes, with the symbols that did, until Ctrl-C."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import datetime

import click

from leindex.cli.changes import Change, Watcher, watched
from leindex.cli.command import verb
from leindex.cli.screen import Piece, Screen, Span, bad, caution, dim, good, name, place
from leindex.cli.session import Session, write_json
from leindex.cli.wording import descriptor_of, plural, short

#: Symbols of a kind that are named on a line.
NAMED = 6


def _names(title: Span, symbols: list[str], path: str) -> Iterable[Piece]:
    if symbols:
        # The file's module stands for what runs in it outside of all definitions.
        names = [short(symbol, path) if descriptor_of(symbol, path) else "top level" for symbol in symbols[:NAMED]]
        more = f" and {len(symbols) - NAMED} more" if len(symbols) > NAMED else ""
        yield from ("  ", title, " ", name(", ".join(names)), more)


def _defined(symbols: list[str], path: str) -> list[str]:
    return [symbol for symbol in symbols if descriptor_of(symbol, path)]


def _line(change: Change) -> list[Piece]:
    pieces: list[Piece] = [dim(f"{datetime.now():%H:%M:%S}  "), place(change.path)]
    if change.change != "changed":
        pieces += ["  ", good("new file") if change.change == "added" else bad("gone")]
    pieces += _names(good("new"), _defined(change.added, change.path), change.path)
    pieces += _names(bad("gone"), _defined(change.removed, change.path), change.path)
    pieces += _names(caution("signature"), change.signature, change.path)
    pieces += _names(caution("body"), change.body, change.path)
    if change.change == "changed" and not any(change[2:]):
        pieces.append(dim("  no symbol differs"))
    return pieces


@verb(
    "watch",
    examples=[
        ("leindex watch", "a line for each change: the file, and which of its symbols are new, gone or different"),
        ("leindex watch --json", "a JSON object a line, for programs"),
    ],
)
@click.option(
    "--pause",
    type=click.FloatRange(min=0.02),
    default=0.2,
    show_default=True,
    metavar="SECONDS",
    help="Between two looks.",
)
@click.option("--count", type=click.IntRange(min=1), help="End after so many changes.")
def watch(session: Session, pause: float, count: int | None) -> int:
    """Print a line for each file that changes, with the symbols that are new, gone or different, until Ctrl-C.

    --json prints JSON lines: {path, change, added[], removed[], signature[], body[], revision}.
    """
    project = session.open(follow=True)
    watcher = Watcher(project)
    session.note(
        f"watching {project.root}: {plural(watcher.files, 'file')}, {plural(watcher.symbols, 'symbol')}; Ctrl-C ends"
    )
    for seen, (revision, change) in enumerate(watched(watcher, pause), start=1):
        if session.json:
            write_json({**change._asdict(), "revision": revision})
        else:
            _print(session.screen, change)
        sys.stdout.flush()
        if seen == count:
            break
    return 0


def _print(screen: Screen, change: Change) -> None:
    screen.line(*_line(change))
    screen.flush()
