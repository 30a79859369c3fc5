"""Bad input: what is wrong is said, and what to do; nothing outside of the served folders is shown; all goes on."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from jsonschema import Draft202012Validator
from mcp import Client
from mcp.server.lowlevel.server import Server
from mcp.shared.exceptions import MCPError
from mcp_sessions import MANY, SHOP, ask, conversation, serving, write

from leindex.mcp.tools import TOOLS

MEGABYTE = "x" * 2**20

#: Tool, arguments, what the message has to say, and whether the schema refuses it, too.
BAD: list[tuple[str, dict[str, Any], str, bool]] = [
    # What is missing, unknown or of the wrong type.
    ("leindex_search", {}, "`query` is missing", True),
    ("leindex_search", {"query": None}, "`query` is missing", True),
    ("leindex_search", {"query": 7}, "must be a text, not the number 7", True),
    ("leindex_search", {"query": ["a"]}, "must be a text, not a list", True),
    ("leindex_search", {"query": {"a": 1}}, "must be a text, not an object", True),
    ("leindex_search", {"query": True}, "must be a text, not the truth value true", True),
    ("leindex_search", {"query": "a", "limits": 3}, "`limits` is no parameter; did you mean `limit`?", True),
    ("leindex_search", {"query": "a", "zzz": 3}, "there are `query`, `limit`", True),
    ("leindex_search", {"query": "a", "limit": "10"}, "a whole number from 1 to 100, not the text `10`", True),
    ("leindex_search", {"query": "a", "limit": 1.5}, "not the number 1.5", True),
    ("leindex_search", {"query": "a", "limit": True}, "not the truth value true", True),
    ("leindex_search", {"query": "a", "limit": -1}, "from 1 to 100, not -1", True),
    ("leindex_search", {"query": "a", "limit": 0}, "not 0", True),
    ("leindex_search", {"query": "a", "limit": 10**400}, "hundreds of digits", True),
    ("leindex_search", {"query": "a", "kinds": "function"}, "must be a list of texts", True),
    ("leindex_search", {"query": "a", "kinds": ["functon"]}, "did you mean `function`?", True),
    ("leindex_search", {"query": "a", "kinds": [3]}, "entry 1 must be one of", True),
    ("leindex_search", {"query": "a", "languages": ["pyton"]}, "Did you mean `python`?", False),
    ("leindex_search", {"query": "a", "paths": ["x"] * 101}, "has 101 entries; at most 100", True),
    ("leindex_slice", {"path": "a.py"}, "`line` is missing", True),
    ("leindex_slice", {"path": "a.py", "line": 1, "direction": "sideways"}, "one of `backward`, `forward`", True),
    ("leindex_slice", {"path": "a.py", "line": 1, "tests": "yes"}, "must be true or false, not the text", True),
    ("leindex_status", {"include": ["overviews"]}, "did you mean `overview`?", True),
    # All problems of a call are named at once.
    ("leindex_search", {"query": "", "limit": 0, "kind": ["x"]}, "did you mean `kinds`?. `query` is empty", True),
    # Texts that are none.
    ("leindex_deep_analyze", {"query": ""}, "is empty", True),
    ("leindex_deep_analyze", {"query": " \n\t"}, "is empty", False),
    ("leindex_deep_analyze", {"query": MEGABYTE}, "has 1,048,576 characters; at most 10,000", True),
    ("leindex_search", {"query": MEGABYTE}, "say it shorter", True),
    ("leindex_symbol", {"name": MEGABYTE}, "at most 4,096", True),
    ("leindex_sql", {"query": MEGABYTE}, "at most 100,000", True),
    ("leindex_search", {"query": "a\x00b"}, "control character U+0000", False),
    ("leindex_search", {"query": "\x1b[31m"}, "U+001B", False),
    ("leindex_search", {"query": "\x7fELF"}, "not binary data", False),
    ("leindex_symbol", {"name": "a\x00b"}, "U+0000", False),
    ("leindex_slice", {"path": "a\x00.py", "line": 1}, "U+0000", False),
    ("leindex_search", {"query": "a", "project_path": "a\x00"}, "U+0000", False),
    # Budgets.
    ("leindex_deep_analyze", {"query": "a", "budget": -5}, "from 100 to 200000, not -5", True),
    ("leindex_deep_analyze", {"query": "a", "budget": 0}, "from 100 to 200000", True),
    ("leindex_deep_analyze", {"query": "a", "budget": 99}, "from 100 to 200000", True),
    ("leindex_deep_analyze", {"query": "a", "budget": 200_001}, "from 100 to 200000", True),
    ("leindex_deep_analyze", {"query": "a", "budget": "2000"}, "not the text", True),
    # Names that mean nothing, or too much.
    ("leindex_symbol", {"name": "logn"}, "No symbol is called `logn`", False),
    ("leindex_symbol", {"name": "Session.logn"}, "leindex_search", False),
    ("leindex_symbol", {"name": "shop/auht.py"}, "- `shop/auth.py`", False),
    ("leindex_symbol", {"name": "shop"}, "No symbol is called `shop`", False),
    ("leindex_symbol", {"name": "shop/"}, "is a folder", False),
    ("leindex_symbol", {"name": "handle"}, f"is the name of {MANY} symbols", False),
    ("leindex_symbol", {"name": "total", "include": ["imports"]}, "a symbol has no `imports`", False),
    ("leindex_symbol", {"name": "shop/auth.py", "include": ["callers"]}, "takes `outline`", False),
    ("leindex_impact", {"symbols": ["nope"]}, "No symbol is called `nope`", False),
    ("leindex_impact", {"symbols": ["handle"]}, "shop handlers/h00.py handle().", False),
    ("leindex_impact", {"symbols": ["shop/auth.py"]}, "is a file", False),
    ("leindex_impact", {"symbols": ["total"], "base": "HEAD"}, "not `symbols` and `base`", False),
    ("leindex_impact", {"lines": ["shop/auth.py"]}, "write `src/auth.py:10-20`", False),
    ("leindex_impact", {"lines": ["shop/auth.py:9-3"]}, "is no stretch of lines", False),
    ("leindex_impact", {"lines": ["shop/nope.py:1"]}, "not a file of the project", False),
    ("leindex_impact", {"base": "--output=x"}, "must be a commit", False),
    ("leindex_slice", {"path": "shop/cart.py", "line": 1_000}, "shop/cart.py:1000", False),
    ("leindex_slice", {"path": "shop/cart.py", "line": 15, "variable": "nope"}, "no such variable", False),
    ("leindex_slice", {"path": "shop/nope.py", "line": 1}, "not a file of the project", False),
    ("leindex_slice", {"path": "shop/cart.py", "line": 1, "to_path": "shop/cart.py"}, "`to_line` is missing", False),
    # SQL that is wrong, or would do more than read.
    ("leindex_sql", {"query": "selekt 1"}, "selekt", False),
    ("leindex_sql", {"query": "select nope from nodes"}, "nope", False),
    ("leindex_sql", {"query": "drop table nodes"}, "only", False),
    ("leindex_sql", {"query": "delete from nodes; select 1"}, "", False),
    ("leindex_sql", {"query": "create external table x stored as csv location '/etc/passwd'"}, "", False),
    ("leindex_sql", {"query": "copy (select 1) to '/tmp/leindex-should-not-be'"}, "", False),
    ("leindex_sql", {"query": "select * from '/etc/passwd'"}, "", False),
    ("leindex_sql", {"query": "select 1; drop table nodes"}, "", False),
    # Cursors.
    ("leindex_search", {"query": "a", "cursor": "💥"}, "not one that this server gave", False),
    ("leindex_search", {"query": "a", "cursor": "e30"}, "not one that this server gave", False),
    ("leindex_search", {"query": "a", "cursor": "WyJ4IiwiciIsLTFd"}, "not one that this server gave", False),
]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server[Any]]:
    with serving(write(tmp_path / "shop", SHOP)) as (_, server):
        yield server


def test_bad_arguments_are_answered_with_what_is_wrong_and_the_server_lives_on(server: Server[Any]) -> None:
    said = conversation(server, [(tool, arguments) for tool, arguments, _, _ in BAD])
    for (tool, arguments, expected, _), answer in zip(BAD, said, strict=True):
        asked = (tool, str(arguments)[:200])
        assert answer.error, (asked, answer.text[:300])
        assert expected in answer.text, (asked, answer.text[:600])
        assert "Traceback" not in answer.text, asked
        assert "of its own" not in answer.text, (asked, "an internal error is not what bad input deserves")
        assert len(answer.text) < 8000, asked
    assert not ask(server, "leindex_search", query="login").error
    assert not Path("/tmp/leindex-should-not-be").exists()


@pytest.mark.parametrize(("tool", "arguments", "refused"), [(bad[0], bad[1], bad[3]) for bad in BAD])
def test_what_a_schema_refuses_is_refused_by_the_check_and_the_other_way_where_a_schema_can_say_it(
    tool: str, arguments: dict[str, Any], refused: bool
) -> None:
    validator = Draft202012Validator(TOOLS[tool].input_schema())
    assert (not validator.is_valid(arguments)) == refused


def test_half_a_character_is_refused_before_it_reaches_the_engine(server: Server[Any]) -> None:
    # JSON on the wire cannot say it, arguments in this process can.
    answer = ask(server, "leindex_search", query="\ud800")
    assert answer.error
    assert "U+D800" in answer.text


def test_null_for_what_may_be_left_out_counts_as_left_out(server: Server[Any]) -> None:
    arguments = {"query": "login", "limit": None, "cursor": None, "kinds": None, "project_path": None}
    assert ask(server, "leindex_search", **arguments).data == ask(server, "leindex_search", query="login").data
    assert not ask(server, "leindex_search", query="login", limit=3.0).error, "3.0 is a whole number in JSON"


def test_a_name_of_forty_symbols_is_answered_with_all_their_full_names(server: Server[Any]) -> None:
    answer = ask(server, "leindex_symbol", name="handle")
    for number in range(MANY):
        assert f"`shop handlers/h{number:02}.py handle().`" in answer.text
    one = ask(server, "leindex_symbol", name="shop handlers/h07.py handle().")
    assert not one.error
    assert one.data["symbol"]["path"] == "handlers/h07.py"


def test_an_unknown_tool_is_an_error_of_the_protocol_with_the_nearest_name(server: Server[Any]) -> None:
    async def call() -> None:
        async with Client(server, mode="legacy") as client:
            with pytest.raises(MCPError, match="did you mean leindex_search"):
                await client.call_tool("leindex_serch", {"query": "x"})
            assert not (await client.call_tool("leindex_search", {"query": "x"})).is_error

    anyio.run(call)


SECRET = "unmistakable_secret_word"


@pytest.fixture
def walled(tmp_path: Path) -> Iterator[tuple[Server[Any], Path]]:
    """A served project, beside a folder that is not served and to which links lead."""
    outside = write(tmp_path / "outside", {"secret.py": f"def {SECRET}():\n    return 1\n", "sub/deep.py": "x = 1\n"})
    inside = write(tmp_path / "inside", {"a.py": "def fine():\n    return 1\n", "pkg/b.py": "def b():\n    return 2\n"})
    (inside / "link.py").symlink_to(outside / "secret.py")
    (inside / "linked").symlink_to(outside)
    (inside / "pkg" / "up").symlink_to(tmp_path)
    with serving(inside) as (_, server):
        yield server, tmp_path


SANDBOX: list[tuple[str, str]] = [
    ("project_path", "{0}/outside"),
    ("project_path", "{0}"),
    ("project_path", "/"),
    ("project_path", "/etc"),
    ("project_path", "{0}/inside/../outside"),
    ("project_path", ".."),
    ("project_path", "../outside"),
    ("project_path", "pkg/../../outside"),
    ("project_path", "pkg\\..\\..\\outside"),
    ("project_path", "linked"),
    ("project_path", "{0}/inside/linked"),
    ("project_path", "linked/sub"),
    ("project_path", "pkg/up/outside"),
    ("project_path", "~"),
    ("project_path", "{0}/nowhere"),
    ("project_path", "{0}/inside/a.py"),
    ("project_path", "inside2"),
    ("path", "{0}/outside/secret.py"),
    ("path", "../outside/secret.py"),
    ("path", "pkg/../../outside/secret.py"),
    ("path", "linked/secret.py"),
    ("path", "link.py"),
    ("path", "{0}/inside/linked/secret.py"),
    ("path", "pkg/up/outside/secret.py"),
    ("path", "/etc/passwd"),
    ("path", "~/.ssh/id_rsa"),
    ("to_path", "../outside/secret.py"),
    ("to_path", "linked/secret.py"),
    ("name", "../outside/secret.py"),
    ("name", "{0}/outside/secret.py"),
    ("name", "{0}/outside/secret.py:1"),
    ("name", "linked/secret.py"),
    ("name", "linked/secret.py:1"),
    ("name", "link.py"),
    ("name", "link.py#" + SECRET),
    ("name", "inside linked/secret.py"),
    ("symbols", "../outside/secret.py:1"),
    ("symbols", "linked/secret.py:1"),
    ("lines", "../outside/secret.py:1-2"),
    ("lines", "linked/secret.py:1-2"),
    ("lines", "{0}/outside/secret.py:1"),
    ("paths", "../outside/"),
    ("paths", "{0}/outside/"),
    ("paths", "pkg/../../outside"),
]


def asked_with(argument: str, value: str) -> tuple[str, dict[str, Any]]:
    """A call that is fine but for one path."""
    match argument:
        case "project_path" | "paths":
            return "leindex_search", {"query": SECRET, argument: [value] if argument == "paths" else value}
        case "path":
            return "leindex_slice", {"path": value, "line": 1}
        case "to_path":
            return "leindex_slice", {"path": "a.py", "line": 2, "to_path": value, "to_line": 1}
        case "name":
            return "leindex_symbol", {"name": value}
        case _:
            return "leindex_impact", {argument: [value]}


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_no_path_leads_out_of_the_served_folders(walled: tuple[Server[Any], Path]) -> None:
    server, beside = walled
    calls = [asked_with(argument, value.format(beside)) for argument, value in SANDBOX]
    for (tool, arguments), answer in zip(calls, conversation(server, calls), strict=True):
        assert answer.error, (tool, arguments, answer.text)
        assert f"def {SECRET}" not in answer.text, (tool, arguments)
        assert "of its own" not in answer.text, (tool, arguments, answer.text)


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_nothing_behind_a_link_is_indexed(walled: tuple[Server[Any], Path]) -> None:
    server, _ = walled
    found = ask(server, "leindex_search", query=SECRET)
    assert all(SECRET not in hit["symbol"] for hit in found.data["hits"])
    rows = ask(server, "leindex_sql", query="select path from files where skipped is null order by path")
    assert rows.data["results"][0]["rows"] == [["a.py"], ["pkg/b.py"]]


def test_a_root_that_is_a_link_is_served_under_its_true_path(tmp_path: Path) -> None:
    real = write(tmp_path / "real", {"a.py": "def fine():\n    return 1\n"})
    (tmp_path / "link").symlink_to(real)
    with serving(tmp_path / "link") as (_, server):
        for name in (str(tmp_path / "link"), str(real), "real"):
            assert not ask(server, "leindex_search", query="fine", project_path=name).error, name
        for path in (str(tmp_path / "link" / "a.py"), str(real / "a.py")):
            assert ask(server, "leindex_symbol", name=path).data["file"] == "a.py", path


def test_settings_cannot_open_folders_that_are_not_served(tmp_path: Path) -> None:
    write(tmp_path / "lib", {"secret.py": f"def {SECRET}():\n    return 1\n"})
    shop = write(tmp_path / "shop", {"a.py": "def fine():\n    return 1\n", "leindex.toml": 'roots = ["../lib"]\n'})
    with serving(shop) as (_, server):
        answer = ask(server, "leindex_search", query=SECRET)
        assert answer.error
        assert "further root" in answer.text
        assert "lib" in answer.text
    with serving(shop, tmp_path / "lib") as (_, server):
        assert not ask(server, "leindex_search", query=SECRET).error


def test_a_project_whose_folder_vanishes_is_said_to_and_the_others_go_on(tmp_path: Path) -> None:
    stays = write(tmp_path / "stays", {"a.py": "def fine():\n    return 1\n"})
    goes = write(tmp_path / "goes", {"b.py": "def lost():\n    return 1\n"})
    with serving(stays, goes) as (_, server):
        (goes / "b.py").unlink()
        goes.rmdir()
        gone = ask(server, "leindex_search", query="lost", project_path="goes")
        assert gone.error
        assert "goes" in gone.text
        assert not ask(server, "leindex_search", query="fine").error


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() == 0, reason="root may read everything")
def test_a_folder_without_permission_is_said_to_be_one(tmp_path: Path) -> None:
    closed = write(tmp_path / "closed", {"a.py": "x = 1\n"})
    closed.chmod(0)
    try:
        with serving(closed) as (_, server):
            answer = ask(server, "leindex_search", query="x")
            assert answer.error
            assert "closed" in answer.text
    finally:
        closed.chmod(0o700)
