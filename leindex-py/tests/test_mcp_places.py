"""Names, paths and patterns mean what they say, whichever project or folder they are of; source text is the file's."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp.server.lowlevel.server import Server
from mcp_sessions import ask, serving, write

ODD = """class A:
    def odd(self):
        x = "a\x0cb\u2028c\x85d"
        return x

    def after(self):
        return 1
"""


def module(name: str) -> str:
    return f"def handle_{name}(n):\n    return n + 1\n"


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Server[Any], Path, Path]]:
    """Two projects that have little in common."""
    one = write(tmp_path / "one", {"a.py": module("a"), "both.py/inner.py": module("inner")})
    other = write(tmp_path / "other", {"lib/b.py": module("b"), "both.py": module("both"), "hidden.py": module("h")})
    with serving(one, other) as (_, server):
        yield server, one, other


def test_an_absolute_path_is_of_the_project_that_holds_it(two: tuple[Server[Any], Path, Path]) -> None:
    server, one, other = two
    for path, line in ((one / "a.py", 1), (other / "lib" / "b.py", 1)):
        name = f"handle_{path.stem}"
        assert ask(server, "leindex_symbol", name=str(path)).data["file"].endswith(path.name)
        assert name in ask(server, "leindex_symbol", name=f"{path}:{line}").data["symbol"]["symbol"]
        assert ask(server, "leindex_slice", path=str(path), line=2).data["path"].endswith(path.name)
        assert name in ask(server, "leindex_impact", lines=[f"{path}:{line}"]).data["start"][0]
        assert name in ask(server, "leindex_impact", symbols=[f"{path}:{line}"]).data["start"][0]


def test_an_absolute_path_that_no_project_holds_is_refused_with_all_of_them(
    two: tuple[Server[Any], Path, Path], tmp_path: Path
) -> None:
    server, one, other = two
    answers = [
        ask(server, "leindex_symbol", name=str(tmp_path / "c.py")),
        ask(server, "leindex_slice", path=str(tmp_path / "c.py"), line=1),
        ask(server, "leindex_impact", lines=[f"{tmp_path / 'c.py'}:1"]),
    ]
    for answer in answers:
        assert answer.error
        assert str(one) in answer.text and str(other) in answer.text


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_folder_or_link_of_one_project_hides_no_file_of_another(two: tuple[Server[Any], Path, Path]) -> None:
    server, one, _ = two
    (one / "hidden.py").symlink_to("/etc/hostname")
    for name in ("both.py", "hidden.py"):
        assert ask(server, "leindex_symbol", name=name).data["project"] == "other", name
        assert ask(server, "leindex_slice", path=name, line=2).data["project"] == "other", name
        assert not ask(server, "leindex_impact", lines=[f"{name}:1"]).error, name


def test_of_served_folders_inside_each_other_an_absolute_path_is_of_the_innermost(tmp_path: Path) -> None:
    outer = write(tmp_path / "outer", {"a.py": module("a"), "inner/b.py": module("b")})
    with serving(outer, outer / "inner") as (_, server):
        path = str(outer / "inner" / "b.py")
        assert ask(server, "leindex_symbol", name=path).data["file"] == "b.py"
        assert ask(server, "leindex_slice", path=path, line=2).data["path"] == "b.py"


def test_of_two_projects_of_one_name_the_names_to_say_which_are_listed(tmp_path: Path) -> None:
    roots = [write(tmp_path / side / "shop", {"a.py": module("a")}) for side in ("left", "right")]
    with serving(*roots) as (_, server):
        answer = ask(server, "leindex_symbol", name="handle_a")
        assert answer.error
        assert "- `shop`" in answer.text and "- `shop~2`" in answer.text
        for name in ("shop", "shop~2"):
            assert not ask(server, "leindex_symbol", name="handle_a", project_path=name).error


FILES = {
    path: module(path.replace("/", "_").removesuffix(".py"))
    for path in ("top.py", "src/top.py", "src/a/one.py", "src/a/b/two.py", "src/x/a/three.py", "lib/a/four.py")
}
#: Folder, patterns, and the files that they admit.
PATTERNS: list[tuple[str, list[str], str]] = [
    ("", ["*.py"], "top.py src/top.py src/a/one.py src/a/b/two.py src/x/a/three.py lib/a/four.py"),
    ("", ["a"], "src/a/one.py src/a/b/two.py src/x/a/three.py lib/a/four.py"),
    ("", ["a/"], "src/a/one.py src/a/b/two.py src/x/a/three.py lib/a/four.py"),
    ("", ["/src"], "src/top.py src/a/one.py src/a/b/two.py src/x/a/three.py"),
    ("", ["/a"], ""),
    ("", ["/"], "top.py src/top.py src/a/one.py src/a/b/two.py src/x/a/three.py lib/a/four.py"),
    ("", ["{root}/src/a"], "src/a/one.py src/a/b/two.py"),
    ("src", [], "src/top.py src/a/one.py src/a/b/two.py src/x/a/three.py"),
    ("src", ["*.py"], "src/top.py src/a/one.py src/a/b/two.py src/x/a/three.py"),
    ("src", ["t*.py"], "src/top.py src/a/b/two.py src/x/a/three.py"),
    ("src", ["a"], "src/a/one.py src/a/b/two.py src/x/a/three.py"),
    ("src", ["a/"], "src/a/one.py src/a/b/two.py src/x/a/three.py"),
    ("src", ["two.py"], "src/a/b/two.py"),
    ("src", ["/a"], "src/a/one.py src/a/b/two.py"),
    ("src", ["./a"], "src/a/one.py src/a/b/two.py"),
    ("src", ["/*.py"], "src/top.py"),
    ("src", ["/"], "src/top.py src/a/one.py src/a/b/two.py src/x/a/three.py"),
    ("src", ["a/*.py"], "src/a/one.py"),
    ("src", ["a/b/"], "src/a/b/two.py"),
    ("src", ["a/*/"], "src/a/b/two.py"),
    ("src", ["b?/", "x/**"], "src/x/a/three.py"),
    ("src", ["**/a/*.py"], "src/a/one.py src/x/a/three.py"),
    ("src", ["src/a"], "src/a/one.py src/a/b/two.py"),
    ("src", ["{root}/src/a"], "src/a/one.py src/a/b/two.py"),
    ("src/a", ["*.py", "zzz"], "src/a/one.py src/a/b/two.py"),
]


@pytest.fixture(scope="module")
def nested(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server[Any], Path]]:
    folder = write(tmp_path_factory.mktemp("nested") / "shop", FILES)
    with serving(folder) as (_, server):
        yield server, folder


@pytest.mark.parametrize(("folder", "patterns", "expected"), PATTERNS)
def test_patterns_are_those_of_gitignore_below_the_folder_that_is_asked_about(
    nested: tuple[Server[Any], Path], folder: str, patterns: list[str], expected: str
) -> None:
    server, root = nested
    asked = {"paths": [pattern.format(root=root) for pattern in patterns]}
    where = {"project_path": str(root / folder)} if folder else {}
    answer = ask(server, "leindex_search", query="handle", limit=100, kinds=["function"], **asked, **where)
    assert not answer.error, answer.text
    assert {hit["path"] for hit in answer.data["hits"]} == set(expected.split())
    assert not ask(server, "leindex_deep_analyze", query="handle", **asked, **where).error


def test_a_pattern_that_excludes_is_refused_instead_of_finding_nothing(nested: tuple[Server[Any], Path]) -> None:
    server, _ = nested
    answer = ask(server, "leindex_search", query="handle", paths=["src/", "!a"])
    assert answer.error
    assert "excludes" in answer.text


def test_a_project_whose_folder_is_gone_is_said_to_be_when_it_is_asked_by_its_path(tmp_path: Path) -> None:
    stays, goes = (write(tmp_path / name, {"a.py": module(name)}) for name in ("stays", "goes"))
    with serving(stays, goes) as (_, server):
        shutil.rmtree(goes)
        for path in (goes, goes / "sub"):
            answer = ask(server, "leindex_search", query="x", project_path=str(path))
            assert answer.error
            assert "is gone" in answer.text


def test_a_file_of_no_language_is_said_to_be_one(tmp_path: Path) -> None:
    files = {"a.py": module("a"), "README.md": "# Hello\n", "docs/x.md": "hi\n", "handle_a": "#!/bin/sh\n"}
    folder = write(tmp_path / "shop", files)
    with serving(folder) as (_, server):
        for name in ("README.md", "docs/x.md", str(folder / "README.md")):
            for answer in (
                ask(server, "leindex_symbol", name=name),
                ask(server, "leindex_slice", path=name, line=1),
                ask(server, "leindex_impact", lines=[f"{name}:1"]),
            ):
                assert answer.error
                assert "no language" in answer.text and "grep(" in answer.text, answer.text
        assert ask(server, "leindex_symbol", name="handle_a").data["symbol"]["kind"] == "function"
        assert "No symbol is called `NOTES.md`" in ask(server, "leindex_symbol", name="NOTES.md").text


def test_a_name_that_comes_near_is_enough_to_ask_again(tmp_path: Path) -> None:
    with serving(write(tmp_path / "shop", {"a.py": module("first")})) as (_, server):
        answer = ask(server, "leindex_symbol", name="handle_frist")
        assert "full name" not in answer.text
        assert "one of these names" in answer.text


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_lines_of_source_are_those_of_the_file_whatever_characters_are_in_them(tmp_path: Path, ending: str) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    text = ODD.replace("\n", ending)
    (folder / "a.py").write_bytes(text.encode())
    with serving(folder) as (_, server):
        answer = ask(server, "leindex_symbol", name="A.odd", include=["source"])
        assert answer.data["source"] == {"start_line": 2, "end_line": 4}
        # From the first blank to the last letter, it is the text of the file: an edit finds it there.
        source = answer.text.partition("```python\n")[2].partition("\n```")[0]
        assert source in ODD
        assert source.startswith("    def odd") and source.endswith("        return x")
        found = ask(server, "leindex_search", query="odd a b c d", kinds=["method"])
        numbered = [line.strip() for line in found.text.split("\n") if line.strip().startswith("6  ")]
        assert all("def after" in line for line in numbered), found.text
        assert tokens_text(server) in ODD


def tokens_text(server: Server[Any]) -> str:
    """A line of source as the analysis quotes it, cut by words where the budget is small."""
    answer = ask(server, "leindex_deep_analyze", query="odd", budget=2000)
    return next(line for line in answer.text.split("\n") if "x = " in line).strip().rstrip("\r")


def test_what_has_no_text_of_its_own_is_shown_by_what_it_is(tmp_path: Path) -> None:
    text = "def outer(n):\n    return (lambda: 1)(\n        n\n    )\n"
    with serving(write(tmp_path / "shop", {"a.py": text})) as (_, server):
        answer = ask(server, "leindex_symbol", name="outer", include=["callees", "cfg"])
        assert "``" not in answer.text
        assert "(no name)" in answer.text
        assert "(exit)" in answer.text
        assert "`)`" not in answer.text
