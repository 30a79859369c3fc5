"""`completion`: the script by which a shell completes verbs, options and files."""

from __future__ import annotations

import click

from leindex.cli.command import verb
from leindex.cli.failure import Stop
from leindex.cli.session import Session

SHELLS = ("bash", "zsh", "fish")


@verb(
    "completion",
    examples=[
        ("leindex completion bash >> ~/.bashrc", "from the next shell on, Tab completes"),
        ("leindex completion zsh >> ~/.zshrc", "the same for zsh"),
        ("leindex completion fish > ~/.config/fish/completions/leindex.fish", "and for fish"),
    ],
)
@click.argument("shell", type=click.Choice(SHELLS))
def completion(session: Session, shell: str) -> int:
    """Print the completion script of a shell."""
    from click.shell_completion import get_completion_class

    from leindex.cli.group import leindex

    kind = get_completion_class(shell)
    if kind is None:
        raise Stop(f"click knows no completion for {shell}")
    # `source` of the class would start the shell to ask its version; the script itself says when it is too old.
    made = kind(leindex, {}, "leindex", "_LEINDEX_COMPLETE")
    script = made.source_template % made.source_vars()
    return session.show({"shell": shell, "script": script}, lambda screen: screen.text(script))
