"""Which project is meant, and how a path that somebody typed is called inside it.

It looks at names of files only; a settings file is read for one word and no further.
"""

from __future__ import annotations

import os
from pathlib import Path


def project_around(folder: Path) -> Path | None:
    """The nearest folder at or above `folder` that is marked as a project."""
    for candidate in (folder, *folder.parents):
        if _is_marked(candidate):
            return candidate
    return None


def _is_marked(folder: Path) -> bool:
    # `.git` is a file in a worktree or a submodule.
    if os.path.lexists(folder / ".git") or (folder / "leindex.toml").is_file():
        return True
    try:
        return _has_settings((folder / "pyproject.toml").read_bytes())
    except OSError:
        return False


def _has_settings(pyproject: bytes) -> bool:
    if b"leindex" not in pyproject:
        return False
    import tomllib

    try:
        tool = tomllib.loads(pyproject.decode()).get("tool")
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        return False
    return isinstance(tool, dict) and "leindex" in tool


def is_everything(folder: Path) -> bool:
    """Whether a folder holds a whole disk or a whole home: nobody's project, and hours of reading."""
    folder = Path(os.path.realpath(folder))
    try:
        home = Path(os.path.realpath(Path.home()))
    except RuntimeError:
        home = folder.parent / " "
    return folder == folder.parent or folder == home


def path_in(root: str, typed: str) -> str:
    """What a path is called from the project's root: a file that lies where the shell says, else as it was typed."""
    here = os.path.normpath(os.path.join(os.getcwd(), typed))
    if not os.path.lexists(here):
        return typed.replace(os.sep, "/")
    root = os.path.realpath(root)
    # The links of the way there are followed, the last name is not: a link is a file of its own.
    folder, name = os.path.split(here)
    try:
        relative = os.path.relpath(os.path.join(os.path.realpath(folder), name), root)
    except ValueError:  # another drive
        return typed
    if os.path.realpath(here) == root:
        return ""
    return relative.replace(os.sep, "/")


def symbol_in(root: str, typed: str) -> str:
    """A symbol as the engine takes it: a path, also that of `path:line` and `path#name`, is made one from the root."""
    for separator in (":", "#"):
        path, found, rest = typed.rpartition(separator)
        if found and path and (separator == "#" or rest.isdigit()) and os.path.isfile(path):
            return f"{path_in(root, path)}{separator}{rest}"
    return path_in(root, typed) if os.path.isfile(typed) else typed
