"""`leindex mcp --install`: what it prints can be copied as it stands."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from leindex.mcp import install_text
from leindex.mcp.install import leindex_command

CLIENTS = ["Claude Code", "Claude Desktop", "Cursor", "VS Code", "Windsurf", "Codex CLI", "Zed", "Gemini CLI"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    odd = tmp_path / "a folder with 'quotes' and ü"
    odd.mkdir()
    return odd


def blocks(text: str) -> list[str]:
    """Indented blocks, by paragraphs of unindented lines between them."""
    return [block.replace("\n    ", "\n")[4:] for block in re.findall(r"(?:^    .*\n)+", text, re.MULTILINE)]


def test_each_common_client_is_named(folder: Path) -> None:
    text = install_text([folder])
    assert [name for name in CLIENTS if f"\n{name}:" not in text] == []


def test_every_json_block_parses_and_starts_the_server_for_the_project(folder: Path) -> None:
    found = [json.loads(block) for block in blocks(install_text([folder])) if block.startswith("{")]
    assert len(found) == 7
    tops = [next(iter(block)) for block in found]
    assert tops == ["mcpServers"] * 3 + ["servers"] + ["mcpServers"] + ["context_servers"] + ["mcpServers"]
    for top, block in zip(tops, found, strict=True):
        entry = block[top]["leindex"]
        assert Path(entry["command"]).is_absolute()
        assert entry["args"][-2:] == ["mcp", str(folder.resolve())]


def test_the_toml_block_parses(folder: Path) -> None:
    (block,) = [block for block in blocks(install_text([folder])) if "[mcp_servers" in block]
    table = tomllib.loads(block[block.index("[mcp_servers") :])["mcp_servers"]["leindex"]
    assert table["args"][-1] == str(folder.resolve())


@pytest.mark.skipif(os.name == "nt", reason="another shell")
def test_the_commands_survive_a_shell(folder: Path) -> None:
    lines = [line.strip() for line in install_text([folder]).splitlines()]
    commands = [shlex.split(line) for line in lines if re.match(r"(claude|codex|gemini|code) ", line)]
    assert [words[0] for words in commands] == ["claude", "code", "codex", "gemini"]
    for words in commands:
        if words[0] == "code":
            assert json.loads(words[2])["args"][-1] == str(folder.resolve())
        else:
            assert words[:4] == [words[0], "mcp", "add", "leindex"]
            assert words[-1] == str(folder.resolve())


def test_without_roots_it_is_for_the_current_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert str(folder.resolve()) in install_text()


def test_the_command_is_there_and_runs() -> None:
    command = leindex_command()
    assert Path(command[0]).is_absolute()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [*command, "--help"], capture_output=True, text=True, env=environment, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert "mcp" in done.stdout


def test_importing_the_server_loads_neither_the_sdk_nor_the_engine() -> None:
    code = (
        "import sys, leindex.mcp; leindex.mcp.install_text(['.']); "
        "print([m for m in ('mcp', 'pydantic', 'anyio', 'leindex_rust') if m in sys.modules])"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.strip() == "[]"
