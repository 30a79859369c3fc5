"""Bad input: an exception of the right kind with a message that says what to do, and the project answers on."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import leindex
from leindex import Project


def test_a_path_that_does_not_exist(native: Any, tmp_path: Path) -> None:
    with pytest.raises(leindex.ProjectError, match="nowhere"):
        Project(tmp_path / "nowhere")


def test_a_file_is_no_project(native: Any, shop: Path) -> None:
    with pytest.raises(leindex.ProjectError, match=r"rates\.py"):
        Project(shop / "shop" / "rates.py")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_folder_without_permission(native: Any, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)
    with pytest.raises(leindex.ProjectError, match="closed"):
        Project(closed)


@pytest.mark.parametrize("path", ["with\0null", ""])
def test_a_path_that_is_none(native: Any, path: str) -> None:
    with pytest.raises((leindex.ProjectError, ValueError)):
        Project(path)


def test_settings_that_are_wrong_name_the_key_that_is_meant(native: Any, tmp_path: Path) -> None:
    (tmp_path / "leindex.toml").write_text('exlude = ["a"]\n', encoding="utf-8")
    with pytest.raises(leindex.SettingsError, match="did you mean `exclude`"):
        Project(tmp_path)


def test_an_empty_folder_is_a_project_without_files(native: Any, tmp_path: Path) -> None:
    with Project(tmp_path, in_memory=True) as project:
        assert project.files() == [] and project.tree().symbols == 0
        assert not project.search("anything") and not project.context("anything").found
        assert project.embeddings().rows == 0


class Case(NamedTuple):
    """Something that is refused: how, as what, and what the message must say."""

    ask: Callable[[Project], object]
    error: str
    says: str


MEGABYTE = "login " * 174_763
CASES = {
    "a verb that is none": Case(lambda p: p.ask("wizardry"), "RequestError", "wizardry.*callers"),
    "an argument that is none": Case(lambda p: p.ask("symbols", nam="x"), "RequestError", "nam"),
    "an argument that is missing": Case(lambda p: p.ask("callers"), "RequestError", "name"),
    "an argument of another type": Case(lambda p: p.ask("callers", name=7), "RequestError", "callers"),
    "an argument of bytes": Case(lambda p: p.ask("callers", name=b"login"), "RequestError", "callers"),
    "an argument that is no number": Case(lambda p: p.ask("communities", resolution=float("nan")), "RequestError", ""),
    "a name of bytes": Case(lambda p: p.callers(b"login"), "RequestError", "bytes"),  # type: ignore[arg-type]
    "a name that is nothing": Case(lambda p: p.callers(None), "RequestError", "NoneType"),  # type: ignore[arg-type]
    "a name of half a character": Case(lambda p: p.callers("\ud800"), "LeIndexError", ""),
    "a negative budget": Case(lambda p: p.context("tax", -1), "RequestError", "budget|context"),
    "a budget that is no number": Case(lambda p: p.context("tax", "many"), "RequestError", ""),  # type: ignore[arg-type]
    "a negative limit": Case(lambda p: p.search("tax", limit=-1), "RequestError", ""),
    "a kind that is none": Case(lambda p: p.search("tax", kinds=["wizard"]), "RequestError", "wizard.*function"),
    "a measure that is none": Case(lambda p: p.ask("metrics", by="magic"), "RequestError", "magic"),
    "an impact of nothing": Case(lambda p: p.impact(), "RequestError", "names"),
    "an impact of two things": Case(lambda p: p.impact("lookup", base="HEAD"), "RequestError", "not several"),
    "a commit that is none": Case(lambda p: p.diff("no-such-commit"), "LeIndexError", "no-such-commit"),
    "a commit that is an option": Case(lambda p: p.diff("--output=/tmp/x"), "LeIndexError", ""),
    "a negative resolution": Case(lambda p: p.communities(resolution=-1), "RequestError", "resolution"),
    "a file that is none": Case(lambda p: p.outline("shop/cat.py"), "PathError", "shop/cart.py"),
    "a file outside": Case(lambda p: p.bytes("../../etc/passwd"), "PathError", ""),
    "an absolute file outside": Case(lambda p: p.bytes("/etc/passwd"), "PathError", ""),
    "the source of a file that is none": Case(lambda p: p.source("shop/cat.py"), "PathError", "cart"),
    "the source of a symbol that is none": Case(lambda p: p.source("lokup"), "SymbolNotFoundError", "lookup"),
    "a symbol that is none": Case(lambda p: p.symbol("lokup"), "SymbolNotFoundError", "did you mean .*lookup"),
    "an empty name": Case(lambda p: p.symbol(""), "LeIndexError", ""),
    "a line where nothing runs": Case(lambda p: p.slice("shop/rates.py", 2), "FlowError", "nothing runs there"),
    "a variable that is not there": Case(lambda p: p.slice("shop/rates.py", 12, "due"), "FlowError", "rate"),
    "a negative line": Case(lambda p: p.slice("shop/rates.py", -1), "RequestError", ""),
    "SQL that is wrong": Case(lambda p: p.sql("selekt 1"), "QueryError", ""),
    "SQL of a table that is none": Case(lambda p: p.sql("select * from wizards"), "QueryError", "wizards"),
    "SQL that writes": Case(lambda p: p.sql("drop table nodes"), "QueryError", ""),
    "SQL that reads files": Case(lambda p: p.sql("select * from '/etc/passwd'"), "QueryError", ""),
    "SQL that copies": Case(lambda p: p.sql("copy nodes to '/tmp/nodes.parquet'"), "QueryError", ""),
    "two statements": Case(lambda p: p.sql("select 1; drop table nodes"), "QueryError", ""),
    "SQL that takes too long": Case(
        lambda p: p.sql(
            "with recursive t(n) as (select 1 union all select n + 1 from t) select count(*) from t", timeout=0.2
        ),
        "QueryError",
        "took longer than 200ms",
    ),
    "a negative number of rows": Case(lambda p: p.sql("select 1", max_rows=-1), "RequestError", "max_rows"),
    "a negative timeout": Case(lambda p: p.sql("select 1", timeout=-1), "RequestError", "timeout"),
    "a table that is none": Case(lambda p: p.table("wizards"), "QueryError", "wizards"),
    "a column that is none": Case(lambda p: p.table("nodes", ["wizard"]), "QueryError", "wizard"),
    "an edit beyond the end": Case(lambda p: p.edit("shop/rates.py", 0, 10**9, ""), "RequestError", "range"),
    "an edit backwards": Case(lambda p: p.edit("shop/rates.py", 5, 2, ""), "RequestError", ""),
    "a negative edit": Case(lambda p: p.edit("shop/rates.py", -1, 2, ""), "RequestError", "start"),
    "a table to export that is none": Case(lambda p: p.export("/tmp/x", tables=["wizards"]), "RequestError", "nodes"),
    "an export over a file": Case(lambda p: p.export(Path(p.root) / "README.md"), "StoreError", ""),
}


@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_bad_input_is_refused_and_the_project_answers_on(project: Project, case: Case) -> None:
    before = project.revision
    kind = getattr(leindex, case.error)
    with pytest.raises(kind, match=f"(?s){case.says}") as refused:
        case.ask(project)
    message = str(refused.value)
    assert message and "panicked" not in message and "usize" not in message
    assert len(message) < 4000
    assert project.revision == before
    assert len(project.callers("lookup")) == 2


@pytest.mark.parametrize(
    "ask",
    [
        lambda project: project.symbol(MEGABYTE),
        lambda project: project.outline(MEGABYTE),
        lambda project: project.ask(MEGABYTE),
        lambda project: project.sql(f"select {MEGABYTE}"),
    ],
    ids=["name", "path", "verb", "query"],
)
def test_a_message_does_not_repeat_a_megabyte(project: Project, ask: Callable[[Project], object]) -> None:
    with pytest.raises(leindex.LeIndexError) as refused:
        ask(project)
    assert 10 < len(str(refused.value)) < 4000


def test_a_query_of_a_megabyte_is_answered(project: Project) -> None:
    assert len(MEGABYTE) > 1_000_000
    assert project.search(MEGABYTE, limit=3).revision == project.revision
    assert project.context(MEGABYTE[:1_000_000], 300).tokens <= 300


@pytest.mark.parametrize("query", ["", " ", "\0", "?" * 100, "'; drop table nodes; --", "🦀" * 50])
def test_an_odd_question_is_answered(project: Project, query: str) -> None:
    assert project.search(query).revision == project.revision
    assert project.context(query, 200).tokens <= 200


@pytest.mark.parametrize("budget", [0, 1, 50, 10**9])
def test_an_odd_budget_is_kept(project: Project, budget: int) -> None:
    assert project.context("how is tax computed?", budget).tokens <= budget


def test_an_unknown_symbol_names_those_that_come_near(project: Project) -> None:
    with pytest.raises(leindex.SymbolNotFoundError) as refused:
        project.callers("formatMony")
    assert refused.value.name == "formatMony"
    assert "formatMoney" in " ".join(refused.value.nearest)


def test_a_path_that_is_none_names_those_that_come_near(project: Project) -> None:
    with pytest.raises(leindex.PathError) as refused:
        project.imports("shop/ratse.py")
    assert refused.value.path == "shop/ratse.py"
    assert "shop/rates.py" in " ".join(refused.value.nearest)


def test_a_name_in_forty_places_names_all_of_them_in_full(native: Any, tmp_path: Path) -> None:
    for number in range(40):
        (tmp_path / f"part_{number}.py").write_text("def run():\n    pass\n", encoding="utf-8")
    with Project(tmp_path, in_memory=True) as project:
        with pytest.raises(leindex.AmbiguousSymbolError, match="40 symbols") as refused:
            project.symbol("run")
        assert refused.value.name == "run" and len(refused.value.candidates) == 40
        for candidate in refused.value.candidates:
            assert project.symbol(candidate).symbol == candidate
        assert len(str(refused.value)) < 1500
        assert len(project.symbols("run")) == 40


def test_a_place_without_flow_names_the_variables_that_are_there(project: Project) -> None:
    with pytest.raises(leindex.FlowError) as refused:
        project.slice("shop/rates.py", 12, "due")
    assert (refused.value.path, refused.value.line) == ("shop/rates.py", 12)
    assert "rate" in refused.value.variables


@pytest.mark.parametrize(
    ("content", "reason"), [(bytes(range(256)) * 16, "binary"), ("# café".encode("latin-1"), "not UTF-8")]
)
def test_a_file_that_is_only_listed_says_why(own: Project, content: bytes, reason: str) -> None:
    (Path(own.root) / "blob.py").write_bytes(content)
    for ask in (own.source, own.bytes):
        with pytest.raises(leindex.PathError, match=f"listed only: {reason}"):
            ask("blob.py")
    assert len(own.callers("lookup")) == 2


def test_what_is_closed_says_so(native: Any, shop: Path) -> None:
    project = Project(shop, in_memory=True)
    with project:
        assert not project.closed
    assert project.closed
    project.close()
    for ask in (
        Project.files,
        Project.stats,
        lambda p: p.bytes("shop/cart.py"),
        lambda p: p.sql("select 1"),
        Project.embed,
    ):
        with pytest.raises(leindex.ClosedError, match="open it again"):
            ask(project)
    assert "closed" in repr(project) and project.name == "shop"


@pytest.mark.parametrize(
    "options",
    [
        {"threads": -1},
        {"memory_budget": -1},
        {"in_memory": True, "store": "somewhere"},
        {"embedder_id": "x"},
        {"embedder": object()},
    ],
    ids=str,
)
def test_options_that_make_no_sense_are_refused(native: Any, shop: Path, options: dict[str, Any]) -> None:
    with pytest.raises(leindex.RequestError):
        Project(shop, **options)


def test_a_request_that_is_refused_is_a_value_error(project: Project) -> None:
    with pytest.raises(ValueError, match="wizardry"):
        project.ask("wizardry")


@pytest.mark.parametrize(
    "ask",
    [
        lambda project, names: project.search("tax", languages=names),
        lambda project, names: project.grep("tax", languages=names),
        lambda project, names: project.context("tax", languages=names),
    ],
    ids=["search", "grep", "context"],
)
def test_a_language_that_is_none_is_refused_with_those_there_are(project: Project, ask: Callable[..., Any]) -> None:
    for wrong, near in (
        ("pyhton", "did you mean `python`"),
        ("py", "did you mean `python`"),
        ("cobol", "there are c,"),
    ):
        with pytest.raises(leindex.RequestError, match=f"`{wrong}` is no language.*{near}.*python.*rust"):
            ask(project, [wrong])
    assert ask(project, ["Python"]).to_dict() == ask(project, "python").to_dict()
    assert ask(project, ["tsx"]) is not None


def test_a_context_from_what_is_no_symbol_is_refused_with_what_comes_near(project: Project) -> None:
    with pytest.raises(leindex.SymbolNotFoundError, match="lookup"):
        project.context("tax", from_=["lookup", "lokup"])


@pytest.mark.parametrize("name", ["", " "])
def test_an_empty_name_is_refused_with_what_a_name_is(project: Project, name: str) -> None:
    for ask in (project.callers, project.symbols, project.impact, lambda name: project.context("tax", from_=[name])):
        with pytest.raises(leindex.RequestError, match=r"name is empty.*Session\.login"):
            ask(name)


def test_a_number_beyond_all_bounds_is_refused_as_too_large(project: Project) -> None:
    with pytest.raises(leindex.RequestError, match="`limit` is too large"):
        project.search("tax", limit=10**30)


@pytest.mark.parametrize("roots", ["src", Path("src")])
def test_roots_that_are_one_folder_are_refused(native: Any, shop: Path, roots: Any) -> None:
    with pytest.raises(leindex.RequestError, match="`roots` is `src`, one folder; give a list"):
        Project(shop, in_memory=True, roots=roots)


@pytest.mark.parametrize(
    "ask",
    [Project.outline, Project.importers, Project.imports, Project.source, Project.bytes],
    ids=["outline", "importers", "imports", "source", "bytes"],
)
def test_a_file_of_no_language_is_said_to_be_one(own: Project, ask: Callable[[Project, str], object]) -> None:
    Path(own.root, "notes.txt").write_text("tax\n", encoding="utf-8")
    with pytest.raises(leindex.PathError, match=r"`notes\.txt` is a file, but it is of no language") as refused:
        ask(own, "notes.txt")
    assert refused.value.path == "notes.txt" and refused.value.nearest == []
    with pytest.raises(leindex.LeIndexError) as refused:
        ask(own, "docs/nothing.txt")
    assert "of no language" not in str(refused.value)
