"""What a name in an argument means: a symbol or a file, and of which of the served projects."""

from __future__ import annotations

import os
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import leindex
from leindex.mcp import engine
from leindex.mcp.failures import ToolError, ambiguous, described, names_listed, unknown_symbol
from leindex.mcp.markdown import code
from leindex.mcp.roots import Scope, innermost, outside_of_all
from leindex.mcp.service import Call, Outcome

__all__ = ["Target", "file_of", "meant", "target_in"]

Place = TypeVar("Place")

#: A path with a line or a name after it.
PLACE = re.compile(r"(?P<path>[^\s#:]+)(?P<rest>:\d+|#\S+)?")
#: The full name of a module: a project and a path.
MODULE = re.compile(r"\S+ (?P<path>\S+) ?")


@dataclass(frozen=True, slots=True)
class Target:
    """What a name means in a project."""

    scope: Scope
    #: `symbol` or `file`.
    what: str
    #: The name of the symbol, as the engine takes it, or the path of the file.
    name: str


async def meant(call: Call, scopes: Sequence[Scope], name: str) -> Target:
    """What a name means: a file that is there, or the one symbol that is called so in all projects together."""
    placed, refused = in_those_that_can(scopes, lambda scope: target_in(scope, name))
    if not placed:
        raise refusal(scopes, "name", name, refused)
    targets = [target for _, target in placed]
    files = [target for target in targets if target.what == "file"]
    if os.path.isabs(name):
        files = [target for _, target in innermost([(target.scope, target) for target in files])]
    if files:
        if len(files) > 1:
            raise ToolError(
                f"{code(name)} is a file of several projects. Say which with `project_path`:\n"
                + names_listed([target.scope.name for target in files])
            )
        await refuse_unread(call, files[0].scope, files[0].name)
        return files[0]
    if len(targets) == 1 and not refused and not (looks_like_a_file(name) or is_on_disk(targets[0].scope, name)):
        return targets[0]
    by_scope = {target.scope: target for target in targets}
    outcomes = await asked_side_by_side(call, list(by_scope), lambda scope: looked_up(call, by_scope[scope], name))
    found = [outcome for outcome in outcomes if outcome.error is None]
    if len(found) == 1 and not any(is_ambiguous(outcome) for outcome in outcomes):
        return Target(found[0].scope, "symbol", found[0].value)
    if refused and all(isinstance(outcome.error, leindex.SymbolNotFoundError) for outcome in outcomes):
        raise refused[0]
    raise undecided(name, outcomes)


def in_those_that_can(
    scopes: Sequence[Scope], place: Callable[[Scope], Place]
) -> tuple[list[tuple[Scope, Place]], list[ToolError]]:
    """What a path is in each of the projects that can hold it, and why the others refuse it."""
    placed: list[tuple[Scope, Place]] = []
    refused: list[ToolError] = []
    for scope in scopes:
        try:
            placed.append((scope, place(scope)))
        except ToolError as error:
            refused.append(error)
    return placed, refused


def refusal(scopes: Sequence[Scope], argument: str, path: str, refused: Sequence[ToolError]) -> ToolError:
    """What is said of a path that no project can hold."""
    return refused[0] if len(scopes) == 1 else outside_of_all(argument, path, scopes, refused)


async def asked_side_by_side(
    call: Call, scopes: Sequence[Scope], asks: Callable[[Scope], Awaitable[str]]
) -> list[Outcome]:
    """As :meth:`Call.each`; an error of the only one is an outcome, too."""
    try:
        return await call.each(scopes, asks)
    except Exception as error:
        if len(scopes) != 1:
            raise
        return [Outcome(scopes[0], error=error)]


def target_in(scope: Scope, name: str) -> Target:
    """What a name means in one project, as far as the disk can tell.

    Only what looks like a path is taken for one: a folder or script may be called as a symbol is.
    """
    if (module := MODULE.fullmatch(name)) and (scope.root.path / scope.file("name", module["path"])).is_file():
        # The full name of a module ends in a blank, which does not survive every client.
        return Target(scope, "symbol", f"{name.strip()} ")
    place = PLACE.fullmatch(name)
    if place is None or not ("/" in place["path"] or looks_like_a_file(place["path"])):
        return Target(scope, "symbol", name)
    path, rest = place["path"], place["rest"] or ""
    below = scope.file("name", path)
    found = scope.root.path / below
    if found.is_dir():
        raise ToolError(
            f"{code(name)} is a folder. Name a file or a symbol; `leindex_search` with `paths` finds the symbols of a "
            f"folder."
        )
    if rest or not found.is_file():
        return Target(scope, "symbol", below + rest if found.is_file() else name)
    return Target(scope, "file", below)


def looks_like_a_file(name: str) -> bool:
    """Whether a name ends as files of code do."""
    return re.fullmatch(r"[^\s#:]+\.\w+", name) is not None and name.rpartition(".")[2] in engine.suffixes()


async def looked_up(call: Call, target: Target, name: str) -> str:
    """The full name of a symbol. What looks like a file and is none is said to be no file."""
    try:
        _, found = await call.ask(target.scope, "symbol", name=target.name)
    except leindex.SymbolNotFoundError:
        await refuse_other_file(call, target.scope, name)
        if looks_like_a_file(name):
            await call.ask(target.scope, "outline", path=name)
        raise
    return str(found["symbol"])


def is_on_disk(scope: Scope, name: str) -> bool:
    """Whether a file of the project is called so. A path that leads out is none."""
    try:
        return (scope.root.path / scope.file("name", name)).is_file()
    except (ToolError, OSError):
        return False


async def refuse_unread(call: Call, scope: Scope, path: str) -> None:
    """Of a file that does not look like code: refuses one of no language."""
    if path.rpartition(".")[2] not in engine.suffixes():
        await refuse_other_file(call, scope, path)


async def refuse_other_file(call: Call, scope: Scope, path: str) -> None:
    """Says of a file of no language that it is one, instead of that there is nothing of the kind."""
    if not is_on_disk(scope, path):
        return
    below = scope.file("path", path)
    _, others = await call.ask(scope, "other_files")
    if any(other["path"] == below for other in others):
        raise ToolError(
            f"{code(below)} is a file of no language that is read: it has no symbols. Read it as a file; `grep('…')` "
            "in `leindex_sql` looks into it."
        )


def is_ambiguous(outcome: Outcome) -> bool:
    """Whether several symbols of the project are called so."""
    return isinstance(outcome.error, leindex.AmbiguousSymbolError)


def undecided(name: str, outcomes: Sequence[Outcome]) -> Exception:
    """Why a name means nothing, or too much, in several projects."""
    candidates: list[str] = []
    nearest: list[str] = []
    others: list[str] = []
    for outcome in outcomes:
        match outcome.error:
            case None:
                candidates.append(outcome.value)
            case leindex.AmbiguousSymbolError() as error:
                candidates.extend(error.candidates)
            case leindex.SymbolNotFoundError() as error:
                nearest.extend(error.nearest)
            case error:
                others.append(f"{outcome.scope.name}: {described(error, 'leindex_symbol')}")
    said = ambiguous(name, candidates) if candidates else unknown_symbol(name, nearest)
    if len(set(candidates)) < len(candidates):
        names = [outcome.scope.name for outcome in outcomes if outcome.error is None or is_ambiguous(outcome)]
        said += f"\nEqual names are of different projects. Say which with `project_path`:\n{names_listed(names)}"
    return ToolError("\n".join([said, *others]))


async def file_of(call: Call, scopes: Sequence[Scope], argument: str, path: str) -> tuple[Scope, str]:
    """The project that a file is of, and its path from there."""
    named, refused = in_those_that_can(scopes, lambda scope: scope.file(argument, path))
    if not named:
        raise refusal(scopes, argument, path, refused)
    found = [(scope, below) for scope, below in named if (scope.root.path / below).is_file()]
    if os.path.isabs(path):
        found = innermost(found)
    if len(found) == 1:
        await refuse_unread(call, *found[0])
        return found[0]
    if len(named) == 1:
        # The engine knows what comes near.
        scope, below = named[0]
        await call.ask(scope, "outline", path=below)
        return scope, below
    names = names_listed([scope.name for scope, _ in (found or named)])
    if found:
        raise ToolError(f"{code(path)} is a file of several projects. Say which with `project_path`:\n{names}")
    raise ToolError(f"{code(path)} is no file of these projects:\n{names}")
