"""`clean`: removes what is stored of a project, or of all. Nothing of a project itself is ever touched."""

from __future__ import annotations

import sys
from typing import Any

import click

from leindex.cli.command import verb
from leindex.cli.failure import NothingDone
from leindex.cli.screen import Screen, place
from leindex.cli.session import Session
from leindex.cli.wording import size


@verb(
    "clean",
    examples=[
        ("leindex clean", "removes the store of this project, after asking"),
        ("leindex clean --all --yes", "the stores of all projects, without asking"),
    ],
)
@click.option("--all", "everything", is_flag=True, help="The stores of all projects.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
def clean(session: Session, everything: bool, yes: bool) -> int:
    """Remove what is stored of the project. Its own files are never touched; the next verb reads them anew.

    A store is shared by the worktrees of a repository. Exit code 1 when there is nothing to remove, or the answer is
    no.
    """
    import leindex_rust as native

    if everything and session.folders:
        raise click.UsageError("--all and -C exclude each other")
    found: list[dict[str, Any]] = [] if everything else [native.store_of(root) for root in session.roots()]
    stores = [str(store["folder"]) for store in found if store["exists"]]
    if everything:
        what = f"the stores of all projects in {native.store_of('.')['home']}"
    elif stores:
        what = f"{', '.join(stores)} ({size(sum(store['bytes'] for store in found if store['exists']))})"
    else:
        value = {"removed": [], "bytes": 0}
        return session.show(value, lambda screen: screen.line("nothing is stored of this project"), found=False)
    if not yes:
        _confirm(session, what)
    freed = native.clean(None) if everything else sum(native.clean(root) for root in session.roots())

    def text(screen: Screen) -> None:
        screen.line(f"{size(freed)} freed: ", place(", ".join(removed)))

    removed = [str(native.store_of(".")["home"])] if everything else stores
    return session.show({"removed": removed, "bytes": freed}, text, found=stores or freed)


def _confirm(session: Session, what: str) -> None:
    if session.json or not sys.stdin.isatty():
        raise click.UsageError("nobody can be asked here; add --yes")
    if not click.confirm(f"remove {what}?", err=True):
        raise NothingDone("nothing was removed")
