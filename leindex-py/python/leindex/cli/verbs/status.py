"""`status`: what the index holds, where its store lies, and what that and the process take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leindex.cli.command import verb
from leindex.cli.screen import Cell, Screen, caution, dim
from leindex.cli.session import Session
from leindex.cli.wording import plural, size

#: What the store is to this process, in words.
ROLES = {
    "holder": "this process may write it",
    "reader": "another process holds it; what is new stays in memory until that one leaves",
    "memory": "nothing is kept on disk",
}


@verb(
    "status",
    examples=[
        ("leindex status", "files, symbols, languages, the store and its size, memory"),
        ("leindex status --json", "the same as JSON"),
    ],
)
def status(session: Session) -> int:
    """What the index holds, at which revision, where its store lies and how large it is, and what memory it takes."""
    if session.several:
        found = {name: _plain(project.stats()) for name, project in session.workspace().projects.items()}

        def each(screen: Screen) -> None:
            for stats in found.values():
                _print(screen, stats)

        return session.show({"projects": found}, each)
    stats = _plain(session.open().stats())
    return session.show(stats, lambda screen: _print(screen, stats))


def _plain(stats: Any) -> dict[str, Any]:
    value: dict[str, Any] = stats if isinstance(stats, dict) else stats.to_dict()
    return value


def _print(screen: Screen, stats: Mapping[str, Any]) -> None:
    store, memory, embedding = stats["store"], stats["memory"], stats["embedding"]
    screen.heading(f"{stats['name']} at {stats['root']}")
    languages = sorted(stats["languages"].items(), key=lambda item: (-item[1], item[0]))
    rows: list[list[Cell]] = [
        ["revision", stats["revision"]],
        ["files", f"{stats['files']:,}", dim(", ".join(f"{language} {count:,}" for language, count in languages))],
        ["symbols", f"{stats['symbols']:,}"],
    ]
    if stats["skipped"]:
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in sorted(stats["skipped"].items()))
        rows.append(["only listed", f"{sum(stats['skipped'].values()):,}", caution(reasons)])
    if stats["parse_errors"]:
        rows.append(["errors", f"{stats['parse_errors']:,}", caution("syntax errors: `leindex diagnostics`")])
    embedded = f"{embedding['embedded']:,} of {plural(embedding['symbols'], 'symbol')}"
    rows += [
        ["store", store["folder"] or "none", dim(f"{size(store['bytes'])}; {ROLES.get(store.get('role'), '')}")],
        ["model", embedding["model"], dim(f"{embedding['dimension']} numbers; {embedded} have them")],
        ["memory", size(memory["resident"]), dim(f"{size(memory['anonymous'])} its own, of {size(memory['budget'])}")],
    ]
    screen.table([[dim(str(row[0])), *row[1:]] for row in rows], indent="  ")
    for warning in stats["warnings"]:
        screen.line(caution(f"  warning: {warning}"))
