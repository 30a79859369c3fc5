"""Every question of a project, asked of the shop: what it answers, and that its types lose nothing of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import leindex
from leindex import Project


class Case(NamedTuple):
    """A question, how it is asked by its verb, and something that its answer must say."""

    ask: Callable[[Project], Any]
    verb: str
    arguments: dict[str, Any]
    says: Callable[[Any], object]


def names(answer: Any) -> list[str]:
    """The qualified names of symbols."""
    return [symbol.qualified_name for symbol in answer]


def sites(answer: Any) -> list[tuple[str, int, str]]:
    """Where edges are, and by which rule."""
    return [(edge.path, edge.line, edge.rule) for edge in answer]


CASES = {
    "files": Case(
        Project.files,
        "files",
        {},
        lambda found: {"shop/auth.py", "web/cart.ts", "gateway/pay.go", "engine/src/lib.rs"} <= {f.path for f in found},
    ),
    "diagnostics": Case(Project.diagnostics, "diagnostics", {}, lambda found: len(found) == 0),
    "outline": Case(
        lambda project: project.outline("shop/cart.py"),
        "outline",
        {"path": "shop/cart.py"},
        lambda found: [item.symbol.name for item in found] == ["Line", "Cart"] and len(found[1].children) == 5,
    ),
    "symbols": Case(
        lambda project: project.symbols("total"),
        "symbols",
        {"name": "total", "limit": 1000},
        lambda found: names(found) == ["shop.cart.Line.total", "shop.cart.Cart.total"],
    ),
    "symbols by a pattern": Case(
        lambda project: project.symbols("*Session", limit=1),
        "symbols",
        {"name": "*Session", "limit": 1},
        lambda found: names(found) == ["shop.auth.Session"],
    ),
    "symbol": Case(
        lambda project: project.symbol("Session.login"),
        "symbol",
        {"name": "Session.login"},
        lambda found: found.path == "shop/auth.py" and found.summary == "Lets somebody in whose password is right.",
    ),
    "symbol_at": Case(
        lambda project: project.symbol_at("shop/rates.py", 12, 4),
        "symbol_at",
        {"path": "shop/rates.py", "line": 12, "column": 4, "encoding": "utf8"},
        lambda found: found.name == "lookup",
    ),
    "definition": Case(
        lambda project: project.definition("web/cart.ts", 21, 17),
        "definition",
        {"path": "web/cart.ts", "line": 21, "column": 17, "encoding": "utf8"},
        lambda found: [(one.symbol.path, one.rule) for one in found] == [("web/money.ts", "import")],
    ),
    "callers": Case(
        lambda project: project.callers("lookup"),
        "callers",
        {"name": "lookup"},
        lambda found: sites(found) == [("shop/cart.py", 34, "import"), ("shop/rates.py", 17, "exact")],
    ),
    "callers in TypeScript": Case(
        lambda project: project.callers("formatMoney"),
        "callers",
        {"name": "formatMoney"},
        lambda found: sites(found) == [("web/cart.ts", 21, "import")],
    ),
    "callers in Rust": Case(
        lambda project: project.callers("Stock.available"),
        "callers",
        {"name": "Stock.available"},
        lambda found: [edge.path for edge in found] == ["engine/src/lib.rs"],
    ),
    "callees in Go": Case(
        lambda project: project.callees("gateway/main.go#main"),
        "callees",
        {"name": "gateway/main.go#main"},
        lambda found: "gateway/pay.go" in [edge.target_path for edge in found],
    ),
    "references": Case(
        lambda project: project.references("RateError"),
        "references",
        {"name": "RateError"},
        lambda found: ("shop/rates.py", 11) in [(edge.path, edge.line) for edge in found],
    ),
    "hierarchy": Case(
        lambda project: project.hierarchy("shop.auth.Session"),
        "hierarchy",
        {"name": "shop.auth.Session"},
        lambda found: names(found.below) == ["shop.auth.AdminSession"] and not found.open,
    ),
    "imports": Case(
        lambda project: project.imports("shop/cart.py"),
        "imports",
        {"path": "shop/cart.py"},
        lambda found: {edge.target_path for edge in found} == {"shop/rates.py"},
    ),
    "importers": Case(
        lambda project: project.importers("shop/cart.py"),
        "importers",
        {"path": "shop/cart.py"},
        lambda found: {e.path for e in found} == {"shop/__init__.py", "shop/checkout.py", "tests/test_cart.py"},
    ),
    "impact": Case(
        lambda project: project.impact("lookup"),
        "impact",
        {"names": ["lookup"], "direction": "dependents", "depth": None, "limit": 10_000},
        lambda found: len(found.tests) == 1 and found[0].distance == 1 and found.members[0].proof,
    ),
    "impact of lines": Case(
        lambda project: project.impact(lines={"shop/rates.py": [(12, 13)]}, depth=1),
        "impact",
        {"lines": {"shop/rates.py": [[12, 13]]}, "direction": "dependents", "depth": 1, "limit": 10_000},
        lambda found: {member.path for member in found} == {"shop/cart.py", "shop/rates.py"},
    ),
    "impact of a commit": Case(
        lambda project: project.impact(base="HEAD"),
        "impact",
        {"base": "HEAD", "direction": "dependents", "depth": None, "limit": 10_000},
        lambda found: len(found) == 0 and not found.truncated,
    ),
    "dependencies": Case(
        lambda project: project.impact("checkout", direction="dependencies"),
        "impact",
        {"names": ["checkout"], "direction": "dependencies", "depth": None, "limit": 10_000},
        lambda found: "shop/rates.py" in {member.path for member in found},
    ),
    "tests_for": Case(
        lambda project: project.tests_for("lookup"),
        "tests_for",
        {"name": "lookup"},
        lambda found: found == ["shop tests/test_cart.py test_total_with_tax()."],
    ),
    "dead_code": Case(
        Project.dead_code, "dead_code", {}, lambda found: [dead.symbol.name for dead in found] == ["_report"]
    ),
    "why": Case(
        lambda project: project.why("shop/cart.py", 33),
        "why",
        {"path": "shop/cart.py", "line": 33},
        lambda found: any(len(reason.candidates) == 2 for reason in found),
    ),
    "cfg": Case(
        lambda project: project.cfg("lookup"),
        "cfg",
        {"name": "lookup"},
        lambda found: {"true", "false"} <= {edge.kind for edge in found.edges} and found[0].kind == "entry",
    ),
    "dataflow": Case(
        lambda project: project.dataflow("lookup"),
        "dataflow",
        {"name": "lookup"},
        lambda found: {edge.kind for edge in found.edges} == {"data"} and "rate" in {e.variable for e in found.edges},
    ),
    "pdg": Case(
        lambda project: project.pdg("lookup"),
        "pdg",
        {"name": "lookup"},
        lambda found: {edge.kind for edge in found.edges} == {"control", "data"},
    ),
    "slice": Case(
        lambda project: project.slice("shop/rates.py", 13, "rate", within_function=True),
        "slice",
        {"path": "shop/rates.py", "line": 13, "variable": "rate", "within_function": True},
        lambda found: [line.line for line in found] == [8, 10, 11, 12, 13],
    ),
    "slice forward": Case(
        lambda project: project.slice("shop/rates.py", 12, "rate", forward=True),
        "slice",
        {"path": "shop/rates.py", "line": 12, "variable": "rate", "forward": True},
        lambda found: ("shop/cart.py", 35) in [(line.path, line.line) for line in found],
    ),
    "chop": Case(
        lambda project: project.chop("shop/rates.py", 12, "shop/cart.py", 35, from_variable="rate"),
        "chop",
        {
            "from_path": "shop/rates.py",
            "from_line": 12,
            "from_variable": "rate",
            "to_path": "shop/cart.py",
            "to_line": 35,
        },
        lambda found: ("shop/cart.py", 34) in [(line.path, line.line) for line in found],
    ),
    "metrics": Case(
        lambda project: project.metrics("shop", top=2, by="cyclomatic"),
        "metrics",
        {"path": "shop", "top": 2, "by": "cyclomatic"},
        lambda found: len(found) == 2 and found.total.functions == 13,
    ),
    "symbol_metrics": Case(
        lambda project: project.symbol_metrics("lookup"),
        "symbol_metrics",
        {"name": "lookup"},
        lambda found: (found.metrics.cyclomatic, found.metrics.parameters) == (2, 1),
    ),
    "hotspots": Case(
        lambda project: project.hotspots(limit=3),
        "hotspots",
        {"limit": 3},
        lambda found: len(found) == 3 and found.history.commits == 1 and found[0].churn.commits == 1,
    ),
    "hotspots without churn": Case(
        lambda project: project.hotspots(by="eigenvector", churn=False, tests=True),
        "hotspots",
        {"by": "eigenvector", "churn": False, "tests": True},
        lambda found: found.history is None and found[0].churn is None,
    ),
    "centrality": Case(
        Project.centrality,
        "centrality",
        {},
        lambda found: abs(sum(symbol.pagerank for symbol in found) - 1) < 1e-6,
    ),
    "betweenness": Case(Project.betweenness, "betweenness", {}, lambda found: found.exact and found[0].betweenness > 0),
    "communities": Case(
        lambda project: project.communities(resolution=0.5),
        "communities",
        {"resolution": 0.5},
        lambda found: len(found) >= 3 and 0 < found.modularity < 1,
    ),
    "architecture": Case(
        lambda project: project.architecture("shop", tests=True),
        "architecture",
        {"path": "shop", "tests": True},
        lambda found: "shop" in {directory.path for directory in found},
    ),
    "search": Case(
        lambda project: project.search("tax rate of a country", limit=5, kinds=["function"], paths=["shop/"]),
        "search",
        {"query": "tax rate of a country", "limit": 5, "kinds": ["function"], "paths": ["shop/"]},
        lambda found: found[0].symbol.name == "lookup" and found[0].parts,
    ),
    "context": Case(
        lambda project: project.context("how is the tax of a cart computed?", 600),
        "context",
        {"question": "how is the tax of a cart computed?", "budget": 600},
        lambda found: found.found and 0 < found.tokens <= 600 and found.text in str(found),
    ),
    "context from symbols": Case(
        lambda project: project.context("tax", 600, payload="text", from_=[project.symbol("lookup")]),
        "context",
        {"question": "tax", "budget": 600, "payload": "text", "from": ["lookup"]},
        lambda found: found.entries == ("shop shop/rates.py lookup().",),
    ),
    "embedding_stats": Case(
        Project.embedding_stats, "embedding_stats", {}, lambda found: found.symbols == found.embedded > 0
    ),
    "diff": Case(
        Project.diff, "diff", {"base": "HEAD"}, lambda found: found.base == "HEAD" and not (found.added or found.files)
    ),
}
#: Keys that types give a value where the engine leaves them out.
OPTIONAL = {"label", "variable", "running", "error"}


def given(value: Any) -> Any:
    """An answer without what is optional and missing."""
    if isinstance(value, dict):
        return {key: given(held) for key, held in value.items() if key not in OPTIONAL or held not in (None, False)}
    return [given(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_a_question_is_answered(project: Project, case: Case) -> None:
    answer = case.ask(project)
    assert case.says(answer), answer


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_types_lose_nothing_of_an_answer(project: Project, case: Case) -> None:
    revision, raw = project.ask(case.verb, **case.arguments)
    assert given(case.ask(project).to_dict()) == given(raw)
    assert revision == project.revision


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_an_answer_shows_itself(project: Project, case: Case) -> None:
    answer = case.ask(project)
    assert repr(answer).startswith(f"<{type(answer).__name__} ") and "\n" not in repr(answer)
    assert len(repr(answer)) < 400
    assert str(answer)
    assert "<table>" in answer._repr_html_()
    table = answer.to_arrow()
    assert table.num_columns > 0
    assert len(answer.to_pandas()) == table.num_rows


def test_every_verb_of_the_engine_is_asked_here(native: Any, project: Project) -> None:
    with pytest.raises(leindex.RequestError) as refused:
        project.ask("wizardry")
    known = {case.verb for case in CASES.values()}
    others = {"source", "cycles", "flow_text", "edge_counts", "stats"}
    message = str(refused.value)
    for verb in known | others:
        assert verb in message
    assert "wizardry" in message


def test_answers_that_are_plain(project: Project) -> None:
    assert project.cycles() == []
    assert "rate = RATES[country]" in project.flow_text("shop/rates.py", 12)
    counts = project.edge_counts()
    assert counts["import"] > 0 and all(isinstance(count, int) for count in counts.values())
    assert project.symbol_at("shop/auth.py", 10_000) is None or project.symbol_at("shop/auth.py", 1, 0) is None


def test_cycles_of_imports_are_groups_of_paths(own: Project) -> None:
    own.overlay("shop/rates.py", "from shop.cart import Cart\n\ndef lookup(country):\n    return Cart\n")
    assert own.cycles() == [("shop/cart.py", "shop/rates.py")]
    assert str(own.cycles()) == "shop/cart.py → shop/rates.py"
    assert own.cycles().to_arrow().to_pylist() == [{"paths": ["shop/cart.py", "shop/rates.py"]}]


def test_a_part_of_an_answer_stands_for_its_symbol(project: Project) -> None:
    expected = project.callers("lookup")
    hit = next(hit for hit in project.search("lookup") if hit.symbol.name == "lookup")
    item = next(item for item in project.outline("shop/rates.py") if item.symbol.name == "lookup")
    for named in (project.symbol("lookup"), hit, item, expected, "shop/rates.py:8", "shop.rates.lookup"):
        assert project.callers(named) == expected
    member = project.impact("lookup")[0]
    assert project.symbol(member).symbol == member.symbol


def test_the_source_of_files_and_symbols(project: Project, shop: Path) -> None:
    text = (shop / "shop" / "rates.py").read_text(encoding="utf-8")
    assert project.source("shop/rates.py") == text
    assert project.source("lookup").startswith("def lookup(country):") and project.source("lookup") in text
    assert project.source(project.symbol("Session.login")) == project.source("Session.login")
    assert project.source("shop/rates.py:9") == project.source("lookup")


def test_the_tree_counts_what_lies_below(project: Project) -> None:
    tree = project.tree()
    files = {file.path: file for file in tree.walk()}
    others = [file.path for file in project.other_files()]
    assert others == ["README.md", "logo.bin"]
    assert set(files) == {*others, *(file.path for file in project.files())}
    assert tree.symbols == sum(file.symbols for file in files.values()) == project.stats().symbols
    assert [folder.path for folder in tree.folders] == ["engine", "gateway", "shop", "tests", "web"]
    assert files["shop/rates.py"].symbols == 4
    assert "  engine/  3 files" in str(tree)
    assert tree.to_arrow().num_rows == len(files)


def test_lines_are_found_by_patterns(project: Project) -> None:
    found = project.grep("def (lookup|total)")
    assert [(line.path, line.line) for line in found][-1] == ("shop/rates.py", 8)
    assert not found.truncated and project.grep("def", limit=1).truncated
    assert [line.path for line in project.grep("SMALL shop", ignore_case=True)] == ["README.md", "shop/__init__.py"]
    assert not list(project.grep("small shop", languages=["go"]))
    assert {line.path for line in project.grep("receipt", paths=["gateway/"])} == {"gateway/main.go", "gateway/pay.go"}
    with pytest.raises(leindex.LeIndexError, match="no regular expression"):
        project.grep("(")


def test_the_figures_of_a_project(project: Project, shop: Path) -> None:
    stats = project.stats()
    assert (stats.name, stats.root, project.root) == ("shop", str(shop.resolve()), str(shop.resolve()))
    assert stats.languages == {"go": 2, "python": 8, "rust": 2, "typescript": 2}
    assert stats.revision == project.revision
    assert stats.memory["resident"] > 0 and stats.store["role"] == "holder"
    assert stats.warnings == () and project.warnings() == []
    assert stats.following
    assert "languages" in stats._repr_html_() and "shop at" in str(stats)
    assert repr(project) == f"<Project shop at {shop.resolve()}>"


def test_progress_is_told_while_a_project_is_opened(native: Any, shop: Path) -> None:
    seen: list[tuple[int, int]] = []
    with leindex.Project(shop, in_memory=True, progress=lambda done, total: seen.append((done, total))):
        pass
    assert seen and seen[-1][0] == seen[-1][1] > 10


def test_further_roots_count_as_part_of_the_project(native: Any, shop: Path, tmp_path: Path) -> None:
    (tmp_path / "lib.py").write_text("def helper():\n    return 1\n", encoding="utf-8")
    with leindex.Project(shop, in_memory=True, roots=[tmp_path]) as project:
        assert project.symbol("helper").path.endswith("lib.py")


def test_a_store_may_lie_where_one_likes(native: Any, shop: Path, tmp_path: Path) -> None:
    with leindex.Project(shop, store=tmp_path / "store") as project:
        assert str(tmp_path / "store") in project.stats().store["folder"]
        project.persist()
        assert project.release() in (True, False)
        assert project.callers("lookup")
