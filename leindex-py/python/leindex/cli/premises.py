"""What the engine stands on, as `doctor` looks at it: the store and its disk, memory, versions, file events, tools."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from leindex.cli.finding import REINSTALL, Finding
from leindex.cli.wording import size

#: Free bytes on the disk of the store below which there is a note.
LITTLE_DISK = 100_000_000
#: Free bytes below which nothing can be kept.
NO_DISK = 10_000_000
#: A budget below which large projects are read slowly.
LITTLE_MEMORY = 128_000_000


def store(root: str, native: Any) -> Iterator[Finding]:
    found = native.store_of(root)
    home, folder = Path(found["home"]), Path(found["folder"])
    for place in (home, folder):
        problem = _why_not_writable(place)
        if problem:
            advice = "correct that, or set LEINDEX_HOME to a folder that you may write to"
            yield Finding("store", "problem", f"{place}: {problem}", advice)
            yield from _disk(home)
            return
    held = f"{size(found['bytes'])}" if found["exists"] else "nothing yet: the first verb makes it"
    yield Finding("store", "ok", f"{folder}, {held}")
    yield from _disk(home)
    if not found["exists"]:
        return
    if os.name == "posix" and folder.stat().st_mode & 0o077:
        yield Finding("privacy", "warning", "others may read the store", f"run `chmod -R go= '{folder}'`")
    yield _lock(folder / "lock")


def _why_not_writable(folder: Path) -> str:
    """Why a folder cannot be written, or made where it is not there; empty if it can."""
    at = folder
    while not at.exists():
        if at == at.parent:
            return "there is no such folder"
        at = at.parent
    if not at.is_dir():
        return f"{at} is no folder"
    try:
        with tempfile.TemporaryFile(dir=at) as file:
            # A full disk still makes files, of nothing.
            file.write(b"leindex" * 1000)
        return ""
    except OSError as error:
        return error.strerror or str(error)


def _disk(home: Path) -> Iterator[Finding]:
    import shutil

    at = next((folder for folder in (home, *home.parents) if folder.exists()), None)
    if at is None:
        return
    free = shutil.disk_usage(at).free
    if free < LITTLE_DISK:
        state = "problem" if free < NO_DISK else "warning"
        said = f"{size(free)} free where stores are kept"
        advice = (
            "free space (`leindex clean --all` removes all stores; they are made again when needed), or set "
            "LEINDEX_HOME to a folder on another disk"
        )
        yield Finding("disk", state, said, advice)
    else:
        yield Finding("disk", "ok", f"{size(free)} free")


def _lock(file: Path) -> Finding:
    holder = holder_of(file)
    if holder is None:
        return Finding("lock", "ok", "free: the next process takes it")
    said = f"held by {holder}"
    if holder == "another process":
        return Finding("lock", "ok", f"{said}, which writes; others read with it")
    return Finding("lock", "ok", f"{said}, which writes; others read with it and keep what is new in memory")


def holder_of(file: Path) -> str | None:
    """Which process holds the lock of a store, as far as the system tells; `None` if none does."""
    try:
        inode = file.stat().st_ino
    except OSError:
        return None
    try:
        locks = Path("/proc/locks").read_text(encoding="ascii")
    except OSError:
        return _held_by_anyone(file)
    for line in locks.splitlines():
        parts = line.split()
        if len(parts) > 5 and parts[1] == "FLOCK" and parts[5].rsplit(":", 1)[-1] == str(inode):
            return _process(parts[4])
    return None


def _process(number: str) -> str:
    try:
        command = Path("/proc", number, "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        command = ""
    return f"process {number} ({command[:80]})" if command else f"process {number}"


def _held_by_anyone(file: Path) -> str | None:
    try:
        import fcntl
    except ImportError:
        return None
    try:
        with file.open("rb") as opened:
            fcntl.flock(opened, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return "another process"
    return None


def memory(native: Any) -> Iterator[Finding]:
    held = native.memory()
    said = f"budget {size(held['budget'])}, {size(held['resident'])} in use"
    if held["limit"]:
        said += f", the system has {size(held['limit'])}"
    if held["limit"] and held["budget"] > held["limit"]:
        yield Finding(
            "memory", "problem", said, "the budget is larger than what there is: lower `memory_budget` in the settings"
        )
    elif held["budget"] < LITTLE_MEMORY:
        yield Finding(
            "memory",
            "warning",
            said,
            "large projects are read slowly: raise `memory_budget` in the settings, or the limit of the container",
        )
    else:
        yield Finding("memory", "ok", said)


def versions(native: Any) -> Iterator[Finding]:
    from importlib.metadata import PackageNotFoundError, version

    try:
        package = version("leindex")
    except PackageNotFoundError:
        yield Finding("versions", "ok", f"native module {native.__version__}; the package runs from its sources")
        return
    if package == native.__version__:
        yield Finding("versions", "ok", f"package and native module {package}")
    else:
        yield Finding("versions", "problem", f"package {package}, native module {native.__version__}", REINSTALL)


def events(project: Any, root: str) -> Iterator[Finding]:
    stats = project.stats()
    stats = stats if isinstance(stats, dict) else stats.to_dict()
    if stats.get("walks_because"):
        advice = "answers stay true; each looks at all files first. Raise the limit that the message names"
        yield Finding("file events", "warning", stats["walks_because"], advice)
        return
    limit = _number("/proc/sys/fs/inotify/max_user_watches")
    if limit is None:
        yield Finding("file events", "ok", "told by the system")
        return
    folders = _folders(root, limit)
    if folders >= limit:
        raise_it = f"run `sudo sysctl fs.inotify.max_user_watches={max(limit * 2, 524288)}`"
        advice = f"{raise_it}; until then each answer looks at all files first"
        yield Finding(
            "file events", "warning", f"the project has more folders than the {limit:,} that may be watched", advice
        )
    else:
        yield Finding(
            "file events", "ok", f"told by the system; {limit:,} folders may be watched, the project has {folders:,}"
        )


def _number(path: str) -> int | None:
    try:
        return int(Path(path).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def _folders(root: str, most: int) -> int:
    """How many folders a project has, up to a number, without those that no project means."""
    count = 0
    for _, folders, _ in os.walk(root):
        folders[:] = [
            name for name in folders if name not in (".git", "node_modules", "target", ".venv", "__pycache__")
        ]
        count += 1
        if count >= most:
            break
    return count


def surroundings(root: str) -> Iterator[Finding]:
    import shutil
    from importlib.metadata import PackageNotFoundError, version

    yield Finding("python", "ok", f"{sys.version.split()[0]} at {sys.executable}")
    for package, needed in (("click", "the command line"), ("rich", "the command line"), ("mcp", "`leindex mcp`")):
        try:
            yield Finding(package, "ok", version(package))
        except PackageNotFoundError:
            yield Finding(package, "problem", f"not installed; {needed} needs it", f"run `pip install {package}`")
    try:
        yield Finding("pyarrow", "ok", version("pyarrow"))
    except PackageNotFoundError:
        yield Finding("pyarrow", "ok", "not installed: only `to_arrow` and `sql --format parquet` need it")
    if shutil.which("git") is None and os.path.lexists(os.path.join(root, ".git")):
        advice = "install git: `diff` and `impact --diff` ask it"
        yield Finding("git", "warning", "not found", advice)
