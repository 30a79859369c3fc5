"""Importing the package: cheap, lazy, and clear about what is missing."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from shop_project import IS_INSTALLED, PYTHON, TESTS, environment, run_python

PACKAGE = PYTHON / "leindex" / "__init__.py"


def loaded_by(code: str) -> set[str]:
    """The modules that some lines load."""
    done = run_python(f"import sys\nbefore = set(sys.modules)\n{code}\nprint('\\n'.join(set(sys.modules) - before))")
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def test_importing_loads_neither_the_native_module_nor_anything_heavy() -> None:
    loaded = loaded_by("import leindex")
    heavy = {"leindex_rust", "dataclasses", "inspect", "asyncio", "rich", "mcp", "click", "numpy", "pyarrow", "pandas"}
    assert not heavy & {name.partition(".")[0] for name in loaded}
    assert {name for name in loaded if name.startswith("leindex")} == {"leindex"}


def test_the_types_of_answers_need_no_native_module() -> None:
    loaded = loaded_by("import leindex; leindex.SymbolInfo; leindex.Impact; leindex.Stats; leindex.TreeFolder")
    assert not {"leindex_rust", "numpy", "pyarrow", "pandas"} & {name.partition(".")[0] for name in loaded}


def names_for_checkers() -> dict[str, str]:
    """What type checkers are told of each public name: the module that defines it."""
    tree = ast.parse(PACKAGE.read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    found = {}
    for node in block.body:
        assert isinstance(node, ast.ImportFrom), ast.dump(node)
        for alias in node.names:
            assert alias.name == alias.asname
            found[alias.name] = f"leindex.{node.module}" if node.level else str(node.module)
    return found


def test_checkers_and_programs_find_the_same_names_in_the_same_modules() -> None:
    import leindex

    assert names_for_checkers() == leindex._MODULES


def test_every_public_name_is_there(native: Any) -> None:
    import leindex

    for name in leindex._MODULES:
        assert getattr(leindex, name) is not None, name
        assert name in dir(leindex)


def test_every_exception_of_the_native_module_is_one_of_the_package(native: Any) -> None:
    import leindex

    errors = [name for name, found in vars(native).items() if isinstance(found, type) and issubclass(found, Exception)]
    assert len(errors) >= 13
    for name in errors:
        found = getattr(leindex, name)
        assert issubclass(found, leindex.LeIndexError)
        assert found.__module__ == "leindex" and found.__doc__


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    import leindex

    with pytest.raises(AttributeError, match="no attribute 'Projekt'"):
        leindex.Projekt  # type: ignore[attr-defined]  # noqa: B018


def test_without_the_native_module_the_error_says_what_to_do() -> None:
    code = """
import sys
sys.modules["leindex_rust"] = None
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name == "leindex_rust":
            raise ModuleNotFoundError("No module named 'leindex_rust'", name="leindex_rust")
sys.meta_path.insert(0, Missing())
del sys.modules["leindex_rust"]
import leindex
for name in ("Project", "LeIndexError", "Table"):
    try:
        getattr(leindex, name)
    except ModuleNotFoundError as error:
        print(error.name, error)
"""
    done = run_python(code)
    assert done.stdout.count("leindex_rust the native module leindex_rust is missing; run `pip install") == 3, done


def test_the_version_is_that_of_the_crate(native: Any) -> None:
    import leindex

    manifest = (TESTS.parents[1] / "Cargo.toml").read_text(encoding="utf-8")
    assert f'version = "{leindex.__version__}"' in manifest


@pytest.mark.parametrize("name", ["LICENSE-APACHE", "LICENSE-MIT", "NOTICE.md"])
def test_the_licences_of_the_wheel_are_those_of_the_repository(name: str) -> None:
    assert (TESTS.parent / name).read_bytes() == (TESTS.parents[1] / name).read_bytes()


def test_mypy_finds_nothing_in_strict_mode() -> None:
    checked(["mypy", "--config-file", "pyproject.toml"], TESTS.parent)


USED = """
import leindex
from typing import assert_type

with leindex.Project("shop", follow=False) as project:
    for edge in project.callers("login"):
        assert_type(edge.confidence, float | None)
    assert_type(project.search("tax")[0].symbol.name, str)
    assert_type(project.files()[0], leindex.FileInfo)
    assert_type(project.cycles()[0], tuple[str, ...])
    assert_type(project.stats().warnings, tuple[str, ...])
    assert_type(project.bytes("a.py"), memoryview)
    try:
        project.symbol(project.impact("login")[0])
    except leindex.AmbiguousSymbolError as error:
        assert_type(error.candidates, list[str])
with leindex.Workspace(["shop", "billing"]) as workspace:
    assert_type(workspace.search("tax")[0].item, leindex.SearchHit)
    assert_type(workspace.stats()["shop"], leindex.Stats)
"""


def test_programs_see_the_types_of_answers(tmp_path: Path) -> None:
    (tmp_path / "used.py").write_text(USED, encoding="utf-8")
    # What is installed is found by itself, as it is for everybody.
    path = "" if IS_INSTALLED else str(PYTHON)
    checked(["mypy", "--strict", "--config-file", "", str(tmp_path / "used.py")], tmp_path, MYPYPATH=path)


def test_the_stub_says_what_the_native_module_has(native: Any) -> None:
    options = ["--mypy-config-file", "pyproject.toml", "--allowlist", "tests/stubtest.txt"]
    checked(["mypy.stubtest", "leindex_rust", *options], TESTS.parent)


def checked(command: list[str], folder: Path, **variables: str) -> None:
    pytest.importorskip("mypy")
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True, env={**environment(), **variables}
    )
    assert done.returncode == 0, done.stdout + done.stderr
