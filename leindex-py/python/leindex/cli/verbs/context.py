"""`context`: what an engineer would read first to answer a question, within a budget of tokens."""

from __future__ import annotations

from typing import Any

import click

from leindex.cli.command import verb
from leindex.cli.screen import CODE_THEME, Screen, visible
from leindex.cli.session import Session


@verb(
    "context",
    examples=[
        ('leindex context "where is authentication handled?"', "in 2,000 tokens, or as many as the settings say"),
        ('leindex context "how are retries done?" --budget 8000 > retries.md', "more of it, as Markdown, for a model"),
        ('leindex context "what breaks?" --from Session.login', "around a symbol that is known"),
    ],
)
@click.argument("question")
@click.option(
    "-b",
    "--budget",
    type=click.IntRange(min=1, max=200_000),
    help="Most tokens (o200k_base). Never exceeded.  [default: 2000]",
)
@click.option("--from", "entries", multiple=True, metavar="SYMBOL", help="Start from this symbol instead of a search.")
@click.option("--language", "languages", multiple=True, metavar="NAME", help="Start in this language.")
@click.option(
    "--in", "paths", multiple=True, metavar="PATTERN", help="Start in files like this: `src/**/*.py`, `tests/`."
)
@click.option("--raw", is_flag=True, help="Print the Markdown as it is, on a terminal too.")
def context(
    session: Session,
    question: str,
    budget: int | None,
    entries: tuple[str, ...],
    languages: tuple[str, ...],
    paths: tuple[str, ...],
    raw: bool,
) -> int:
    """What to read first to answer QUESTION: code and signatures, each with its place and why it is there.

    The best answers in full, what is near them in part, what is far by signature, and what was left out. Printed as
    Markdown. With --json the budget covers the lists beside the text as well. Exit code 1 when no symbol answers.
    """
    wanted: dict[str, Any] = {
        "payload": "structured" if session.json else "text",
        "languages": list(languages),
        "paths": list(paths),
        "from": [session.symbol(name) for name in entries],
    }
    if budget is not None:
        wanted["budget"] = budget

    def text(screen: Screen, answer: Any) -> None:
        def markdown() -> Any:
            from rich.markdown import Markdown

            return Markdown(visible(answer["text"]), code_theme=CODE_THEME)

        if raw or not screen.rich(markdown):
            screen.text(answer["text"].rstrip("\n"))

    if session.several:
        if entries or languages or paths:
            raise click.UsageError("--from, --language and --in choose within one project; give one -C")
        limits: dict[str, Any] = {} if budget is None else {"budget": budget}
        answer = session.workspace().context(question, payload=wanted["payload"], **limits).to_dict()
        return session.show(answer, lambda screen: text(screen, answer), found=answer["found"])
    return session.answer("context", text, found=lambda answer: answer["found"], question=question, **wanted)
