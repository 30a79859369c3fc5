"""The budget of `leindex_deep_analyze`: never exceeded by one token, and used where there is enough to say."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp.server.lowlevel.server import Server
from mcp_sessions import SHOP, Said, ask, conversation, serving, write

import leindex
from leindex.mcp.engine import Engine, open_project
from leindex.mcp.tools.deep_analyze import LEAST_BUDGET, MOST_BUDGET

QUESTIONS = [
    "How is a session renewed when its token expired?",
    "Where is the password checked?",
    "total",
    "what are the bottlenecks",
    "what does the architecture look like",
    "KeyError: 'password'",
    "shop/cart.py",
    "Grüße, 漢字 and emoji 🎉",
    "handle",
    "zzqq",
]


def tokens(said: Said) -> int:
    """What a model receives, however its client writes JSON."""
    ways = [
        json.dumps(said.data, separators=(",", ":"), ensure_ascii=ascii) if said.data is not None else ""
        for ascii in (True, False)
    ]
    return leindex.count_tokens(said.text) + max(map(leindex.count_tokens, ways))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server[Any]]:
    with serving(write(tmp_path_factory.mktemp("budget") / "shop", SHOP)) as (_, server):
        yield server


def cases(number: int) -> list[dict[str, Any]]:
    """Random questions and budgets, more of the small ones, which are the hard ones."""
    chance = random.Random(7)
    return [
        {"query": chance.choice(QUESTIONS), "budget": int(LEAST_BUDGET * 200 ** chance.random())} for _ in range(number)
    ]


@pytest.mark.parametrize("client", ["test", "claude-code"])
def test_no_answer_takes_a_token_more_than_its_budget(server: Server[Any], client: str) -> None:
    asked = [*cases(150), {"query": "total", "budget": LEAST_BUDGET}, {"query": "total", "budget": MOST_BUDGET}]
    said = conversation(server, [("leindex_deep_analyze", arguments) for arguments in asked], client=client)
    for arguments, answer in zip(asked, said, strict=True):
        assert not answer.error, (arguments, answer.text)
        taken = tokens(answer)
        assert taken <= arguments["budget"], (arguments, taken)
        assert answer.text, arguments
        if answer.data is not None:
            assert answer.data["tokens"] == taken, arguments


def test_at_least_nine_tenths_of_a_budget_are_used_where_there_is_enough_to_say(server: Server[Any]) -> None:
    asked = [{"query": query, "budget": budget} for query in QUESTIONS[:4] for budget in (250, 300, 500, 800, 1200)]
    said = conversation(server, [("leindex_deep_analyze", arguments) for arguments in asked])
    for arguments, answer in zip(asked, said, strict=True):
        assert tokens(answer) >= 0.9 * arguments["budget"], (arguments, tokens(answer), answer.data["omitted"])


def test_of_the_smallest_budgets_what_is_left_is_less_than_one_more_place_takes(server: Server[Any]) -> None:
    asked = [{"query": query, "budget": budget} for query in QUESTIONS[:4] for budget in range(LEAST_BUDGET, 250, 10)]
    said = conversation(server, [("leindex_deep_analyze", arguments) for arguments in asked])
    for arguments, answer in zip(asked, said, strict=True):
        assert tokens(answer) >= arguments["budget"] - 45, (arguments, tokens(answer), answer.text)


def test_several_projects_share_a_budget_and_do_not_exceed_it(tmp_path: Path) -> None:
    folders = [write(tmp_path / name, SHOP) for name in ("first", "second", "third ü")]
    with serving(*folders) as (_, server):
        for budget in (400, 700, 1500, 4000):
            answer = ask(server, "leindex_deep_analyze", query="Where is the password checked?", budget=budget)
            assert not answer.error, answer.text
            assert tokens(answer) <= budget
            assert len(answer.data["projects"]) == 3
        small = ask(server, "leindex_deep_analyze", query="total", budget=LEAST_BUDGET)
        assert small.error
        assert "project_path" in small.text
        one = ask(server, "leindex_deep_analyze", query="total", budget=LEAST_BUDGET, project_path="second")
        assert not one.error
        assert tokens(one) <= LEAST_BUDGET


def test_projects_that_say_less_about_a_question_leave_the_budget_to_the_others(tmp_path: Path) -> None:
    shop = write(tmp_path / "shop", SHOP)
    other = write(tmp_path / "other", {"sky.py": "def colour_of_the_sky():\n    return 'blue'\n"})
    with serving(shop, other) as (_, server):
        answer = ask(server, "leindex_deep_analyze", query="check_password", budget=1000)
        assert answer.data["project"] == "shop"
        assert "other" in answer.data["notes"][0]
        assert "other" in answer.text


@pytest.mark.parametrize("budget", [LEAST_BUDGET, 110, 119, 120, 150, 200, 300, 400])
def test_an_answer_that_leaves_something_out_says_so_however_small_its_budget(server: Server[Any], budget: int) -> None:
    for query in QUESTIONS[:4]:
        answer = ask(server, "leindex_deep_analyze", query=query, budget=budget)
        assert answer.data["truncated"], (query, answer.text)


def test_an_answer_that_leaves_nothing_out_does_not_say_so(tmp_path: Path) -> None:
    with serving(write(tmp_path / "one", {"a.py": "def only(n):\n    return n\n"})) as (_, server):
        assert not ask(server, "leindex_deep_analyze", query="only", budget=3000).data["truncated"]
        assert not ask(server, "leindex_deep_analyze", query="only", budget=600).data["truncated"]


def test_the_symbols_that_a_question_is_about_are_named_where_a_small_budget_has_room(server: Server[Any]) -> None:
    asked = [{"query": query, "budget": budget} for query in QUESTIONS[:4] for budget in range(160, 400, 20)]
    said = conversation(server, [("leindex_deep_analyze", arguments) for arguments in asked])
    for arguments, answer in zip(asked, said, strict=True):
        assert answer.data["entries"] or tokens(answer) > arguments["budget"] - 45, (arguments, answer.data)


class Wordy:
    """An engine that breaks its budget: what it says is longer than it was allowed."""

    def __init__(self, engine: Engine, factor: int) -> None:
        self.engine = engine
        self.factor = factor

    def __getattr__(self, name: str) -> Any:
        return getattr(self.engine, name)

    def ask(self, verb: str, arguments: Any, cancel: Any) -> tuple[str, Any]:
        revision, value = self.engine.ask(verb, arguments, cancel)
        if verb == "context":
            value = {**value, "text": value["text"] * self.factor, "items": value["items"] * self.factor}
        return revision, value


@pytest.mark.parametrize("factor", [2, 50])
def test_even_an_engine_that_says_too_much_is_cut_to_the_budget(tmp_path: Path, factor: int) -> None:
    folder = write(tmp_path / "shop", SHOP)

    def opener(root: Path, progress: Any, cancel: Any) -> Engine:
        return Wordy(open_project(root, progress, cancel), factor)

    with serving(folder, opener=opener) as (_, server):
        for budget in (LEAST_BUDGET, 300, 2000):
            answer = ask(server, "leindex_deep_analyze", query="total", budget=budget)
            assert not answer.error, answer.text
            assert tokens(answer) <= budget
