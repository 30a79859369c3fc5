"""What is served: folders, the paths in them that may be asked about, and the projects there, opened when first needed.

This is the sandbox. Symbolic links are resolved before a path is compared with a root, `..` is refused before anything
else, and nothing here reads a file.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from leindex.mcp.engine import Engine, Opener, Progress, cancellation
from leindex.mcp.failures import ToolError, names_listed
from leindex.mcp.markdown import code

Found = TypeVar("Found")

if TYPE_CHECKING:
    from leindex_rust import Cancellation

__all__ = ["Opening", "Root", "Roots", "Scope", "innermost", "outside_of_all"]


class Opening:
    """An attempt to open a project, in a thread of its own: it goes on when those who wait for it leave.

    So a client that gives up while a large project is indexed finds it indexed when it asks again.
    """

    def __init__(self, path: Path, opener: Opener) -> None:
        self.engine: Engine | None = None
        self.error: Exception | None = None
        #: Files that are done, and all of them.
        self.progress = (0, 0)
        self.started = time.monotonic()
        self.seconds = 0.0
        self.finished = threading.Event()
        self.cancel = cancellation()
        self.thread = threading.Thread(target=self.run, args=(path, opener), name=f"open {path.name}")
        self.thread.start()

    def run(self, path: Path, opener: Opener) -> None:
        try:
            self.engine = opener(path, self.advance, self.cancel)
        except Exception as error:
            self.error = error
        self.seconds = time.monotonic() - self.started
        self.finished.set()

    def advance(self, done: int, total: int) -> None:
        """Hears how far it is; called from threads of the engine."""
        self.progress = (done, total)


class Root:
    """A folder that is served."""

    def __init__(self, path: Path, name: str, opener: Opener) -> None:
        #: Absolute, links resolved.
        self.path = path
        #: What it is called here: known before the project is opened, and unique.
        self.name = name
        self.opener = opener
        self.lock = threading.Lock()
        self.latest: Opening | None = None

    @property
    def engine(self) -> Engine | None:
        """The opened project, if it is open."""
        return self.latest.engine if self.latest is not None and self.latest.finished.is_set() else None

    def opening(self) -> Opening:
        """The attempt that is under way or succeeded; a new one where there is none."""
        with self.lock:
            latest = self.latest
            if latest is None or (latest.finished.is_set() and latest.error is not None):
                latest = self.latest = Opening(self.path, self.opener)
            return latest

    def close(self, patience: float) -> None:
        """Ends what is under way and lets the project go."""
        latest = self.latest
        if latest is None:
            return
        if not latest.finished.is_set():
            latest.cancel.cancel()
            latest.finished.wait(patience)
        if latest.engine is not None:
            latest.engine.close()


@dataclass(frozen=True, slots=True)
class Scope:
    """A project that is asked, and the folder in it that the question is about."""

    root: Root
    #: From the root, with `/`; empty for all of it.
    folder: str = ""

    @property
    def name(self) -> str:
        return self.root.name

    def file(self, argument: str, path: str) -> str:
        """A path of an argument, from the root of the project; or a :class:`ToolError` where it leads out."""
        parts = safe_parts(argument, path)
        root = self.root.path
        if os.path.isabs(path):
            found = Path(path)
            below = below_root(found, root) or below_root(Path(os.path.realpath(found)), root)
            if below is None:
                raise outside(argument, path, f"it lies outside of {code(str(root))}")
        else:
            found = root.joinpath(*parts)
            in_folder = root.joinpath(self.folder, *parts)
            if self.folder and not found.exists() and in_folder.exists():
                found = in_folder
            below = found.relative_to(root).as_posix()
        if below_root(Path(os.path.realpath(found)), root) is None:
            raise outside(argument, path, "a symbolic link leads out of the project")
        return below

    def patterns(self, argument: str, patterns: Sequence[str]) -> list[str]:
        """Path patterns, from the root of the project. Without any, those of the folder."""
        if not patterns:
            return [f"{self.folder}/"] if self.folder else []
        return [kept for pattern in patterns for kept in self.pattern(argument, pattern)]

    def pattern(self, argument: str, pattern: str) -> list[str]:
        """A pattern of .gitignore, relative to the folder, as those from the root that the engine understands."""
        if pattern.startswith("!"):
            raise ToolError(
                f"`{argument}`: {code(pattern[:200])} excludes, which patterns cannot do here. Name what is to be "
                "searched instead."
            )
        safe_parts(argument, pattern)
        written = pattern.replace("\\", "/")
        root = self.root.path.as_posix()
        if written == root or written.startswith(f"{root}/"):
            return [written.removeprefix(root).removeprefix("/") or "**"]
        # One `/` in front means the folder itself; more parts that are no folder there mean a path of the system.
        if os.path.isabs(written) and is_elsewhere(written, self.root.path / self.folder):
            raise outside(argument, pattern, f"it lies outside of {code(root)}")
        bare = written.removeprefix("./").strip("/")
        if not bare:
            return [f"{self.folder}/"] if self.folder else ["**"]
        has_marks = any(mark in bare for mark in "*?")
        below = f"{bare}/**" if written.endswith("/") else bare
        if "/" in bare or written.startswith(("/", "./")):
            return self.anchored(bare, below, has_marks)
        if has_marks:
            inside = f"{self.folder}/" if self.folder else ""
            return [f"{inside}**/{below}"] if inside or below != bare else [bare]
        if not self.folder:
            return [bare]
        # The engine tries a bare name on every part of a path only where nothing stands before it.
        return [f"{self.folder}/**/{bare}", f"{self.folder}/**/{bare}/**"]

    def anchored(self, bare: str, below: str, has_marks: bool) -> list[str]:
        """A pattern that begins at the folder itself."""
        if self.folder:
            if bare.startswith(f"{self.folder}/") and not (self.root.path / self.folder / bare).exists():
                # Written from the root, as all other paths are.
                return [below]
            return [f"{self.folder}/{below if has_marks else bare}"]
        if "/" in bare or has_marks or (self.root.path / bare).is_file():
            return [below if has_marks else bare]
        return [f"{bare}/**"]


class Roots:
    """All folders that are served."""

    def __init__(self, paths: Sequence[str | os.PathLike[str]], opener: Opener) -> None:
        self.all: list[Root] = []
        self.opener = opener
        for path in paths:
            resolved = Path(os.path.realpath(path))
            if all(root.path != resolved for root in self.all):
                self.all.append(Root(resolved, self.unique(resolved.name or "root"), self.open))

    def open(self, path: Path, progress: Progress, cancel: Cancellation) -> Engine:
        """Opens a project, unless its settings name further roots that are not served: they could be any folder."""
        engine = self.opener(path, progress, cancel)
        for further in engine.roots():
            resolved = Path(os.path.realpath(further))
            if not any(resolved.is_relative_to(root.path) for root in self.all):
                engine.close()
                raise ToolError(
                    f"The settings of {code(path.name)} name a further root, {code(further)}, which is not served. "
                    "Whoever runs the server may serve it, too, or take it out of `roots` in leindex.toml."
                )
        return engine

    def unique(self, name: str) -> str:
        taken = {root.name for root in self.all}
        return next(
            candidate
            for candidate in [name, *(f"{name}~{number}" for number in range(2, len(taken) + 3))]
            if candidate not in taken
        )

    def named(self, name: str) -> Root | None:
        """The root of a name."""
        return next((root for root in self.all if root.name == name), None)

    def scopes(self, project_path: str | None) -> list[Scope]:
        """Which projects a question goes to; or a :class:`ToolError` where the path is not served."""
        if project_path is None:
            return [Scope(root) for root in self.all]
        parts = safe_parts("project_path", project_path)
        if root := self.named(project_path):
            return [Scope(root)]
        absolute = os.path.isabs(project_path)
        candidates = [Path(project_path)] if absolute else [root.path.joinpath(*parts) for root in self.all]
        found = [scope for path in candidates if (scope := self.holding(path)) is not None]
        if not found:
            for root in self.all:
                if any(path.is_relative_to(root.path) for path in candidates) and not root.path.is_dir():
                    raise ToolError(
                        f"`project_path` {code(project_path[:200])} is gone: the folder {code(str(root.path))} of "
                        f"the project {code(root.name)} is no longer there."
                    )
            raise outside("project_path", project_path, "it is not among the projects that are served", self.listed())
        if len(found) > 1:
            raise ToolError(
                f"`project_path` {code(project_path)} is in several projects. Say which:\n"
                + names_listed([scope.name for scope in found])
            )
        return found

    def holding(self, path: Path) -> Scope | None:
        """The innermost root that holds a folder, if one does."""
        resolved = Path(os.path.realpath(path))
        if not resolved.is_dir():
            return None
        inner = max((root for root in self.all if resolved.is_relative_to(root.path)), key=depth, default=None)
        if inner is None:
            return None
        below = resolved.relative_to(inner.path).as_posix()
        return Scope(inner, "" if below == "." else below)

    def listed(self) -> str:
        """The projects, a line each."""
        return "\n".join(f"- {code(root.name)}: {code(str(root.path))}" for root in self.all)

    def close(self, patience: float = 30.0) -> None:
        """Lets all projects go."""
        for root in self.all:
            root.close(patience)


def is_elsewhere(path: str, folder: Path) -> bool:
    """Whether what begins with `/` is a place of the system, and none of the folder."""
    first, *rest = [part for part in path.split("/") if part] or [""]
    return bool(rest) and not (folder / first).exists() and Path("/", first).exists()


def innermost(found: Sequence[tuple[Scope, Found]]) -> list[tuple[Scope, Found]]:
    """Of projects that hold a file, one inside the other, the innermost."""
    deepest = max((depth(scope.root) for scope, _ in found), default=0)
    return [(scope, what) for scope, what in found if depth(scope.root) == deepest]


def outside_of_all(argument: str, path: str, scopes: Sequence[Scope], refused: Sequence[ToolError]) -> ToolError:
    """What is said of a path that several projects refuse: why each does, if not for the same reason."""
    if os.path.isabs(path):
        served = "\n".join(f"- {code(scope.name)}: {code(str(scope.root.path))}" for scope in scopes)
        return outside(argument, path, "it lies outside of all projects that are asked", served)
    return refused[0]


def depth(root: Root) -> int:
    return len(root.path.parts)


def below_root(path: Path, root: Path) -> str | None:
    """A path from a root, if it lies in it."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else None


def safe_parts(argument: str, path: str) -> list[str]:
    """The parts of a path, where none leads upwards."""
    parts = path.replace("\\", "/").split("/") if os.name == "nt" else path.split("/")
    if ".." in parts or ".." in path.replace("\\", "/").split("/"):
        raise outside(argument, path, "`..` leads out of it")
    if path.startswith("~"):
        raise outside(argument, path, "`~` is not expanded")
    return [part for part in parts if part not in ("", ".")]


def outside(argument: str, path: str, why: str, served: str = "") -> ToolError:
    """What is said of a path that is not served."""
    if served:
        return ToolError(f"`{argument}` {code(path[:200])} is refused: {why}. Served are:\n{served}")
    return ToolError(f"`{argument}` {code(path[:200])} is refused: {why}. Name it from the root of the project.")
