"""`index`: reads the project and says what was found."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import click

from leindex.cli.command import verb
from leindex.cli.screen import Cell, Screen, bold, caution, dim
from leindex.cli.session import Session
from leindex.cli.wording import plural


@verb(
    "index",
    examples=[
        ("leindex index", "reads what is new, and says what there is"),
        ("leindex index --flows --verify", "every file again, with control and data flow"),
    ],
)
@click.option("--verify", is_flag=True, help="Read and hash every file, also where its stamp did not change.")
@click.option(
    "--flows", is_flag=True, help="Analyse control and data flow as well, instead of when it is first asked for."
)
def index(session: Session, verify: bool, flows: bool) -> int:
    """Read the project and say what was found: files by language, symbols, relations by rule, what was left out.

    No verb needs this first: each reads what changed by itself. Afterwards the next answers come quicker.
    """
    start = time.monotonic()
    options = {"verify": verify, "flows": flows}
    if session.several:
        projects = session.workspace(**options).projects
    else:
        project = session.open(**options)
        projects = {project.name: project}
    found = {}
    for name, project in projects.items():
        revision, stats = project.ask("stats")
        edges = project.ask("edge_counts")[1]
        found[name] = {"name": name, "root": str(project.root), **stats, "revision": revision, "edges": edges}
    seconds = round(time.monotonic() - start, 3)

    def text(screen: Screen) -> None:
        for value in found.values():
            _print(screen, value)
        screen.blank()
        screen.line(dim(f'in {seconds:.2f} s; next: `leindex context "…"`, `leindex search …`, `leindex --help`'))

    if session.several:
        return session.show({"projects": found, "seconds": seconds}, text)
    return session.show({**next(iter(found.values())), "seconds": seconds}, text)


def _print(screen: Screen, value: Mapping[str, Any]) -> None:
    screen.heading(f"{value['name']} at {value['root']}")
    files, symbols, edges = value["files"], value["symbols"], sum(value["edges"].values())
    counts = (
        f"{plural(files, 'file')}, {value['lines']:,} lines, {plural(symbols, 'symbol')}, {plural(edges, 'relation')}"
    )
    screen.line(f"{counts}; revision {value['revision']}")
    if not value["languages"]:
        hint = "  no file of a known language was found; is this the right folder? (leindex files --other)"
        screen.line(caution(hint))
    rows: list[list[Cell]] = [[language, plural(count, "file")] for language, count in _largest(value["languages"])]
    screen.table(rows, indent="  ", right=(1,))
    if value["skipped"]:
        left_out = ", ".join(f"{reason} {count:,}" for reason, count in _largest(value["skipped"]))
        screen.line(caution(f"  only listed: {left_out}"), dim("  (leindex files --skipped)"))
    if value["parse_errors"]:
        errors = f"{plural(value['parse_errors'], 'syntax error')} in {plural(value['files_with_errors'], 'file')}"
        screen.line(caution(f"  {errors}; the rest of them is analysed"), dim("  (leindex diagnostics)"))
    if value["edges"]:
        rules = ", ".join(f"{rule} {count:,}" for rule, count in _largest(value["edges"]))
        screen.line(bold("  relations by rule: "), rules)


def _largest(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
