"""The fixture project, and interpreters of their own, for tests of the package."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import leindex

TESTS = Path(__file__).parent
#: Where the package is imported from: the source tree, or where it was installed to.
PYTHON = Path(str(leindex.__file__)).parents[1]
IS_INSTALLED = TESTS.parent / "python" != PYTHON
SHOP = TESTS / "projects" / "shop"


def git(folder: Path, *arguments: str) -> str:
    """Runs git with an identity of its own."""
    author = ["-c", "user.email=shop@example.org", "-c", "user.name=Shop", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *author, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout


def copy_of_shop(folder: Path) -> Path:
    """The fixture project in a repository of its own, with one commit."""
    shutil.copytree(SHOP, folder)
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "Open a shop")
    return folder


def run_python(code: str, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Runs some lines in an interpreter of their own."""
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        env=environment(),
        timeout=120,
        **options,
    )


def environment() -> dict[str, str]:
    """The variables of another interpreter that finds the package."""
    return {**os.environ, "PYTHONPATH": str(PYTHON)}
