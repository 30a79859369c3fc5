"""Every verb of the command line, once for people and once as JSON, on a small project; its help; bad input.

Runs in this process. What needs a process or a terminal of its own is in `test_cli_process.py`.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import click
import pytest
from click.testing import CliRunner, Result

from leindex.cli.catalogue import ELSEWHERE, ENTRIES, SECTIONS, nearest
from leindex.cli.group import leindex

SHOP = Path(__file__).parent / "projects" / "cli_shop"
ESCAPE = "\x1b"


def git(folder: Path, *arguments: str) -> None:
    author = ["-c", "user.email=shop@example.org", "-c", "user.name=Shop", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *author, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project in a repository, with a store of its own; the current folder is its root."""
    folder = tmp_path_factory.mktemp("cli") / "shop"
    shutil.copytree(SHOP, folder)
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "Open a shop")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LEINDEX_HOME", str(tmp_path_factory.mktemp("home")))
        patch.chdir(folder)
        yield folder


@pytest.fixture
def edited(shop: Path) -> Iterator[Path]:
    """The same with an edit that is not committed."""
    rates = shop / "src" / "rates.py"
    before = rates.read_text(encoding="utf-8")
    rates.write_text(before.replace("def lookup(country):", "def lookup(country, day=1):"), encoding="utf-8")
    yield shop
    rates.write_text(before, encoding="utf-8")


def run(*arguments: str, input: str | None = None) -> Result:
    result = CliRunner().invoke(leindex, arguments, input=input)
    assert "Traceback" not in result.output, result.output
    return result


class Case(NamedTuple):
    """A verb with arguments; what people read; the keys of the JSON object."""

    arguments: list[str]
    says: str
    keys: set[str]
    code: int = 0


SYMBOL = {"symbol", "path", "kind", "name", "qualified_name", "signature", "start_line", "name_line", "revision"}
RELATIONS = {"symbol", "edges", "ambiguous", "unresolved", "certainty", "revision"}
IMPACT = {"start", "members", "tests", "unknown", "truncated", "revision"}

CASES: dict[str, list[Case]] = {
    "context": [
        Case(
            ["context", "how is tax computed?", "--budget", "900"],
            "def total(lines, country, log):",
            {"question", "tokens", "budget", "revision", "entries", "items", "omitted", "text"},
        ),
        Case(["context", "xyzzyplugh"], "", {"found", "text"}, 1),
    ],
    "search": [
        Case(["search", "tax"], "src/cart.py:5  function cart.total", {"hits", "intent", "model", "revision"}),
        Case(["search", "area", "--kind", "method", "-n", "1"], "area", {"hits"}),
        Case(["search", "area", "--language", "haskell"], "nothing found", {"hits"}, 1),
    ],
    "grep": [
        Case(["grep", "^def .*country"], "src/rates.py:6  def lookup(country):", {"lines", "truncated", "revision"}),
        Case(["grep", "-i", "DEF LOOKUP"], "src/rates.py:6", {"lines"}),
        Case(["grep", "def", "-n", "1"], "there are more", {"lines"}),
        Case(["grep", "def", "--language", "haskell"], "no line fits", {"lines"}, 1),
    ],
    "symbols": [
        Case(["symbols", "area"], "src/cart.py:28  method  cart.Shape.area", {"symbols", "revision"}),
        Case(["symbols", "a*"], "Square.area", {"symbols", "revision"}),
        Case(["symbols", "nosuch"], "no symbol is called `nosuch`", {"symbols", "revision"}, 1),
    ],
    "symbol": [
        Case(["symbol", "Square.area"], "src/cart.py:35  method cart.Square.area", SYMBOL),
        Case(["symbol", "Square.area", "--source"], "return self.side * self.side", {"symbol", "text", "revision"}),
    ],
    "definition": [
        Case(["definition", "src/cart.py:12:35"], "src/rates.py:6  function rates.lookup  import", {"definitions"}),
        Case(["definition", "src/cart.py:4:1"], "no known name is there", {"definitions"}, 1),
    ],
    "outline": [
        Case(["outline", "src/cart.py"], "32-36  class     Square", {"symbols", "revision"}),
        Case(["outline", "src/cart.py", "--depth", "1"], "Shape", {"symbols", "revision"}),
    ],
    "tree": [
        Case(["tree"], "cart.py", {"path", "count", "files", "folders", "lines", "symbols", "revision"}),
        Case(["tree", "src", "--depth", "1"], "src/", {"path", "count", "files", "folders"}),
        Case(["tree", "nosuch"], "there is no file below nosuch", {"files"}, 1),
    ],
    "files": [
        Case(["files"], "src/rates.py", {"files", "revision"}),
        Case(["files", "--skipped"], "no such file", {"files"}, 1),
    ],
    "callers": [
        Case(["callers", "total"], "src/cart.py:23        main        exact, 100 %", RELATIONS),
        Case(["callers", "src/rates.py:6"], "src/cart.py:12  total", RELATIONS),
        # Two classes have an `area`, and which one is called is not known.
        Case(["callers", "Shape.area"], "it is not known whether there is none: 1 site may be one", RELATIONS, 1),
        Case(["callers", "main"], "no call: there is none", RELATIONS, 1),
    ],
    "callees": [
        Case(["callees", "main"], "src/cart.py:5  total", RELATIONS),
        Case(["callees", "report"], "Out of the project", RELATIONS),
    ],
    "references": [Case(["references", "lookup"], "src/cart.py:2", RELATIONS)],
    "hierarchy": [
        Case(["hierarchy", "Square"], "src/cart.py:27  class  cart.Shape", {"symbol", "above", "below", "open"}),
        Case(["hierarchy", "total"], "nothing above it, nothing below it", {"above", "below"}, 1),
    ],
    "imports": [
        Case(["imports", "src/cart.py"], "src/rates.py:6", {"edges", "revision"}),
        Case(["imports", "src/broken.py"], "imports nothing", {"edges", "revision"}, 1),
    ],
    "importers": [
        Case(["importers", "src/rates.py"], "src/cart.py:2  lookup", {"edges", "revision"}),
        Case(["importers", "src/broken.py"], "no file imports src/broken.py", {"edges"}, 1),
    ],
    "why": [
        Case(["why", "src/cart.py:12"], "import: imported here", {"sites", "revision"}),
        Case(["why", "src/rates.py:16"], "may be Square.area", {"sites", "revision"}),
        Case(["why", "src/cart.py:3"], "no name on this line leads to a symbol", {"sites"}, 1),
    ],
    "impact": [
        Case(["impact", "lookup"], "2  src/cart.py:21  main   call of total: exact, 100 %", IMPACT),
        Case(["impact", "total", "main", "--forward", "--depth", "1"], "lookup", IMPACT),
        Case(["impact", "main"], "nothing is known to be reached", IMPACT, 1),
        Case(["impact", "--diff"], "no symbol changed", IMPACT, 1),
    ],
    "tests-for": [
        Case(["tests-for", "lookup"], "tests/test_cart.py:4  test_total", {"tests", "members", "start", "revision"}),
        Case(["tests-for", "_orphan"], "no test is known to reach `_orphan`", {"tests"}, 1),
    ],
    "diff": [
        Case(
            ["diff"],
            "nothing differs from HEAD",
            {"base", "added", "removed", "moved", "signature", "body", "files"},
            1,
        )
    ],
    "slice": [
        Case(
            ["slice", "src/cart.py:23", "due"], "# start of the slice", {"lines", "capped", "unknown_calls", "revision"}
        ),
        Case(["slice", "src/cart.py:7", "count", "--forward"], "report(count)", {"lines"}),
        Case(["slice", "src/rates.py:7", "rate", "--to", "src/cart.py:18"], "price", {"lines"}),
    ],
    "cfg": [Case(["cfg", "total"], "true → 6, false → 14", {"symbol", "nodes", "edges", "revision"})],
    "dataflow": [
        Case(["dataflow", "total"], "price of 3 (line 8), 7 (line 12)", {"symbol", "nodes", "edges", "revision"}),
        Case(["dataflow", "total", "--control"], "runs if 5 (line 9) true", {"nodes", "edges"}),
        Case(["dataflow", "total", "--variable", "nosuch"], "nothing in it depends on anything", {"edges"}, 1),
    ],
    "architecture": [Case(["architecture", "--tests"], "tests", {"directories", "couplings", "cycles", "revision"})],
    "hotspots": [
        Case(["hotspots"], "src/cart.py:5  total", {"hotspots", "symbols", "dependencies", "revision"}),
        Case(["hotspots", "--in", "tests"], "no function has a decision in it", {"hotspots"}, 1),
    ],
    "metrics": [
        Case(["metrics"], "Functions by cognitive", {"total", "directories", "files", "top", "revision"}),
        Case(["metrics", "src/cart.py", "--by", "lines", "-n", "1"], "Functions by lines", {"total", "top"}),
        Case(["metrics", "--symbol", "total"], "cyclomatic", {"symbol", "metrics", "revision"}),
    ],
    "cycles": [Case(["cycles"], "a cycle of 2 files", {"cycles", "revision"})],
    "dead": [Case(["dead"], "src/ring.py:10  function  ring._orphan", {"symbols", "revision"})],
    "communities": [Case(["communities"], "src: total", {"communities", "members", "modularity", "revision"})],
    "betweenness": [Case(["betweenness"], "src/cart.py:5  total", {"symbols", "pivots", "exact", "revision"})],
    "diagnostics": [Case(["diagnostics"], "src/broken.py:1  syntax error", {"diagnostics", "revision"})],
    "export": [
        Case(
            ["export", "../graph", "--with", "centrality"],
            "centrality",
            {"rows", "written", "kept", "bytes", "revision"},
        )
    ],
    "index": [
        Case(
            ["index", "--verify"],
            "relations by rule: exact",
            {"name", "root", "files", "symbols", "languages", "edges", "seconds"},
        )
    ],
    "status": [
        Case(
            ["status"],
            "this process may write it",
            {"name", "root", "revision", "files", "symbols", "languages", "store", "memory"},
        )
    ],
    "doctor": [Case(["doctor"], "Le Stockage", {"ok", "sections"})],
    "completion": [Case(["completion", "bash"], "_LEINDEX_COMPLETE=bash_complete", {"shell", "script"})],
}
#: Verbs that answer otherwise: see below and `test_cli_process.py`.
OTHERS = {"sql", "clean", "mcp", "watch"}

EACH = [pytest.param(case, id=" ".join(case.arguments)) for cases in CASES.values() for case in cases]


def test_every_verb_of_the_catalogue_has_a_case() -> None:
    assert set(CASES) | OTHERS == set(ENTRIES)


@pytest.mark.parametrize("case", EACH)
def test_a_verb_answers_people_in_plain_text(shop: Path, case: Case) -> None:
    result = run(*case.arguments)
    assert result.exit_code == case.code, result.output
    assert case.says in result.stdout
    assert ESCAPE not in result.output
    assert case.arguments[0] == "completion" or not re.search(r"[ \t]+$", result.stdout, re.MULTILINE)


@pytest.mark.parametrize("case", EACH)
def test_a_verb_answers_programs_with_one_json_value_and_nothing_else(shop: Path, case: Case) -> None:
    result = run(*case.arguments, "--json")
    assert result.exit_code == case.code, result.output
    assert result.stderr == ""
    value = json.loads(result.stdout)
    assert case.keys <= value.keys()


def test_json_before_the_verb_is_json_behind_it(shop: Path) -> None:
    assert json.loads(run("--json", "cycles").stdout) == json.loads(run("cycles", "--json").stdout)


def test_members_of_an_impact_and_lines_of_a_slice_have_the_keys_that_are_promised(shop: Path) -> None:
    impact = json.loads(run("impact", "lookup", "--json").stdout)
    assert impact["members"][0].keys() == {"symbol", "path", "line", "distance", "proof"}
    assert impact["tests"] == ["shop tests/test_cart.py test_total()."]
    lines = json.loads(run("slice", "src/cart.py:23", "due", "--json").stdout)["lines"]
    assert all(line.keys() == {"path", "line", "text", "reason"} for line in lines)
    # `count` and `report` have no part in it.
    assert {(line["path"], line["line"]) for line in lines}.isdisjoint(
        {("src/cart.py", 7), ("src/cart.py", 10), ("src/cart.py", 17)}
    )


def test_a_context_keeps_its_budget_and_names_its_items(shop: Path) -> None:
    context = json.loads(run("context", "how is tax computed?", "-b", "400", "--json").stdout)
    assert 0 < context["tokens"] <= context["budget"] == 400
    assert context["items"][0].keys() == {"symbol", "path", "start_line", "end_line", "tier", "why"}


def test_what_is_not_committed_is_a_difference_and_has_an_impact(edited: Path) -> None:
    result = run("diff")
    assert result.exit_code == 0
    assert "signature  src/rates.py:6  function rates.lookup" in result.stdout
    assert "+ def lookup(country, day=1)" in result.stdout
    impact = json.loads(run("impact", "--diff", "HEAD", "--json").stdout)
    assert impact["start"] == ["shop src/rates.py lookup()."]
    assert any(member["symbol"] == "shop src/cart.py total()." for member in impact["members"])


def test_paths_are_those_of_the_current_folder_and_answers_those_of_the_project(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shop / "src")
    for arguments in (
        ["outline", "rates.py"],
        ["outline", "src/rates.py"],
        ["outline", str(shop / "src" / "rates.py")],
    ):
        assert "lookup" in run(*arguments).stdout
    assert "src/cart.py:12  total" in run("callers", "rates.py:6").stdout
    assert "src/rates.py:6  function" in run("definition", "cart.py:12:35").stdout
    assert "test_cart.py" in run("tree", "../tests").stdout


@pytest.mark.parametrize(
    ("marker", "text"),
    [("leindex.toml", ""), ("pyproject.toml", "[tool.leindex]\n"), (".git", "gitdir: elsewhere\n")],
)
def test_the_project_is_the_nearest_marked_folder_above(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, marker: str, text: str
) -> None:
    monkeypatch.setenv("LEINDEX_HOME", str(tmp_path / "home"))
    inner = tmp_path / "outer" / "inner" / "deep"
    inner.mkdir(parents=True)
    (tmp_path / "outer" / marker).write_text(text, encoding="utf-8")
    # Settings of others do not mark a project.
    (tmp_path / "outer" / "inner" / "pyproject.toml").write_text("[tool.other]\nname = 'leindex'\n", encoding="utf-8")
    (tmp_path / "outer" / "top.py").write_text("def top(): ...\n", encoding="utf-8")
    monkeypatch.chdir(inner)
    files = json.loads(run("files", "--json").stdout)["files"]
    assert "top.py" in [file["path"] for file in files]


def test_without_a_mark_the_project_is_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEINDEX_HOME", str(tmp_path / "home"))
    (tmp_path / "top.py").write_text("def top(): ...\n", encoding="utf-8")
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "low.py").write_text("def low(): ...\n", encoding="utf-8")
    monkeypatch.chdir(inner)
    assert [file["path"] for file in json.loads(run("files", "--json").stdout)["files"]] == ["low.py"]


# SQL.


def test_sql_gives_a_table_an_array_or_csv(shop: Path) -> None:
    query = "select name, parameters, doc from nodes where kind = 'class' and path = 'src/cart.py' order by name"
    assert (
        run("sql", query).stdout
        == "name    parameters  doc\nShape   null        null\nSquare  null        null\n2 rows\n"
    )
    expected = [{"name": name, "parameters": None, "doc": None} for name in ("Shape", "Square")]
    assert json.loads(run("sql", query, "--json").stdout) == expected
    assert json.loads(run("sql", query, "--format", "json").stdout) == expected
    assert run("sql", query, "-f", "csv").stdout == "name,parameters,doc\nShape,,\nSquare,,\n"


def test_sql_reads_the_query_from_standard_input(shop: Path) -> None:
    assert json.loads(run("sql", "-", "--json", input="select 1 as one;\n").stdout) == [{"one": 1}]


def test_no_rows_are_an_answer(shop: Path) -> None:
    result = run("sql", "select * from nodes where name = 'nosuch'", "--json")
    assert (result.exit_code, json.loads(result.stdout)) == (0, [])


@pytest.mark.parametrize("format_", ["table", "json", "csv", "parquet"])
def test_sql_writes_a_file_whole_or_not_at_all(shop: Path, tmp_path: Path, format_: str) -> None:
    file = tmp_path / "rows"
    query = "select name from nodes where kind = 'class' and path = 'src/cart.py' order by name"
    result = run("sql", query, "-f", format_, "-o", str(file))
    assert (result.exit_code, result.stdout) == (0, "")
    if format_ == "parquet":
        import pyarrow.parquet

        assert pyarrow.parquet.read_table(file).to_pylist() == [{"name": "Shape"}, {"name": "Square"}]
    else:
        assert "Square" in file.read_text(encoding="utf-8")
    failed = run("sql", "select nosuch from nodes", "-f", format_, "-o", str(tmp_path / "other"))
    assert failed.exit_code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["rows"]


def test_rows_beyond_the_limit_are_said_to_be_there(shop: Path) -> None:
    result = run("sql", "select name from nodes", "-n", "3", "--json")
    assert len(json.loads(result.stdout)) == 3
    assert "there are more" in result.stderr


def test_an_export_is_asked_like_the_project(shop: Path, tmp_path: Path) -> None:
    folder = str(tmp_path / "graph")
    assert run("export", folder, "--with", "flow_nodes,flow_edges").exit_code == 0
    query = "select count(*) as n from nodes"
    assert run("sql", query, "--export", folder, "--json").stdout == run("sql", query, "--json").stdout


# Keeping.


def test_clean_removes_the_store_and_nothing_else(shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEINDEX_HOME", str(tmp_path / "home"))
    assert run("clean", "--yes").exit_code == 1
    store = Path(json.loads(run("status", "--json").stdout)["store"]["folder"])
    assert store.is_dir()
    before = sorted(path.name for path in shop.rglob("*.py"))
    refused = run("clean")
    assert (refused.exit_code, store.is_dir()) == (2, True)
    assert "--yes" in refused.stderr
    removed = json.loads(run("clean", "--yes", "--json").stdout)
    assert removed["removed"] == [str(store)]
    assert removed["bytes"] > 0
    assert not store.exists()
    assert sorted(path.name for path in shop.rglob("*.py")) == before


def test_clean_all_removes_every_store(shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEINDEX_HOME", str(tmp_path / "home"))
    other = tmp_path / "other"
    other.mkdir()
    (other / "one.py").write_text("def one(): ...\n", encoding="utf-8")
    stores = [
        Path(json.loads(run("-C", str(root), "status", "--json").stdout)["store"]["folder"]) for root in (shop, other)
    ]
    assert len(set(stores)) == 2
    assert all(store.is_dir() for store in stores)
    assert run("clean", "--all", "--yes").exit_code == 0
    assert not any(store.exists() for store in stores)


def test_doctor_names_the_five_parts(shop: Path) -> None:
    run("index")
    report = json.loads(run("doctor", "--json").stdout)
    assert report["ok"] is True
    assert list(report["sections"]) == ["Le Parse", "Le Graphe", "La Recherche", "Le Stockage", "La Passerelle"]
    subjects = {finding["subject"] for findings in report["sections"].values() for finding in findings}
    assert {"grammars", "calls", "flow", "model", "store", "lock", "memory", "versions", "file events"} <= subjects


def test_doctor_tries_every_language_that_is_built_in() -> None:
    import leindex_rust
    from leindex.cli.samples import SAMPLES

    assert {language["name"] for language in leindex_rust.languages()} <= set(SAMPLES)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("exlude = ['x']\n", "did you mean"),
        ("roots = ['../nosuch']\n", "../nosuch"),
        ("model = 'no/model'\n", "model"),
        ("model = 3\n", "model"),
        ("[[[\n", "leindex.toml"),
    ],
)
def test_doctor_finds_what_is_wrong_with_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: str, said: str
) -> None:
    monkeypatch.setenv("LEINDEX_HOME", str(tmp_path / "home"))
    project = tmp_path / "project"
    project.mkdir()
    (project / "leindex.toml").write_text(settings, encoding="utf-8")
    result = run("-C", str(project), "doctor")
    assert result.exit_code == 1, result.output
    assert "PROBLEM" in result.stdout
    assert said in result.stdout
    assert "→" in result.stdout


def test_doctor_says_where_the_store_may_be_instead_of_a_folder_that_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("LEINDEX_HOME", str(tmp_path / "file" / "home"))
    result = run("-C", str(tmp_path), "doctor")
    assert result.exit_code == 1
    assert "set LEINDEX_HOME" in result.stdout


# Serving.


def test_mcp_hands_over_to_the_server(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from leindex import mcp

    calls: list[tuple[tuple[object, ...], dict[str, object]]] = []
    monkeypatch.setattr(mcp, "serve", lambda *given, **options: calls.append((given, options)))
    assert run("mcp").stdout == ""
    assert run("-C", "lib", "mcp", "src", "--http", "--port", "0", "--no-structured").stdout == ""
    usual = {"http": False, "host": "127.0.0.1", "port": mcp.DEFAULT_PORT, "structured": None}
    assert calls == [(([],), usual), ((["src", "lib"],), {**usual, "http": True, "port": 0, "structured": False})]


def test_mcp_install_prints_what_clients_need(shop: Path) -> None:
    result = run("mcp", "src", "--install")
    assert result.exit_code == 0
    assert str(shop / "src") in result.stdout
    assert json.loads(run("mcp", "src", "--install", "--json").stdout)["text"].rstrip("\n") == result.stdout.rstrip(
        "\n"
    )


# Several projects.


@pytest.fixture(scope="module")
def library(shop: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("library") / "library"
    folder.mkdir()
    text = 'def total(lines):\n    """What the lines come to."""\n    return add(lines)\n\n\ndef add(lines): ...\n'
    (folder / "sums.py").write_text(text, encoding="utf-8")
    return folder


TOGETHER = [
    ["symbols", "total"],
    ["symbol", "total"],
    ["callers", "total"],
    ["callees", "total"],
    ["references", "total"],
    ["impact", "total"],
    ["tests-for", "total"],
    ["files"],
    ["dead"],
    ["metrics"],
    ["status"],
    ["index"],
]


@pytest.mark.parametrize("arguments", TOGETHER, ids=" ".join)
def test_several_projects_are_asked_together(shop: Path, library: Path, arguments: list[str]) -> None:
    both = ["-C", str(shop), "-C", str(library)]
    result = run(*both, *arguments)
    assert result.exit_code == 0, result.output
    assert re.search(r"^shop\b", result.stdout, re.MULTILINE)
    assert re.search(r"^library\b", result.stdout, re.MULTILINE)
    answers = json.loads(run(*both, *arguments, "--json").stdout)["projects"]
    assert list(answers) == ["shop", "library"]
    assert all(answer["revision"] for answer in answers.values())


def test_what_one_project_lacks_is_told_of_the_others(shop: Path, library: Path) -> None:
    both = ["-C", str(shop), "-C", str(library)]
    assert list(json.loads(run(*both, "callers", "lookup", "--json").stdout)["projects"]) == ["shop"]
    assert run(*both, "callers", "nosuch").exit_code == 1
    assert "not followed" in run(*both, "callers", "lookup").stdout


def test_a_search_of_several_projects_is_one_list(shop: Path, library: Path) -> None:
    both = ["-C", str(shop), "-C", str(library)]
    hits = json.loads(run(*both, "search", "total", "-n", "2", "--json").stdout)["hits"]
    assert {hit["project"] for hit in hits} == {"shop", "library"}
    assert "library: sums.py:1  function sums.total" in run(*both, "search", "total").stdout


def test_a_context_of_several_projects_keeps_one_budget(shop: Path, library: Path) -> None:
    both = ["-C", str(shop), "-C", str(library)]
    context = json.loads(run(*both, "context", "what do lines come to?", "-b", "700", "--json").stdout)
    assert 0 < context["tokens"] <= 700
    assert set(context["contexts"]) == {"shop", "library"}
    assert "sums.py" in run(*both, "context", "what do lines come to?", "-b", "700").stdout
    assert run(*both, "context", "x", "--from", "total").exit_code == 2


@pytest.mark.parametrize("format_", ["table", "json", "csv"])
def test_rows_of_several_projects_name_theirs(shop: Path, library: Path, format_: str) -> None:
    query = "select name from nodes where name = 'total'"
    result = run("-C", str(shop), "-C", str(library), "sql", query, "-f", format_)
    expected = {
        "table": "project  name\nshop     total\nlibrary  total\n2 rows\n",
        "json": '[{"project":"shop","name":"total"},{"project":"library","name":"total"}]\n',
        "csv": "project,name\nshop,total\nlibrary,total\n",
    }
    assert result.stdout == expected[format_]


# Help.


def test_the_help_lists_every_verb_once_in_its_section() -> None:
    text = run("--help").stdout
    for title, entries in SECTIONS:
        assert f"\n{title}:\n" in text
        for entry in entries:
            assert len(re.findall(rf"^  {re.escape(entry.name)} ", text, re.MULTILINE)) == 1
    assert "Exit codes:" in text


@pytest.mark.parametrize("name", ENTRIES)
def test_the_help_of_a_verb_has_examples_that_it_accepts(name: str) -> None:
    result = run(name, "--help")
    assert result.exit_code == 0
    lines = [line.strip() for line in result.stdout.split("Examples:")[1].splitlines()]
    examples = [line for line in lines if line.startswith("leindex ")]
    assert examples
    command = leindex.get_command(click.Context(leindex), name)
    assert command is not None
    for example in examples:
        words = shlex.split(re.split(r" (?:>>?|<) ", example)[0])
        assert words[1] == name
        with command.make_context(name, words[2:], resilient_parsing=False):
            pass


def test_without_arguments_it_says_what_to_type_first() -> None:
    result = run()
    assert result.exit_code == 0
    assert 'leindex context "' in result.stdout


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("caller", "callers"),
        ("Search", "search"),
        ("tests_for", "tests-for"),
        ("find", "search"),
        ("refs", "references"),
    ],
)
def test_an_unknown_verb_is_answered_with_the_one_that_was_meant(typed: str, meant: str) -> None:
    result = run(typed, "x")
    assert result.exit_code == 2
    assert f"did you mean `{meant}`?" in result.stderr


def test_what_verbs_are_called_elsewhere_leads_to_verbs_that_there_are() -> None:
    assert set(ELSEWHERE.values()) <= set(ENTRIES)
    assert not set(ELSEWHERE) & set(ENTRIES)
    assert nearest("qqqqqq") is None


def test_the_version_is_that_of_the_package() -> None:
    import leindex as package

    assert run("--version").stdout == f"leindex {package.__version__}\n"


# Bad input.

NUL = "nosuch\x00name"
BAD: list[tuple[list[str], int, str]] = [
    (["-C", "/nosuch/folder", "files"], 2, "/nosuch/folder"),
    (["-C", "src/cart.py", "files"], 2, "is not a folder"),
    (["callers"], 2, "Missing argument"),
    (["callers", "totl"], 1, "did you mean `total`?"),
    (["callers", "area"], 2, "'shop src/cart.py Square#area().'"),
    (["callers", ""], 2, "the name is empty"),
    (["context", "tax", "--from", "totl"], 1, "did you mean `total`?"),
    (["callers", NUL], 1, ""),
    (["callers", "x" * 1_000_000], 1, ""),
    (["search", "tax", "--limit", "0"], 2, "range"),
    (["search", "tax", "--kind", "clas"], 2, "class"),
    (["context", "tax", "--budget", "-5"], 2, "range"),
    (["context", "tax", "--budget", "many"], 2, "many"),
    (["outline", "src/nosuch.py"], 2, "src/nosuch.py"),
    (["outline", "src/crt.py"], 2, "`src/cart.py`"),
    (["outline", "../../etc/passwd"], 2, "passwd"),
    (["slice", "src/cart.py"], 2, "a file and a line"),
    (["slice", "src/cart.py:0"], 2, "a file and a line"),
    (["slice", "src/cart.py:99999999999"], 2, "a file and a line"),
    (["slice", "src/cart.py:8", "nosuch"], 2, "price"),
    (["slice", "src/cart.py:8", "--forward", "--to", "src/cart.py:9"], 2, "--to"),
    (["definition", "src/cart.py:12"], 2, "a column"),
    (["impact"], 2, "name a symbol"),
    (["impact", "total", "--diff", "HEAD"], 2, "not both"),
    (["impact", "--diff", "nosuchcommit"], 2, "nosuchcommit"),
    (["diff", "--nosuch"], 2, "--nosuch"),
    (["diff", "nosuchcommit"], 2, "nosuchcommit"),
    (["metrics", "src", "--symbol", "total"], 2, "not both"),
    (["architecture", "--in", "nosuch"], 2, "nosuch"),
    (["communities", "--resolution", "-1"], 2, "range"),
    (["sql"], 2, "give a query"),
    (["sql", "  "], 2, "empty"),
    (["sql", "drop table nodes"], 2, "only read"),
    (["sql", "select * from nodes; delete from nodes"], 2, ""),
    (["sql", "select nosuch from nodes"], 2, "nosuch"),
    (["sql", "select 1", "--format", "parquet"], 2, "--output"),
    (["sql", "select 1", "--export", "src"], 2, "src"),
    (["export", "src/cart.py"], 2, "src/cart.py"),
    (["export", "graph", "--with", "nosuch"], 2, "there is no table `nosuch`"),
    (["completion", "tcsh"], 2, "tcsh"),
    (["-C", ".", "-C", "src", "outline", "cart.py"], 2, "one project"),
]


@pytest.mark.parametrize(("arguments", "code", "said"), [pytest.param(*bad, id=" ".join(bad[0])[:60]) for bad in BAD])
def test_bad_input_is_told_in_words(shop: Path, arguments: list[str], code: int, said: str) -> None:
    result = run(*arguments)
    assert result.exit_code == code, result.output
    assert result.stdout == "" or code == 1
    assert said in result.stderr
    assert len(result.stderr) < 4000
    assert "internal error" not in result.stderr


# Of Parquet there is no JSON.
BAD_AS_JSON = [pytest.param(*bad, id=" ".join(bad[0])[:60]) for bad in BAD if "parquet" not in bad[0]]


@pytest.mark.parametrize(("arguments", "code", "said"), BAD_AS_JSON)
def test_bad_input_is_told_programs_as_json(shop: Path, arguments: list[str], code: int, said: str) -> None:
    result = run("--json", *arguments)
    value: dict[str, Any] = json.loads(result.stdout)
    assert result.exit_code == code
    assert {"type", "message"} <= value["error"].keys()


@pytest.mark.parametrize("verb", ["search", "context"])
@pytest.mark.parametrize(
    "question", ["", "   ", "?!", "\x00\x1b[2J", "tax " * 250_000], ids=["empty", "blank", "signs", "control", "1 MB"]
)
def test_a_question_of_any_kind_is_answered_or_finds_nothing(shop: Path, verb: str, question: str) -> None:
    result = run(verb, "--", question)
    assert result.exit_code in (0, 1), result.stderr
    assert ESCAPE not in result.output
    assert json.loads(run(verb, "--json", "--", question).stdout)["revision"]


def test_a_project_that_is_named_twice_is_one(shop: Path) -> None:
    assert run("-C", ".", "-C", str(shop), "outline", "src/cart.py").exit_code == 0


def test_an_ambiguous_name_is_answered_with_names_that_are_not(shop: Path) -> None:
    error = json.loads(run("callers", "area", "--json").stdout)["error"]
    assert error["type"] == "AmbiguousSymbolError"
    assert error["candidates"] == ["shop src/cart.py Shape#area().", "shop src/cart.py Square#area()."]
    for candidate in error["candidates"]:
        assert run("symbol", candidate).exit_code == 0


@pytest.mark.parametrize("debug", ["", "1"])
def test_a_defect_is_told_in_two_lines_and_traced_when_asked(
    shop: Path, monkeypatch: pytest.MonkeyPatch, debug: str
) -> None:
    from leindex.cli.session import Session

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the cat is\non the mat")

    monkeypatch.setattr(Session, "ask", broken)
    monkeypatch.setenv("LEINDEX_DEBUG", debug)
    result = CliRunner().invoke(leindex, ["cycles"])
    assert result.exit_code == 2
    assert "internal error: RuntimeError: the cat is on the mat" in result.stderr
    assert "report it" in result.stderr
    assert ("Traceback" in result.stderr) == bool(debug)


def test_names_of_files_cannot_speak_to_the_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEINDEX_HOME", str(tmp_path / "home"))
    project = tmp_path / "project"
    project.mkdir()
    (project / "a\x1b[31m\nb.py").write_text("def red(): ...\n", encoding="utf-8")
    result = run("-C", str(project), "files")
    assert ESCAPE not in result.stdout
    assert r"a\x1b[31m\nb.py" in result.stdout
    assert len(result.stdout.splitlines()) == 1


# Files of no language, values with which nothing can be found, disks.


@pytest.fixture
def with_notes(shop: Path) -> Iterator[Path]:
    """The project with a file that no language claims, and a manifest."""
    notes, manifest = shop / "notes.txt", shop / "Cargo.toml"
    notes.write_text("tax\n", encoding="utf-8")
    manifest.write_text('[package]\nname = "shop"\n', encoding="utf-8")
    yield shop
    notes.unlink()
    manifest.unlink()


def test_files_of_no_language_are_listed_when_they_are_asked_for(with_notes: Path) -> None:
    assert "notes.txt" not in run("files").stdout
    assert "notes.txt  4 B" in run("files", "--other").stdout
    found = json.loads(run("files", "--other", "--json").stdout)["files"]
    assert {"path": "notes.txt", "bytes": 4} in found
    assert run("files", "--other", "--skipped").exit_code == 2


@pytest.mark.parametrize("arguments", [["outline"], ["imports"], ["importers"], ["symbol", "--source"]])
def test_a_verb_says_of_a_file_of_no_language_that_it_is_one(with_notes: Path, arguments: list[str]) -> None:
    result = run(*arguments, "notes.txt")
    assert result.exit_code == 2 and "`notes.txt` is a file, but it is of no language" in result.stderr


@pytest.mark.parametrize("verb", ["files", "tree"])
def test_lines_are_not_counted_where_they_were_not_read(with_notes: Path, verb: str) -> None:
    line = next(line for line in run(verb).stdout.splitlines() if "Cargo.toml" in line)
    assert "lines" not in line


@pytest.mark.parametrize("arguments", [["search", "x"], ["grep", "x"], ["context", "x"], ["files"]])
def test_a_language_that_is_none_is_refused(shop: Path, arguments: list[str]) -> None:
    result = run(*arguments, "--language", "pyhton")
    assert result.exit_code == 2
    assert "`pyhton` is no language" in result.stderr and "did you mean `python`" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [["callers"], ["grep"], ["outline"], [], ["search", "x", "--kind"], ["search", "x", "--limit"]],
)
def test_a_message_repeats_no_more_than_the_beginning_of_what_was_typed(shop: Path, arguments: list[str]) -> None:
    result = run(*arguments, "(" + "x" * 100_000)
    assert result.exit_code in (1, 2)
    assert "x" * 100 in result.stderr and "x" * 250 not in result.stderr


def test_a_budget_beyond_all_bounds_is_refused_with_the_largest(shop: Path) -> None:
    result = run("context", "tax", "--budget", "9" * 23)
    assert result.exit_code == 2 and "1<=x<=200000" in result.stderr


def test_json_without_a_verb_is_refused_as_json(shop: Path) -> None:
    result = run("--json")
    assert result.exit_code == 2
    assert json.loads(result.stdout)["error"]["type"] == "UsageError"
    assert "lists the verbs" in result.stderr


def test_a_folder_without_code_is_said_to_be_one(shop: Path, tmp_path: Path) -> None:
    assert "no file of a known language" in run("-C", str(tmp_path), "index").stdout
    assert "no folder with code" in run("-C", str(tmp_path), "architecture").stdout
    assert "no file of a known language" not in run("index").stdout


@pytest.mark.parametrize(("free", "state", "code"), [(0, "problem", 1), (50_000_000, "warning", 0), (10**12, "ok", 0)])
def test_doctor_sees_a_disk_without_room(
    shop: Path, monkeypatch: pytest.MonkeyPatch, free: int, state: str, code: int
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda at: shutil._ntuple_diskusage(free, 0, free))  # type: ignore[attr-defined]
    result = run("doctor", "--json")
    found = {item["subject"]: item for item in json.loads(result.stdout)["sections"]["Le Stockage"]}
    assert found["disk"]["state"] == state and result.exit_code == code
    assert state == "ok" or "LEINDEX_HOME" in found["disk"]["advice"]


def test_doctor_sees_a_store_that_cannot_be_written(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Path(json.loads(run("status", "--json").stdout)["store"]["folder"])
    made = tempfile.TemporaryFile

    def forbidden(*, dir: Path) -> Any:
        if Path(dir) == store:
            raise PermissionError(13, "Permission denied")
        return made(dir=dir)

    monkeypatch.setattr(tempfile, "TemporaryFile", forbidden)
    result = run("doctor", "--json")
    found = {item["subject"]: item for item in json.loads(result.stdout)["sections"]["Le Stockage"]}
    assert result.exit_code == 1
    assert found["store"]["state"] == "problem" and f"{store}: Permission denied" in found["store"]["said"]
