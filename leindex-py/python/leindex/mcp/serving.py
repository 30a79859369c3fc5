"""Running a server: over stdio, or over HTTP on this machine alone.

Over stdio, stdout carries the protocol and nothing else; what is to be told goes to stderr. A client that hangs up ends
a server over stdio, and nothing but its own call over HTTP.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import os
import signal
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio

import leindex
from leindex.mcp.server import build_server
from leindex.mcp.service import Service

if TYPE_CHECKING:
    from mcp.server.lowlevel.server import Server

__all__ = ["serve"]

logger = logging.getLogger("leindex.mcp")

#: Errors that say that the other side is gone.
HUNG_UP = (BrokenPipeError, ConnectionResetError, anyio.BrokenResourceError, anyio.ClosedResourceError)


def serve(
    roots: Sequence[str | os.PathLike[str]], *, http: bool, host: str, port: int, structured: bool | None
) -> None:
    """Serves until the client leaves, or a signal comes."""
    log_to_stderr()
    service = Service(served(roots))
    server = build_server(service, leindex.__version__, structured)
    try:
        if http:
            listener = listening(host, port)
            anyio.run(over_http, server, listener)
        else:
            anyio.run(over_stdio, server, service)
    except KeyboardInterrupt:
        pass
    except BaseExceptionGroup as group:
        # The task groups of the SDK wrap what was raised inside of them.
        if group.split(HUNG_UP)[1] is not None:
            raise
        logger.info("the client hung up")
    finally:
        service.close()


def served(roots: Sequence[str | os.PathLike[str]]) -> list[Path]:
    """The folders to serve; without any, the current one, unless that can hardly be meant."""
    if not roots:
        here = Path.cwd()
        if here in (Path(here.anchor), Path.home()):
            raise leindex.ProjectError(
                f"no project is named, and the current folder is {here}; name the project's folder: leindex mcp FOLDER"
            )
        return [here]
    folders = [Path(root).expanduser() for root in roots]
    for folder in folders:
        if not folder.exists():
            raise leindex.ProjectError(f"{folder} does not exist; name the folder of a project")
        if not folder.is_dir():
            raise leindex.ProjectError(f"{folder} is no folder; name the folder of the project that it is in")
        if not os.access(folder, os.R_OK | os.X_OK):
            raise leindex.ProjectError(f"{folder} may not be read; change its permissions, or name another folder")
    return folders


async def over_stdio(server: Server[Any], service: Service) -> None:
    """Serves the client at the other end of stdin and stdout."""
    from mcp.server.stdio import stdio_server

    from leindex.mcp.unreadable import Answering

    async with anyio.create_task_group() as group:
        group.start_soon(leave_on_signal, service)
        async with stdio_server() as (read, write):
            await server.run(Answering(read, write), write, server.create_initialization_options())
        group.cancel_scope.cancel()


async def leave_on_signal(service: Service) -> None:
    """Ends the process on Ctrl-C and SIGTERM, with the projects closed."""
    try:
        receiver = anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM)
    except NotImplementedError:
        return
    with receiver as signals:
        async for number in signals:
            await anyio.to_thread.run_sync(service.close)
            # A thread waits for a line of stdin and cannot be stopped: whoever joined it would wait for the client.
            os._exit(128 + number)


async def over_http(server: Server[Any], listener: socket.socket) -> None:
    """Serves clients on this machine over streamable HTTP."""
    import uvicorn
    from mcp.server.transport_security import TransportSecuritySettings

    host, port = listener.getsockname()[:2]
    hosts = [f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]", f"[{host}]" if ":" in host else host)]
    app = server.streamable_http_app(
        host=host,
        transport_security=TransportSecuritySettings(
            enable_dns_rebinding_protection=True,
            allowed_hosts=hosts,
            allowed_origins=[f"http://{name}" for name in hosts],
        ),
    )
    logging.getLogger("uvicorn.error").addFilter(is_no_cancelled_request)
    config = uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="on", timeout_graceful_shutdown=2, server_header=False
    )
    print(f"LeIndex serves MCP on http://{hosts[-1]}/mcp", file=sys.stderr, flush=True)
    await uvicorn.Server(config).serve(sockets=[listener])


def is_no_cancelled_request(record: logging.LogRecord) -> bool:
    """Whether a record tells of something else than a request that the end of the server cut off: none of our doing,
    and its traceback says nothing to anybody."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))


def listening(host: str, port: int) -> socket.socket:
    """A socket on a loopback address."""
    address = "127.0.0.1" if host == "localhost" else host.strip("[]")
    try:
        loopback = ipaddress.ip_address(address).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise leindex.RequestError(
            f"the host {host} is not of this machine alone; LeIndex listens on 127.0.0.1, ::1 or localhost only, "
            f"because "
            "whoever reaches it can read the code"
        )
    if not 0 <= port <= 65535:
        raise leindex.RequestError(
            f"the port {port} does not exist; name one from 0, which takes any free one, to 65535"
        )
    listener = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    try:
        if os.name != "nt":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))
        # Whoever reads the address below may connect at once.
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise leindex.RequestError(
            f"port {port} of {address} cannot be had: {error.strerror}; name another one, or 0 for any that is free"
        ) from None
    return listener


def log_to_stderr() -> None:
    """Sends logs to stderr; `LEINDEX_LOG` says from which level on."""
    level = os.environ.get("LEINDEX_LOG", "WARNING").upper()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level if level in logging.getLevelNamesMapping() else logging.WARNING)
