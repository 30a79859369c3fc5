"""Answers follow the disk, unsaved buffers and commits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from shop_project import copy_of_shop, git

import leindex
from leindex import Project


def test_an_edit_on_disk_is_in_the_next_answer(own: Project) -> None:
    path = Path(own.root) / "shop" / "extra.py"
    before = own.revision
    path.write_text("from shop.rates import lookup\n\ndef twice(c):\n    return lookup(c) * 2\n", encoding="utf-8")
    assert "shop/extra.py" in [edge.path for edge in own.callers("lookup")]
    path.unlink()
    assert len(own.callers("lookup")) == 2
    assert own.revision == before


def test_without_following_a_refresh_takes_it_in(native: Any, tmp_path: Path) -> None:
    with Project(copy_of_shop(tmp_path / "shop"), in_memory=True, follow=False) as project:
        assert not project.stats().following
        before = project.revision
        (tmp_path / "shop" / "extra.py").write_text("def extra():\n    pass\n", encoding="utf-8")
        assert not project.symbols("extra") and project.revision == before
        after = project.refresh()
        assert after == project.revision != before
        assert len(project.symbols("extra")) == 1
        (tmp_path / "shop" / "extra.py").unlink()
        assert project.refresh([Path("extra.py")]) == before
        assert project.refresh(verify=True) == before


def test_an_unsaved_buffer_counts_until_it_is_closed(own: Project) -> None:
    before = own.revision
    text = own.source("shop/rates.py")
    changed = own.overlay("shop/rates.py", text.replace("rate = RATES", "factor = RATES"))
    assert changed == own.revision != before
    assert "factor = RATES" in own.source("shop/rates.py")
    assert "rate = RATES" in (Path(own.root) / "shop" / "rates.py").read_text(encoding="utf-8")
    assert own.close_overlay("shop/rates.py") == before


def test_an_edit_is_of_bytes(own: Project) -> None:
    before = own.revision
    source = bytes(own.bytes("shop/rates.py"))
    start = source.index(b"def lookup") + 4
    own.edit("shop/rates.py", start, start + len("lookup"), "find_rätt")
    assert own.symbol("find_rätt").path == "shop/rates.py"
    with pytest.raises(leindex.SymbolNotFoundError):
        own.symbol("lookup")
    assert own.close_overlay("shop/rates.py") == before


def test_a_file_may_be_taken_away_for_a_while(own: Project) -> None:
    before = own.revision
    own.remove("shop/checkout.py")
    assert "shop/checkout.py" not in [file.path for file in own.files()]
    assert own.close_overlay("shop/checkout.py") == before


def test_a_diff_tells_what_changed_since_a_commit(own: Project) -> None:
    rates = Path(own.root) / "shop" / "rates.py"
    text = rates.read_text(encoding="utf-8")
    text = text.replace("def lookup(country):", "def lookup(country, day=1):").replace('f"{country}: ', 'f"{country} ')
    rates.write_text(text + "\n\ndef added():\n    return 1\n", encoding="utf-8")
    (Path(own.root) / "shop" / "store.py").unlink()
    diff = own.diff()
    assert [symbol.name for symbol in diff.added] == ["added"]
    assert [changed.symbol.name for changed in diff.signature] == ["lookup"]
    assert "lookup(country)" in diff.signature[0].before
    assert "_report" in [symbol.name for symbol in diff.body]
    assert {symbol.name for symbol in diff.removed} >= {"find_user", "USERS"}
    assert {(file.path, file.change) for file in diff.files} == {
        ("shop/rates.py", "changed"),
        ("shop/store.py", "removed"),
    }
    assert diff.revision == own.revision
    assert "signature:\n" in str(diff) and "<table>" in diff._repr_html_()
    assert own.diff("HEAD").to_dict() == diff.to_dict()


def test_a_function_that_moved_is_one_that_moved(own: Project) -> None:
    root = Path(own.root)
    text = (root / "shop" / "store.py").read_text(encoding="utf-8")
    function = text[text.index("def find_user") :]
    (root / "shop" / "store.py").write_text(text.replace(function, ""), encoding="utf-8")
    (root / "shop" / "users.py").write_text(function, encoding="utf-8")
    moved = own.diff().moved
    assert [(symbol.from_.path, symbol.to.path) for symbol in moved] == [("shop/store.py", "shop/users.py")]
    assert moved[0].to_dict()["from"]["name"] == moved[0].from_.name


def test_the_impact_of_what_is_not_committed(own: Project) -> None:
    rates = Path(own.root) / "shop" / "rates.py"
    rates.write_text(rates.read_text(encoding="utf-8").replace("return rate", "return rate + 0"), encoding="utf-8")
    impact = own.impact(base="HEAD")
    assert impact.start == ("shop shop/rates.py lookup().",)
    assert impact.tests == ("shop tests/test_cart.py test_total_with_tax().",)
    git(Path(own.root), "commit", "--quiet", "--all", "--message", "Add nothing")
    assert not own.impact(base="HEAD")


def test_the_store_changes_no_answer(native: Any, shop: Path, tmp_path: Path) -> None:
    def answers(**options: Any) -> list[Any]:
        with Project(shop, **options) as project:
            asked = [("search", {"query": "tax of a country"}), ("hotspots", {}), ("impact", {"names": ["lookup"]})]
            return [project.ask(verb, **arguments) for verb, arguments in asked]

    cold = answers(in_memory=True)
    assert answers(store=tmp_path / "store") == cold
    assert answers(store=tmp_path / "store") == cold
    assert answers(store=tmp_path / "store", verify=True, flows=True, threads=1) == cold
