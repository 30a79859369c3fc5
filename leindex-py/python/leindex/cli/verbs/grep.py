"""`grep`: the lines that fit a regular expression."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from leindex.cli.command import verb
from leindex.cli.screen import Screen, caution, one_line, place
from leindex.cli.session import Session


@verb(
    "grep",
    examples=[
        ("leindex grep 'TODO|FIXME'", "every such line"),
        ("leindex grep -i '^class .*error' --language python", "whatever the case, in one language"),
        ("leindex grep retry --in 'src/**' -n 20", "the first twenty, in a part of the project"),
    ],
)
@click.argument("pattern")
@click.option("-i", "--ignore-case", is_flag=True, help="Upper and lower case are one.")
@click.option("-n", "--limit", type=click.IntRange(min=1), default=1000, show_default=True, help="Most lines.")
@click.option("--language", "languages", multiple=True, metavar="NAME", help="Only this language.")
@click.option("--in", "paths", multiple=True, metavar="PATTERN", help="Only files like this: `src/**/*.py`, `tests/`.")
def grep(
    session: Session,
    pattern: str,
    ignore_case: bool,
    limit: int,
    languages: tuple[str, ...],
    paths: tuple[str, ...],
) -> int:
    """Lines of all text files that fit PATTERN, a regular expression without look-around and back references.

    For what is no name and has no meaning: a text, a constant, a shape of code. Names, callers and questions have verbs
    that know more. Exit code 1 when no line fits.
    """

    def text(screen: Screen, answer: Mapping[str, Any]) -> None:
        for line in answer["lines"]:
            screen.line(place(line["path"], line["line"]), "  ", one_line(line["text"]))
        if answer["truncated"]:
            screen.line(caution("there are more; -n says how many are shown"))
        elif not answer["lines"]:
            screen.line("no line fits")

    return session.answer(
        "grep",
        text,
        found=lambda answer: answer["lines"],
        several=True,
        pattern=pattern,
        limit=limit,
        languages=list(languages),
        paths=list(paths),
        ignore_case=ignore_case,
    )
