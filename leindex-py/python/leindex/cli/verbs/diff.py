"""`diff`: the symbols of the working tree against those of a commit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from leindex.cli.command import verb
from leindex.cli.screen import Piece, Screen, Span, bad, caution, dim, good, name, one_line, place
from leindex.cli.session import Session
from leindex.cli.wording import plural

CHANGES = ("added", "removed", "moved", "signature", "body")


def _found(diff: Mapping[str, Any]) -> bool:
    return any(diff[change] for change in (*CHANGES, "files"))


def _symbol(change: Span, symbol: Mapping[str, Any], *more: Piece) -> list[Piece]:
    at = place(symbol["path"], symbol["name_line"])
    return [change, at, "  ", dim(symbol["kind"]), " ", name(symbol["qualified_name"]), *more]


def _print(screen: Screen, diff: Mapping[str, Any]) -> None:
    for symbol in diff["added"]:
        screen.line(*_symbol(good("added      "), symbol))
    for symbol in diff["removed"]:
        # A line that is gone is no place to go to.
        screen.line(bad("removed    "), place(symbol["path"]), "  ", dim(symbol["kind"]), " ", name(symbol["name"]))
    for move in diff["moved"]:
        before = move["from"]
        screen.line(*_symbol(caution("moved      "), move["to"], dim(f"  from {before['path']} {before['name']}")))
    for change in diff["signature"]:
        screen.line(*_symbol(caution("signature  "), change["symbol"]))
        screen.line("           ", dim("- "), one_line(change["before"]))
        screen.line("           ", dim("+ "), one_line(change["symbol"]["signature"]))
    for symbol in diff["body"]:
        screen.line(*_symbol(caution("body       "), symbol))
    for file in diff["files"]:
        moved = dim(f"  from {file['old_path']}") if file["old_path"] else ""
        screen.line(dim(f"file {file['change']}".ljust(13)), place(file["path"]), moved)
    if not _found(diff):
        screen.line(f"nothing differs from {diff['base']}")
        return
    screen.blank()
    symbols = sum(len(diff[change]) for change in CHANGES)
    counts = f"{plural(symbols, 'symbol')} in {plural(len(diff['files']), 'file')} against {diff['base']}"
    screen.line(dim(f"{counts}; `leindex impact --diff {diff['base']}` says what that reaches"))


@verb(
    "diff",
    examples=[
        ("leindex diff", "symbols that differ from the last commit"),
        ("leindex diff main --json", "from where main is, as JSON"),
    ],
)
@click.argument("base", metavar="[BASE]", default="HEAD")
def diff(session: Session, base: str) -> int:
    """Symbols of the working tree that were added, removed, moved or changed since a commit (HEAD).

    Of a change it is told whether the signature or only the body differs. Exit code 1 when nothing differs.
    """
    return session.answer("diff", _print, found=_found, base=base)
