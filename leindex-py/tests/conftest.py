"""What the tests of the package share: a store of their own, the fixture projects, and an opened one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from shop_project import PYTHON, copy_of_shop

if TYPE_CHECKING:
    from leindex import Project


@pytest.fixture(scope="session", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A store of the tests' own; the user's is never touched."""
    folder = tmp_path_factory.mktemp("leindex-home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LEINDEX_HOME", str(folder))
        yield folder


@pytest.fixture(scope="session")
def native() -> Any:
    """The native module; a clear failure where it was not built."""
    try:
        import leindex_rust
    except ImportError as error:
        where = PYTHON / "leindex_rust"
        pytest.fail(f"the native module is not in {where} ({error}); the README's test command builds it")
    return leindex_rust


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The fixture project, not to be changed."""
    return copy_of_shop(tmp_path_factory.mktemp("projects") / "shop")


@pytest.fixture(scope="session")
def project(native: Any, shop: Path) -> Iterator[Project]:
    """The fixture project, opened; not to be changed."""
    import leindex

    with leindex.Project(shop) as opened:
        yield opened


@pytest.fixture
def own(native: Any, tmp_path: Path) -> Iterator[Project]:
    """A copy of the fixture project, opened, to do with as one likes."""
    import leindex

    with leindex.Project(copy_of_shop(tmp_path / "shop"), in_memory=True) as opened:
        yield opened
