"""La Passerelle, for agents: the MCP server of LeIndex.

A shell over :class:`leindex.Project` in the Model Context Protocol: seven tools that only read, and an overview of each
project as a resource. It knows how to ask and how to say the answer to a model, and nothing of how an answer is found.
It is sandboxed to the folders that it serves, and nothing leaves the machine.

The order of things: `serving` runs a server over stdio or HTTP; `server` speaks the protocol; `service` holds what is
served and answers calls; `roots` decides which paths may be asked about and opens projects when they are first needed;
`tools/` holds a file for each tool; `engine` is the only module that touches the native one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

__all__ = ["DEFAULT_PORT", "install_text", "serve"]

#: Where the HTTP server listens unless told otherwise.
DEFAULT_PORT = 7423


def serve(
    roots: Sequence[str | os.PathLike[str]] = (),
    *,
    http: bool = False,
    host: str = "127.0.0.1",
    port: int = DEFAULT_PORT,
    structured: bool | None = None,
) -> None:
    """Serves some projects until the client leaves, or Ctrl-C.

    `roots` are the folders that may be asked about; without any, the current one. They are indexed when they are first
    asked about, not before. Over stdio unless `http`, which listens on a loopback address only; `port` 0 takes any free
    one. `structured` says whether answers carry structured content beside their text; by default they do, except for
    clients that are known to drop the text then.

    Raises :class:`leindex.ProjectError` for a root that is no folder, and :class:`leindex.RequestError` for a host that
    is not loopback or a port that is taken.
    """
    from leindex.mcp.serving import serve as run

    run(roots, http=http, host=host, port=port, structured=structured)


def install_text(roots: Sequence[str | os.PathLike[str]] = ()) -> str:
    """How to make the common clients start this server for some projects, as text to read and copy from."""
    from leindex.mcp.install import install_text as text

    return text(roots)
