"""What all verbs share: options that each of them takes, examples in the help, and the session that they are handed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from leindex.cli.catalogue import ENTRIES

if TYPE_CHECKING:
    from leindex.cli.session import Session

Function = TypeVar("Function", bound=Callable[..., Any])


class Verb(click.Command):
    """A command with examples: pairs of a command line and what it does."""

    def __init__(self, *args: Any, examples: Sequence[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.examples = tuple(examples)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Examples"):
            indent = " " * formatter.current_indent
            for line, meaning in self.examples:
                formatter.write(f"{indent}{line}\n{indent}    {meaning}\n")
        super().format_epilog(ctx, formatter)


def verb(
    name: str, *, examples: Sequence[tuple[str, str]], **options: Any
) -> Callable[[Callable[..., int | None]], Verb]:
    """Makes a verb of a function that takes the session and gives an exit code, or nothing for 0.

    Its docstring is the help; its line in the list of verbs comes from the catalogue.
    """

    def decorate(function: Callable[..., int | None]) -> Verb:
        def run(*args: Any, **arguments: Any) -> int:
            return function(session_of(click.get_current_context()), *args, **arguments) or 0

        own: list[click.Parameter] = getattr(function, "__click_params__", [])
        run.__doc__ = function.__doc__
        # click reverses the list: what comes first stands last in the help.
        parameters = [*_common_parameters(), *own]
        run.__click_params__ = parameters  # type: ignore[attr-defined]
        return click.command(name, cls=Verb, examples=examples, short_help=ENTRIES[name].summary, **options)(run)

    return decorate


def session_of(ctx: click.Context) -> Session:
    """The session of this run, made when it is first wanted and closed at its end."""
    root = ctx.find_root()
    if root.obj is None:
        from leindex.cli.session import Session

        root.obj = Session()
        root.call_on_close(root.obj.close)
    session: Session = root.obj
    return session


def _common_parameters() -> list[click.Parameter]:
    def nothing() -> None: ...

    parameters: list[click.Parameter] = common_options(nothing).__click_params__  # type: ignore[attr-defined]
    return parameters


def common_options(function: Function) -> Function:
    """The options that stand before or after the verb alike."""

    def option(*names: str, take: Callable[[Session, Any], None], **options: Any) -> Callable[[Function], Function]:
        def callback(ctx: click.Context, _: click.Parameter, value: Any) -> None:
            if value and not ctx.resilient_parsing:
                take(session_of(ctx), value)

        return click.option(*names, expose_value=False, callback=callback, **options)

    decorators = (
        option(
            "-C",
            "--project",
            metavar="PATH",
            multiple=True,
            type=click.Path(path_type=str),
            take=lambda session, paths: session.folders.extend(paths),
            help="The project's folder. Several make a workspace, where the verb allows it.",
        ),
        option(
            "--json",
            is_flag=True,
            take=lambda session, _: session.want_json(),
            help="Print one JSON value and nothing else.",
        ),
        option(
            "-q", "--quiet", is_flag=True, take=lambda session, _: session.be_quiet(), help="No progress, no notes."
        ),
        option(
            "--no-color",
            is_flag=True,
            take=lambda session, _: session.without_colour(),
            help="No colours. NO_COLOR=1 does the same.",
        ),
    )
    for decorate in reversed(decorators):
        function = decorate(function)
    return function
