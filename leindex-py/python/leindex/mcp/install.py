"""How the common clients are told to start the server: their commands and configuration files, filled in."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

__all__ = ["install_text"]

SERVER = "leindex"


def install_text(roots: Sequence[str | os.PathLike[str]]) -> str:
    """The configuration of each client, for some projects."""
    folders = [str(Path(root).expanduser().resolve()) for root in roots] or [str(Path.cwd())]
    words = [*leindex_command(), "mcp", *folders]
    command, arguments = words[0], words[1:]
    line = shown([command, *arguments])
    # Its parser takes what begins with a dash for its own, unless it is told.
    dashes = " --" if arguments[0].startswith("-") else ""
    entry = {"command": command, "args": arguments}
    typed = {"type": "stdio", **entry}
    servers = {"mcpServers": {SERVER: entry}}
    return f"""\
The server is started by its clients, with this command:

    {line}

It serves {", ".join(folders)}, reads only, and indexes when it is first asked.

Claude Code: run
    claude mcp add {SERVER} -- {line}
or write to .mcp.json in the root of the project
{block({"mcpServers": {SERVER: typed}})}

Claude Desktop: claude_desktop_config.json (Settings, Developer, Edit Config), then start it anew
{block(servers)}

Cursor: ~/.cursor/mcp.json, or .cursor/mcp.json in the project
{block(servers)}

VS Code: .vscode/mcp.json in the project, or MCP: Open User Configuration
{block({"servers": {SERVER: typed}})}
or run
    code --add-mcp {shown([json.dumps({"name": SERVER, **typed})])}

Windsurf: ~/.codeium/windsurf/mcp_config.json
{block(servers)}

Codex CLI: run
    codex mcp add {SERVER} -- {line}
or write to ~/.codex/config.toml; indexing a large project for the first time may take longer than it waits by default
    [mcp_servers.{SERVER}]
    command = {json.dumps(command, ensure_ascii=False)}
    args = {json.dumps(arguments, ensure_ascii=False)}
    tool_timeout_sec = 300

Zed: settings.json
{block({"context_servers": {SERVER: {**entry, "env": {}}}})}

Gemini CLI: run
    gemini mcp add {SERVER} {shown([command])}{dashes} {shown(arguments)}
or write to ~/.gemini/settings.json, or .gemini/settings.json in the project
{block(servers)}

Where a file exists, add the entry to what it holds. Any other client that starts servers over stdio takes the command
above. For clients that connect to a server, this one listens on this machine:

    {shown([*leindex_command(), "mcp", "--http", *folders])}
"""


def leindex_command() -> list[str]:
    """The command line `leindex`, absolute: clients have another PATH, and another current folder."""
    beside = Path(sys.executable).parent
    names = ("leindex.exe", "leindex") if os.name == "nt" else ("leindex",)
    started = Path(sys.argv[0])
    candidates = [started.absolute()] if started.name in names else []
    candidates += [beside / name for name in names]
    candidates += [Path(found).absolute() for found in (shutil.which("leindex"),) if found]
    for candidate in candidates:
        if candidate.is_file() and os.access(candidate, os.X_OK):
            return [str(candidate)]
    return [sys.executable, "-m", "leindex"]


def shown(words: Sequence[str]) -> str:
    """A command line, as a shell takes it."""
    if os.name == "nt":
        import subprocess

        return subprocess.list2cmdline(words)
    return shlex.join(words)


def block(value: object) -> str:
    """JSON, indented as an example."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return "\n".join(f"    {line}" for line in text.splitlines())
