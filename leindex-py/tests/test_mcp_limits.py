"""Answers have limits, and say so: values and rows of SQL, errors, reports."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp.server.lowlevel.server import Server
from mcp_sessions import MANY, SHOP, ask, serving, write

#: Takes far longer than a test.
LONG = "select count(*) from nodes a, nodes b, nodes c, nodes d, nodes e, nodes f"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server[Any]]:
    with serving(write(tmp_path_factory.mktemp("limits") / "shop", SHOP)) as (_, server):
        yield server


@pytest.mark.parametrize(
    "value",
    [
        "array_agg(a.symbol)",
        "array_agg(a.start_line)",
        "array_agg(named_struct('symbol', a.symbol, 'lines', make_array(a.start_line, b.start_line)))",
        "named_struct('all', array_agg(a.symbol))",
        "string_agg(a.symbol, ' ')",
    ],
)
def test_a_value_of_any_shape_is_cut_where_it_is_too_long_and_the_answer_says_so(
    server: Server[Any], value: str
) -> None:
    answer = ask(server, "leindex_sql", query=f"select {value} as v from nodes a, nodes b")
    assert not answer.error, answer.text
    assert len(json.dumps(answer.data)) < 10_000
    assert len(answer.text) < 10_000
    assert answer.data["truncated"] and answer.data["results"][0]["truncated"]
    assert "are cut" in answer.text
    assert "…" in json.dumps(answer.data, ensure_ascii=False)


def test_values_that_have_room_are_given_as_they_are(server: Server[Any]) -> None:
    query = (
        f"select make_array(1, null, 3) as l, named_struct('a', 'x', 'b', make_array(true)) as s, '{'y' * 2000}' as t"
    )
    answer = ask(server, "leindex_sql", query=query)
    assert answer.data["results"][0]["rows"] == [[[1, None, 3], {"a": "x", "b": [True]}, "y" * 2000]]
    assert not answer.data["truncated"]


def test_an_answer_of_many_long_rows_ends_where_it_is_too_long_and_says_how_to_go_on(server: Server[Any]) -> None:
    query = f"select '{'y' * 1500}' as t, a.symbol as s, b.symbol as u from nodes a, nodes b order by 2, 3"
    answer = ask(server, "leindex_sql", query=query, limit=1000)
    shown = answer.data["results"][0]
    assert 30 < shown["count"] == len(shown["rows"]) < 70
    assert shown["truncated"] and answer.data["truncated"]
    assert len(json.dumps(answer.data)) < 110_000 and len(answer.text) < 110_000
    assert f"offset {shown['count']}" in answer.text
    further = ask(server, "leindex_sql", query=f"{query} limit 1 offset {shown['count']}").data["results"][0]["rows"]
    assert further[0] not in shown["rows"]


def test_a_row_that_is_too_long_by_itself_is_said_to_be(server: Server[Any]) -> None:
    columns = ", ".join(f"t as c{number}" for number in range(60))
    answer = ask(server, "leindex_sql", query=f"select {columns} from (select '{'y' * 1900}' as t)")
    assert answer.data["results"][0]["rows"] == []
    assert answer.data["truncated"]
    assert "Select fewer columns" in answer.text


def test_a_query_ends_with_its_time_and_says_so(server: Server[Any]) -> None:
    answer = ask(server, "leindex_sql", query=LONG, timeout=1)
    assert answer.error
    assert "longer than 1s" in answer.text


def test_thousands_of_unknown_arguments_are_answered_in_a_few_lines(server: Server[Any]) -> None:
    answer = ask(server, "leindex_search", query="a", **{f"x{number}": 1 for number in range(20_000)})
    assert answer.error
    assert "19,990 more" in answer.text
    assert len(answer.text) < 8000


def test_a_circle_of_many_files_is_cut(tmp_path: Path) -> None:
    number = 3 * MANY
    files = {f"m{at:03}.py": f"import m{(at + 1) % number:03}\n" for at in range(number)}
    with serving(write(tmp_path / "ring", files)) as (_, server):
        answer = ask(server, "leindex_status", include=["cycles"])
        (cycle,) = answer.data["projects"][0]["cycles"]
        assert len(cycle) == 20
        assert "100 further files" in answer.text
        assert len(answer.text) < 3000


def test_only_projects_that_gave_no_answer_are_said_to_have_given_none(tmp_path: Path) -> None:
    shop = write(tmp_path / "shop", SHOP)
    other = write(tmp_path / "other", {"sky.py": "def colour_of_the_sky():\n    return 'blue'\n"})
    with serving(shop, other) as (_, server):
        beside = ask(server, "leindex_deep_analyze", query="check_password", budget=1000)
        assert "other: left out" in beside.text
        assert "No answer" not in beside.text and "Not asked" not in beside.text
        failed = ask(server, "leindex_search", query="login", paths=[str(shop / "shop")])
        assert "_No answer from other: " in failed.text
