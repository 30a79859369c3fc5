"""`mcp`: hands over to the server. Standard output belongs to the protocol: nothing is printed on it here."""

from __future__ import annotations

import click

from leindex import mcp as server
from leindex.cli.command import verb
from leindex.cli.session import Session
from leindex.mcp import DEFAULT_PORT


@verb(
    "mcp",
    examples=[
        ("leindex mcp", "serves the current folder over standard input and output"),
        ("leindex mcp ~/src/shop ~/src/lib", "several projects, and nothing outside them"),
        ("leindex mcp --http --port 9000", "over streamable HTTP, on this machine only"),
        ("leindex mcp --install", "prints what to put into the settings of common clients"),
    ],
)
@click.argument("roots", metavar="[ROOT]...", nargs=-1, type=click.Path(path_type=str))
@click.option("--http", is_flag=True, help="Serve streamable HTTP instead of standard input and output.")
@click.option("--host", default="127.0.0.1", show_default=True, help="With --http: an address of this machine's own.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=DEFAULT_PORT,
    show_default=True,
    help="With --http: the port; 0 for any.",
)
@click.option(
    "--structured/--no-structured",
    default=None,
    help="Structured content beside the text; by default for all clients but those known to drop the text then.",
)
@click.option("--install", is_flag=True, help="Print the configuration for common clients, and serve nothing.")
def mcp(
    session: Session, roots: tuple[str, ...], http: bool, host: str, port: int, structured: bool | None, install: bool
) -> int:
    """Serve agents by the Model Context Protocol: the projects below ROOTs (the current folder), read only.

    A client starts it by itself; --install prints what to put into its settings.
    """
    served = [*roots, *session.folders]
    if install:
        text = server.install_text(served)
        return session.show({"roots": served, "text": text}, lambda screen: screen.text(text.rstrip("\n")))
    server.serve(served, http=http, host=host, port=port, structured=structured)
    return 0
