"""Several projects asked together."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from shop_project import copy_of_shop

import leindex
from leindex import Project, Workspace

BILLING = '''"""Bills, for the shop."""

from shop.rates import lookup


def bill(country):
    """Writes a bill with the tax of a country."""
    return render(lookup(country))


def render(rate):
    return f"tax rate {rate}"
'''


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    root = tmp_path_factory.mktemp("workspace")
    billing = root / "billing"
    billing.mkdir()
    (billing / "bill.py").write_text(BILLING, encoding="utf-8")
    return [copy_of_shop(root / "shop"), billing]


@pytest.fixture(scope="module")
def workspace(native: Any, folders: list[Path]) -> Iterator[Workspace]:
    with Workspace(folders, in_memory=True) as opened:
        yield opened


def test_projects_are_called_by_their_names(workspace: Workspace, folders: list[Path]) -> None:
    assert list(workspace.projects) == ["shop", "billing"]
    assert isinstance(workspace.projects["billing"], Project)
    assert repr(workspace) == "<Workspace of shop, billing>"
    with pytest.raises(TypeError):
        workspace.projects["other"] = workspace.projects["shop"]  # type: ignore[index]


def test_names_may_be_given_and_are_told_apart(native: Any, folders: list[Path]) -> None:
    with Workspace({"a": folders[0], "b": folders[1]}, in_memory=True) as named:
        assert list(named.projects) == ["a", "b"]
    with Workspace([folders[1], folders[1]], in_memory=True) as twice:
        assert list(twice.projects) == ["billing", "billing~2"]


def test_a_search_gives_the_best_of_each_in_turn(workspace: Workspace) -> None:
    found = workspace.search("tax rate of a country", limit=6)
    assert len(found) == 6
    assert [hit.project for hit in found[:4]] == ["shop", "billing", "shop", "billing"]
    assert found[0].item == workspace.projects["shop"].search("tax rate of a country")[0]
    assert found[0].to_dict()["project"] == "shop"
    assert set(found.answers) == set(found.revisions) == {"shop", "billing"}
    table = found.to_arrow()
    assert table.column_names[0] == "project" and table.num_rows == 6
    assert list(found.to_pandas()["project"][:2]) == ["shop", "billing"]
    assert "<table>" in found._repr_html_() and "shop: " in str(found) and "\n" not in repr(found)


def test_a_context_is_within_one_budget_and_says_which_project_is_which(workspace: Workspace) -> None:
    for budget in (0, 50, 150, 300, 700, 2000, 6000):
        found = workspace.context("how is the tax of a country looked up?", budget)
        assert found.tokens <= budget or (budget < 150 and not found.text), budget
        counted = leindex.count_tokens(found.text)
        assert counted <= found.tokens
    assert found.found
    assert "# shop\n" in found.text and "# billing\n" in found.text
    assert set(found.contexts) == set(found.revisions) == {"shop", "billing"}
    assert str(found) == found.text and found.to_dict()["contexts"]["shop"]["found"]


def test_a_project_without_an_answer_leaves_its_share(workspace: Workspace) -> None:
    question = "checkout of a session and a cart"
    alone = workspace.projects["shop"].context(question, 1200)
    together = workspace.context(question, 1200)
    assert together.tokens >= alone.tokens * 0.7


def test_symbols_of_all_projects(workspace: Workspace) -> None:
    found = workspace.symbols("*e*", limit=500)
    assert {symbol.project for symbol in found} == {"shop", "billing"}
    assert workspace.symbol("render_nothing" if False else "bill").project == "billing"
    assert workspace.symbol("lookup").item.path == "shop/rates.py"
    assert workspace.symbol(found[0]).item == found[0].item


def test_a_name_in_no_project_and_in_several(workspace: Workspace) -> None:
    with pytest.raises(leindex.SymbolNotFoundError, match="lookup") as missing:
        workspace.symbol("lokup")
    assert missing.value.name == "lokup" and missing.value.nearest
    with pytest.raises(leindex.AmbiguousSymbolError, match="2 symbols") as several:
        workspace.callers("render")
    assert len(several.value.candidates) == 2
    for candidate in several.value.candidates:
        assert workspace.symbol(candidate).item.symbol == candidate


def test_relations_that_leave_a_project_are_external_and_said_to_be(workspace: Workspace) -> None:
    callees = workspace.callees("bill")
    assert callees.project == "billing"
    assert [edge.target_name for edge in callees.external] == ["lookup"]
    assert all(edge.target is None for edge in callees.external)
    assert "1 relation of these leave" in callees.notes[0] or "leave the project" in callees.notes[0]
    assert "external" in str(callees)
    callers = workspace.callers("lookup")
    assert {edge.project for edge in callers} == {"shop"} and len(callers) == 2
    assert callers.relations.certainty == "some" and "within a project" in callers.notes[0]
    assert len(workspace.references("lookup")) >= 2


def test_an_impact_is_reported_together(workspace: Workspace) -> None:
    found = workspace.impact("lookup", "billing bill.py render().")
    assert {member.project for member in found} == {"shop", "billing"}
    assert [member.item.distance for member in found] == sorted(member.item.distance for member in found)
    assert found.tests == ("shop tests/test_cart.py test_total_with_tax().",)
    assert not found.truncated and found.unknown >= 0 and found.notes
    assert found.to_arrow().num_rows == len(found)


def test_an_impact_of_commits_leaves_out_what_has_none(workspace: Workspace) -> None:
    found = workspace.impact(base="HEAD")
    assert set(found.impacts) == {"shop"}
    assert any(note.startswith("billing was left out") for note in found.notes)
    with pytest.raises(leindex.RequestError):
        workspace.impact()
    with pytest.raises(leindex.RequestError):
        workspace.impact("lookup", base="HEAD")


def test_tables_are_put_together(workspace: Workspace) -> None:
    found = workspace.sql("select count(*) as symbols from nodes")
    assert set(found) == {"shop", "billing"} and len(found["shop"]) == 1
    assert found.rows() == [{"project": "shop", "symbols": 58}, {"project": "billing", "symbols": 3}]
    assert found.to_arrow().to_pylist() == found.rows()
    assert found.to_pandas()["symbols"].sum() == 61
    named = workspace.sql("select project, name from nodes where name = 'render'").to_arrow()
    assert sorted(named["project"].to_pylist()) == ["billing", "shop"]
    assert not found.truncated and "shop" in repr(found) and "symbols" in str(found)


def test_figures_of_all_projects(workspace: Workspace) -> None:
    stats = workspace.stats()
    assert stats.symbols == 61 and stats.files == sum(each.files for each in stats.values())
    assert stats["billing"].name == "billing" and stats.warnings == ()
    assert stats.to_dict()["shop"]["languages"]["python"] == 8


def test_a_workspace_that_cannot_be_opened_closes_what_was(native: Any, folders: list[Path], tmp_path: Path) -> None:
    with pytest.raises(leindex.ProjectError):
        Workspace([*folders, tmp_path / "nowhere"], in_memory=True)
    with pytest.raises(leindex.RequestError, match="at least one"):
        Workspace([])
    with pytest.raises(leindex.RequestError, match="one folder"):
        Workspace("shop")


def test_closing_closes_all(native: Any, folders: list[Path]) -> None:
    workspace = Workspace(folders, in_memory=True)
    with workspace:
        pass
    assert all(project.closed for project in workspace.projects.values())
    with pytest.raises(leindex.ClosedError):
        workspace.search("tax")


@pytest.mark.parametrize("budget", [-1, "x", 1.5, None, True])
def test_a_budget_that_is_none_is_refused_as_a_project_refuses_it(workspace: Workspace, budget: Any) -> None:
    with pytest.raises(leindex.RequestError, match=r"budget.*whole number from 0"):
        workspace.context("tax", budget)


def test_an_item_of_a_project_is_a_row_that_begins_with_its_project(workspace: Workspace) -> None:
    found = workspace.symbol("bill")
    table = found.to_arrow()
    assert table.column_names == ["project", *found.item.to_arrow().column_names]
    assert table.to_pylist()[0]["project"] == "billing" and table.to_pylist()[0]["name"] == "bill"
    assert found.to_pandas()["project"].tolist() == ["billing"]
