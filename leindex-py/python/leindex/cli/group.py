"""The command `leindex` itself: finds a verb and loads its module, prints the help by sections, and ends the process.

It knows the verbs by name only (see `catalogue`).
"""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable
from typing import Any

import click
from click.shell_completion import CompletionItem

from leindex.cli import failure
from leindex.cli.catalogue import ENTRIES, SECTIONS, nearest
from leindex.cli.command import common_options

EXIT_CODES = "0 there is an answer · 1 nothing was found · 2 wrong arguments or an error · 130 interrupted"

WELCOME = """\
leindex knows the code of a project: its symbols, and what leads to what. Type first, in a project's folder:

  leindex context "where is authentication handled?"    what to read first
  leindex search "retry with backoff"                   symbols by words and meaning
  leindex callers NAME                                  who calls it
  leindex impact NAME                                   what a change of it reaches

The first of them reads the project, which takes seconds; later ones read only what changed.
`leindex --help` lists all verbs, `leindex VERB --help` says what one does, `leindex doctor` checks that all is well.
"""


class Leindex(click.Group):
    """A group whose verbs are imported when they run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(ENTRIES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = ENTRIES.get(cmd_name)
        if entry is None:
            return None
        from importlib import import_module

        command = getattr(import_module(f"leindex.cli.verbs.{entry.module}"), cmd_name.replace("-", "_"))
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in ENTRIES and not name.startswith("-"):
            meant = nearest(name)
            hint = f"did you mean `{meant}`?" if meant else "`leindex --help` lists the verbs."
            raise click.UsageError(f"there is no verb `{name}`; {hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        width = max(len(name) for name in ENTRIES) + 2
        for title, entries in SECTIONS:
            with formatter.section(title):
                formatter.write_dl([(entry.name.ljust(width - 2), entry.summary) for entry in entries])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Examples"):
            formatter.write_text('leindex context "where is authentication handled?"')
            formatter.write_text("leindex -C ~/src/shop callers Session.login --json")
        with formatter.section("Exit codes"):
            formatter.write_text(EXIT_CODES)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        # click's own would load every verb for its help.
        verbs = [
            CompletionItem(entry.name, help=entry.summary)
            for entry in ENTRIES.values()
            if entry.name.startswith(incomplete)
        ]
        return verbs or super().shell_complete(ctx, incomplete)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise failure.ClosedPipe from error
            raise

    def main(self, *args: Any, **options: Any) -> Any:
        """Runs, says what went wrong without a trace, and exits with the code that says how it went."""
        standalone = options.pop("standalone_mode", True)
        given = args[0] if args else options.get("args")
        given = sys.argv[1:] if given is None else given
        run: Callable[..., Any] = super().main
        code = failure.guarded(lambda: run(*args, standalone_mode=False, **options), list(given))
        if standalone:
            sys.exit(code)
        return code


def _print_version(ctx: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        import leindex as package

        click.echo(f"leindex {package.__version__}")
        ctx.exit()


@click.group(
    name="leindex",
    cls=Leindex,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version, help="Print the version."
)
@common_options
@click.pass_context
def leindex(ctx: click.Context) -> None:
    """Code intelligence on this machine: what is where, what leads to what, what a change breaks.

    A verb works on the project around the current folder: the nearest folder above it with a `.git`, a `leindex.toml`
    or a `[tool.leindex]` in `pyproject.toml`; else the current folder. The first use reads it; later ones read what
    changed.
    """
    if ctx.invoked_subcommand is None:
        if ctx.obj is not None and ctx.obj.json:
            raise click.UsageError("--json is for the answer of a verb; `leindex --help` lists the verbs", ctx)
        click.echo(WELCOME, nl=False)
