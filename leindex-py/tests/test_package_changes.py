"""Answers follow the disk, unsaved buffers and commits."""

from __future__ import annotations

import os
import subprocess
import sys
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


def test_what_a_working_tree_has_no_more_reaches_who_uses_its_name(native: Any, tmp_path: Path) -> None:
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
    (tmp_path / "lib.py").write_text("def keep():\n    return 1\n\n\ndef gone():\n    return 2\n")
    (tmp_path / "use.py").write_text("from lib import gone\n\n\ndef uses():\n    return gone()\n")
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*git, *arguments], cwd=tmp_path, check=True, capture_output=True)
    with leindex.Project(tmp_path, in_memory=True) as project:
        assert project.impact(base="HEAD").removed == ()
        (tmp_path / "lib.py").write_text("def keep():\n    return 1\n")
        impact = project.impact(base="HEAD")
        assert [old.name for old in impact.removed] == ["gone"]
        assert {"uses"} <= {member.symbol.split(" ")[-1].removesuffix("().") for member in impact}
        assert "no more there" in str(impact)
        with pytest.raises(leindex.PathError):
            project.impact(lines={"nosuch.py": [(1, 2)]})
        with pytest.raises(leindex.RequestError, match="count from 1"):
            project.impact(lines={"lib.py": [(2, 1)]})


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system has no fork")
def test_a_process_forked_too_late_is_told_instead_of_left_to_wait(native: Any, tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("def a(): pass\n")
    program = f"""
import os, sys, leindex
with leindex.Project({str(tmp_path)!r}, in_memory=True) as project:
    project.search("a")
    child = os.fork()
    if child == 0:
        for work in (lambda: project.search("a"), lambda: leindex.Project({str(tmp_path)!r}, in_memory=True)):
            try:
                work()
                os._exit(1)
            except leindex.LeIndexError as error:
                assert "spawn" in str(error), error
        os._exit(0)
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    assert subprocess.run([sys.executable, "-c", program], timeout=60, env=environment).returncode == 0
