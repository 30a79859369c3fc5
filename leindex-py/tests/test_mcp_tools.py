"""The seven tools: how they are listed, what they answer, that pages fit together, and several projects at once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from jsonschema import Draft202012Validator
from mcp import Client
from mcp.server.lowlevel.server import Server
from mcp.shared.exceptions import MCPError
from mcp_sessions import SHOP, ask, conversation, serving, write
from mcp_types import Implementation

from leindex.mcp.tools import TOOLS

NAMES = [
    "leindex_deep_analyze",
    "leindex_search",
    "leindex_symbol",
    "leindex_impact",
    "leindex_slice",
    "leindex_sql",
    "leindex_status",
]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server[Any]]:
    with serving(write(tmp_path / "shop", SHOP)) as (_, server):
        yield server


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_seven_tools_are_listed_with_strict_schemas_examples_and_read_only_annotations(
    server: Server[Any], mode: str
) -> None:
    async def listing() -> None:
        async with Client(server, mode=mode) as client:
            tools = (await client.list_tools()).tools
            assert [tool.name for tool in tools] == NAMES
            assert client.instructions is not None
            for tool in tools:
                assert tool.annotations is not None
                hints = tool.annotations
                assert (hints.read_only_hint, hints.idempotent_hint, hints.open_world_hint) == (True, True, False)
                assert hints.destructive_hint is False
                assert tool.description is not None
                assert "Example" in tool.description
                assert tool.output_schema is not None
                for schema in (tool.input_schema, tool.output_schema):
                    Draft202012Validator.check_schema(schema)
                    assert schema["type"] == "object"
                    assert schema["additionalProperties"] is False
                for name, parameter in tool.input_schema["properties"].items():
                    assert parameter["description"], name
                assert tool.name in client.instructions
            assert "grep" in client.instructions

    anyio.run(listing)


@pytest.mark.parametrize("tool", TOOLS.values(), ids=TOOLS)
def test_the_examples_in_descriptions_are_calls_that_the_schema_takes(tool: Any) -> None:
    validator = Draft202012Validator(tool.input_schema())
    _, _, rest = tool.description.partition("Example")
    decoder = json.JSONDecoder()
    examples = [decoder.raw_decode(rest, at)[0] for at, each in enumerate(rest) if rest[at : at + 2] == '{"']
    assert examples
    for example in examples:
        validator.validate(example)


ANSWERS: list[tuple[str, dict[str, Any], list[str]]] = [
    ("leindex_deep_analyze", {"query": "How is a session renewed?"}, ["shop/auth.py:", "def renew", "Entry points"]),
    ("leindex_deep_analyze", {"query": "total", "budget": 300, "paths": ["shop/"]}, ["shop/cart.py:"]),
    ("leindex_search", {"query": "check the password"}, ["shop/auth.py:", "check_password"]),
    ("leindex_search", {"query": "total", "kinds": ["function"], "languages": ["python"]}, ["shop/cart.py:6"]),
    ("leindex_search", {"query": "render", "paths": ["web/"]}, ["web/view.ts"]),
    ("leindex_search", {"query": "zzqqxx"}, ["Nothing in the project", "zzqqxx"]),
    ("leindex_symbol", {"name": "Session.login"}, ["## Source", "def login", "## Callers (1)", "shop/cart.py:20"]),
    ("leindex_symbol", {"name": "shop/auth.py:14", "include": ["callees"]}, ["Session#login().", "load_user"]),
    ("leindex_symbol", {"name": "shop/auth.py#check_password", "include": ["tests"]}, ["test_checkout"]),
    ("leindex_symbol", {"name": "Session", "include": ["hierarchy", "outline"]}, ["Gift#", "def renew"]),
    ("leindex_symbol", {"name": "total", "include": ["metrics", "cfg", "dataflow"]}, ["cognitive 3", "(price)"]),
    ("leindex_symbol", {"name": "shop/auth.py"}, ["## Outline", "  - `def renew"]),
    ("leindex_symbol", {"name": "shop/auth.py", "include": ["imports", "importers"]}, ["load_user", "cart.py:3"]),
    ("leindex_symbol", {"name": "shop shop/auth.py", "include": ["references"]}, ["module in python"]),
    ("leindex_impact", {"symbols": ["load_user"]}, ["checkout", "test_checkout", "## Tests to run", "distance 2"]),
    ("leindex_impact", {"symbols": ["load_user"], "depth": 1}, ["# 1 symbol reached"]),
    ("leindex_impact", {"lines": ["shop/store.py:6-8"]}, ["checkout"]),
    ("leindex_impact", {"symbols": ["checkout"], "direction": "dependencies"}, ["load_user"]),
    ("leindex_slice", {"path": "shop/cart.py", "line": 15, "variable": "price"}, ["price += line.price * rate"]),
    ("leindex_slice", {"path": "shop/cart.py", "line": 8, "direction": "forward"}, ["return price"]),
    ("leindex_slice", {"path": "shop/cart.py", "line": 8, "to_line": 15}, ["price"]),
    ("leindex_sql", {"query": "select count(*) as n from files"}, ["| n |", "48"]),
    ("leindex_status", {}, ["48 files", "leindex_status"]),
    ("leindex_status", {"include": ["overview", "dead_code", "cycles", "diagnostics"]}, ["## Hotspots", "broken.py"]),
]


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_each_tool_answers_with_text_that_names_places_and_with_data_that_fits_its_schema(
    server: Server[Any], mode: str
) -> None:
    said = conversation(server, [(tool, arguments) for tool, arguments, _ in ANSWERS], mode=mode)
    for (tool, arguments, expected), answer in zip(ANSWERS, said, strict=True):
        assert not answer.error, (tool, arguments, answer.text)
        for part in expected:
            assert part in answer.text, (tool, arguments, part, answer.text)
        if tool != "leindex_status":
            assert answer.data["project"] == "shop"
        if tool not in ("leindex_status", "leindex_deep_analyze"):
            assert answer.data["revision"] in answer.text, (tool, arguments)


def test_a_slice_leaves_out_what_has_no_part_in_the_value(server: Server[Any]) -> None:
    answer = ask(server, "leindex_slice", path="shop/cart.py", line=15, variable="price")
    assert "count += 1" not in answer.text
    assert 11 not in [line["line"] for line in answer.data["lines"] if line["path"] == "shop/cart.py"]


def test_source_is_said_once_in_the_text_and_not_again_in_the_data(server: Server[Any]) -> None:
    for tool, arguments in [
        ("leindex_deep_analyze", {"query": "total"}),
        ("leindex_symbol", {"name": "total"}),
        ("leindex_slice", {"path": "shop/cart.py", "line": 15}),
    ]:
        answer = ask(server, tool, **arguments)
        assert "price += line.price * rate" in answer.text, tool
        assert "price += line.price * rate" not in json.dumps(answer.data), tool


PAGED: list[tuple[str, dict[str, Any], str]] = [
    ("leindex_search", {"query": "handle"}, "hits"),
    ("leindex_impact", {"symbols": ["load_user"]}, "members"),
    ("leindex_slice", {"path": "shop/cart.py", "line": 15}, "lines"),
    ("leindex_symbol", {"name": "shop/auth.py"}, "outline"),
    ("leindex_symbol", {"name": "total", "include": ["cfg"]}, "cfg.nodes"),
]


@pytest.mark.parametrize(("tool", "arguments", "key"), PAGED)
def test_pages_hold_together_what_one_long_page_holds(
    server: Server[Any], tool: str, arguments: dict[str, Any], key: str
) -> None:
    def entries(data: Any) -> list[Any]:
        for part in key.split("."):
            data = data[part]
        return list(data)

    whole = ask(server, tool, **arguments, limit=100)
    assert not whole.error, whole.text
    assert not whole.data["truncated"]
    assert "next_cursor" not in whole.data
    found: list[Any] = []
    more: dict[str, Any] = {}
    for _ in range(200):
        page = ask(server, tool, **arguments, **more, limit=2)
        assert not page.error, page.text
        assert len(entries(page.data)) <= 2
        found.extend(entries(page.data))
        assert page.data["truncated"] == ("next_cursor" in page.data)
        if not page.data["truncated"]:
            break
        assert page.data["next_cursor"] in page.text, "a client that sees only the text can go on as well"
        more = {"cursor": page.data["next_cursor"]}
    assert found == entries(whole.data)
    assert len(found) > 2


def test_a_cursor_is_refused_once_the_project_changed_and_for_another_question(tmp_path: Path) -> None:
    folder = write(tmp_path / "shop", SHOP)
    with serving(folder) as (_, server):
        first = ask(server, "leindex_search", query="handle", limit=2)
        cursor = first.data["next_cursor"]
        other = ask(server, "leindex_search", query="total", limit=2, cursor=cursor)
        assert other.error
        assert "another question" in other.text
        made_up = ask(server, "leindex_search", query="handle", limit=2, cursor="bm9uc2Vuc2U")
        assert made_up.error
        assert "not one that this server gave" in made_up.text
        assert not ask(server, "leindex_search", query="handle", limit=2, cursor=cursor).error
        (folder / "shop/new.py").write_text("def handle_new():\n    return 1\n")
        late = ask(server, "leindex_search", query="handle", limit=2, cursor=cursor)
        assert late.error
        assert "changed" in late.text
        assert first.data["revision"] in late.text


def test_an_answer_is_true_to_the_disk_as_of_the_call(tmp_path: Path) -> None:
    folder = write(tmp_path / "shop", SHOP)
    with serving(folder) as (_, server):
        before = ask(server, "leindex_symbol", name="load_user", include=["callers"])
        (folder / "shop/late.py").write_text("from shop.store import load_user\n\n\ndef late():\n    load_user('x')\n")
        after = ask(server, "leindex_symbol", name="load_user", include=["callers"])
        assert after.data["callers"]["total"] == before.data["callers"]["total"] + 1
        assert after.data["revision"] != before.data["revision"]
        (folder / "shop/late.py").unlink()
        again = ask(server, "leindex_symbol", name="load_user", include=["callers"])
        assert again.data == before.data


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Server[Any]]:
    """Two projects, of which both have `main` and `only_*` is in one."""
    api = write(
        tmp_path / "api",
        {
            "core/main.py": "from core.util import shared\n\n\ndef main():\n    return shared() + only_api()\n\n\n"
            "def only_api():\n    return 1\n",
            "core/util.py": "def shared():\n    return 2\n",
        },
    )
    web = write(tmp_path / "web", {"app.py": "def main():\n    return only_web()\n\n\ndef only_web():\n    return 3\n"})
    with serving(api, web) as (_, server):
        yield server


def test_without_a_project_all_are_asked_and_each_item_says_of_which_it_is(two: Server[Any]) -> None:
    found = ask(two, "leindex_search", query="main")
    assert {hit["project"] for hit in found.data["hits"]} == {"api", "web"}
    assert [each["project"] for each in found.data["projects"]] == ["api", "web"]
    assert "project" not in found.data
    assert {hit["project"] for hit in found.data["hits"][:2]} == {"api", "web"}, "the best of each comes first"
    rows = ask(two, "leindex_sql", query="select count(*) as n from files")
    assert [(result["project"], result["rows"]) for result in rows.data["results"]] == [("api", [[2]]), ("web", [[1]])]
    analysed = ask(two, "leindex_deep_analyze", query="main", budget=1500)
    assert {item["project"] for item in analysed.data["items"]} == {"api", "web"}
    assert analysed.data["tokens"] <= 1500
    reached = ask(two, "leindex_impact", symbols=["only_api", "only_web"])
    assert {member["project"] for member in reached.data["members"]} == {"api", "web"}
    assert ask(two, "leindex_symbol", name="only_web").data["project"] == "web"
    assert ask(two, "leindex_symbol", name="core/util.py").data["project"] == "api"
    assert ask(two, "leindex_slice", path="core/util.py", line=2).data["project"] == "api"
    assert len(ask(two, "leindex_status").data["projects"]) == 2


def test_a_name_that_is_in_several_projects_is_answered_with_all_of_them(two: Server[Any]) -> None:
    both = ask(two, "leindex_symbol", name="main")
    assert both.error
    assert "`api core/main.py main().`" in both.text
    assert "`web app.py main().`" in both.text
    assert not ask(two, "leindex_symbol", name="web app.py main().").error
    nowhere = ask(two, "leindex_symbol", name="only_ap")
    assert nowhere.error
    assert "No symbol is called `only_ap`" in nowhere.text


def test_a_project_is_named_by_its_path_its_name_or_a_folder_in_it(two: Server[Any], tmp_path: Path) -> None:
    for name in ("api", str(tmp_path / "api"), str(tmp_path / "api" / "core"), "core"):
        found = ask(two, "leindex_search", query="main", project_path=name)
        assert not found.error, found.text
        assert found.data["project"] == "api", name
    (tmp_path / "api" / "other.py").write_text("def main_of_other():\n    return 5\n")
    inside = ask(two, "leindex_search", query="main", project_path="core")
    assert {hit["path"].split("/")[0] for hit in inside.data["hits"]} == {"core"}, "a folder narrows the search to it"
    called = ask(two, "leindex_symbol", name="shared", include=["callers"], project_path=str(tmp_path / "api/core"))
    assert called.data["callers"]["total"] == 1
    assert ask(two, "leindex_symbol", name="util.py", project_path="core").data["file"] == "core/util.py"


def test_one_project_that_cannot_be_opened_does_not_hide_the_others(tmp_path: Path) -> None:
    good = write(tmp_path / "good", {"a.py": "def fine():\n    return 1\n"})
    bad = write(tmp_path / "bad", {"b.py": "def lost():\n    return 1\n", "leindex.toml": "exlude = []\n"})
    with serving(good, bad) as (_, server):
        found = ask(server, "leindex_search", query="fine")
        assert [hit["project"] for hit in found.data["hits"]] == ["good"]
        assert "exlude" in found.data["notes"][0]
        assert "exlude" in found.text
        analysed = ask(server, "leindex_deep_analyze", query="fine")
        assert "exlude" in analysed.data["notes"][0]
        states = {each["project"]: each for each in ask(server, "leindex_status").data["projects"]}
        assert states["good"]["state"] == "indexed"
        assert states["bad"]["state"] == "failed"
        assert "did you mean" in states["bad"]["problem"]
        (bad / "leindex.toml").write_text("exclude = []\n")
        assert not ask(server, "leindex_search", query="lost", project_path="bad").error, "it is tried anew"


@pytest.mark.parametrize("client", ["claude-code", "codex-mcp-client", "Claude Code"])
def test_clients_that_show_models_one_half_get_the_text_alone(server: Server[Any], client: str) -> None:
    async def listed(session: Client) -> None:
        assert all(tool.output_schema is None for tool in (await session.list_tools()).tools)

    (said,) = conversation(server, [("leindex_search", {"query": "login"})], client=client, after=listed)
    assert said.data is None
    assert "def login" in said.text


def test_structured_content_can_be_had_or_left_out_for_every_client(tmp_path: Path) -> None:
    folder = write(tmp_path / "shop", {"a.py": "def one():\n    return 1\n"})
    for structured in (True, False):
        with serving(folder, structured=structured) as (_, server):
            (said,) = conversation(server, [("leindex_search", {"query": "one"})], client="claude-code")
            assert (said.data is not None) == structured


def test_the_status_counts_calls_errors_and_tokens_by_tool(server: Server[Any]) -> None:
    calls = [
        ("leindex_search", {"query": "login"}),
        ("leindex_search", {"query": ""}),
        ("leindex_deep_analyze", {"query": "login", "budget": 500}),
        ("leindex_status", {}),
    ]
    said = conversation(server, calls)
    tools = said[-1].data["usage"]["tools"]
    assert (tools["leindex_search"]["calls"], tools["leindex_search"]["errors"]) == (2, 1)
    assert tools["leindex_search"]["tokens"] > 0
    assert tools["leindex_deep_analyze"]["tokens"] == said[2].data["tokens"]
    assert tools["leindex_status"]["calls"] == 1
    assert "leaves the machine" in said[-1].text


def test_each_project_has_an_overview_as_a_resource(tmp_path: Path) -> None:
    plain = write(tmp_path / "shop", SHOP)
    odd = write(tmp_path / "an odd ü%name", {"a.py": "def one():\n    return 1\n"})
    with serving(plain, odd) as (_, server):

        async def read() -> None:
            async with Client(server, mode="legacy") as client:
                resources = (await client.list_resources()).resources
                assert [resource.mime_type for resource in resources] == ["text/markdown"] * 2
                texts = []
                for resource in resources:
                    (content,) = (await client.read_resource(resource.uri)).contents
                    assert content.mime_type == "text/markdown"
                    texts.append(content.text)  # type: ignore[union-attr]
                assert resources[0].uri == "leindex://project/shop/overview"
                for part in (
                    "python (46)",
                    "## Directories",
                    "layer",
                    "## Hotspots",
                    "## Entry points",
                    "main().",
                    "How to ask",
                ):
                    assert part in texts[0], part
                (template,) = (await client.list_resource_templates()).resource_templates
                assert template.uri_template == "leindex://project/{name}/overview"
                for wrong in ("leindex://project/nope/overview", "file:///etc/passwd", "leindex://project/shop/../x"):
                    with pytest.raises(MCPError, match="Unknown resource"):
                        await client.read_resource(wrong)

        anyio.run(read)


def test_the_version_and_the_served_projects_are_told_in_the_handshake(server: Server[Any], tmp_path: Path) -> None:
    async def greet() -> None:
        async with Client(server, mode="legacy", client_info=Implementation(name="x", version="1")) as client:
            assert client.server_info is not None
            assert (client.server_info.name, client.server_info.version) == ("leindex", "1.2.3")
            assert str(tmp_path / "shop") in (client.instructions or "")

    anyio.run(greet)
