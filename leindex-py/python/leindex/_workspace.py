"""Several projects that are asked together: `Workspace`.

Each project is indexed by itself, and asked by itself; here their answers are put together. Nothing is known of what
leads from one project into another: such relations are `external`, and answers about relations say so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, TypedDict, TypeVar

import leindex_rust

from ._project import Path, Progress, Project
from ._results.workspace import (
    InProject,
    Together,
    WorkspaceContext,
    WorkspaceImpact,
    WorkspaceRelations,
    WorkspaceSearch,
    WorkspaceStats,
    symbols_together,
)
from ._table import not_negative
from ._verbs.asking import Name, symbol_name
from ._workspace_table import WorkspaceTable

if TYPE_CHECKING:
    from typing import Self, Unpack

    from ._embedder import Embedder
    from ._results.context import Context
    from ._results.relations import Relations
    from ._results.symbols import SymbolInfo
    from ._verbs.relations import Direction
    from ._verbs.search import Payload

__all__ = ["Workspace"]

Value = TypeVar("Value")

#: Tokens below which a share of a budget says nothing.
SMALLEST_SHARE = 100
#: Names that an error lists.
NEAREST = 8


class _Options(TypedDict, total=False):
    """The options of every project."""

    store: Path | None
    in_memory: bool
    roots: Sequence[Path]
    threads: int | None
    embedder: Embedder | None
    embedder_id: str | None
    memory_budget: int | None
    flows: bool
    verify: bool
    follow: bool
    progress: Progress | None
    cancel: leindex_rust.Cancellation | None


class Workspace:
    """Several projects, asked together. `paths` are their folders, or folders by the names that answers call them by;
    the options are those of `Project`. A single project is asked through `projects`."""

    __slots__ = ("_projects",)

    def __init__(self, paths: Iterable[Path] | Mapping[str, Path], **options: Unpack[_Options]) -> None:
        if isinstance(paths, str):
            raise leindex_rust.RequestError(f"`{paths}` is one folder; give a list of them, or use Project")
        self._projects: dict[str, Project] = {}
        named = paths.items() if isinstance(paths, Mapping) else ((None, path) for path in paths)
        try:
            for name, path in named:
                project = Project(path, **options)
                self._projects[name or self._free(project.name)] = project
        except BaseException:
            self.close()
            raise
        if not self._projects:
            raise leindex_rust.RequestError("a workspace of no projects; give at least one folder")

    @property
    def projects(self) -> Mapping[str, Project]:
        """The projects, by the names that answers call them by."""
        return MappingProxyType(self._projects)

    # Finding.

    def search(
        self,
        query: str,
        *,
        limit: int = 10,
        kinds: Sequence[str] = (),
        languages: Sequence[str] = (),
        paths: Sequence[str] = (),
        cancel: leindex_rust.Cancellation | None = None,
    ) -> WorkspaceSearch:
        """The symbols that a question is about: the best of each project, then the second best of each, and so on."""
        answers = self._each(
            lambda project: project.search(
                query, limit=limit, kinds=kinds, languages=languages, paths=paths, cancel=cancel
            )
        )
        return WorkspaceSearch(answers, limit)

    def context(
        self,
        question: str,
        budget: int = 2000,
        *,
        payload: Payload = "structured",
        cancel: leindex_rust.Cancellation | None = None,
    ) -> WorkspaceContext:
        """What an engineer would read first, of all projects, within one budget of tokens.

        Projects that have something to say share the budget; what one leaves, the others get.
        """
        if isinstance(budget, bool) or not isinstance(budget, int):
            raise leindex_rust.RequestError(f"`budget` is of type {type(budget).__name__}; give a whole number from 0")
        not_negative(budget=budget)
        asked: dict[str, Context] = {}

        def within(name: str, share: int) -> None:
            asked[name] = self._projects[name].context(question, share, payload=payload, cancel=cancel)

        names = list(self._projects)
        room = budget - sum(leindex_rust.count_tokens(_heading(name)) for name in names)
        share = max(room // len(names), 0)
        for name in names:
            within(name, share)
        telling = [name for name in names if asked[name].found] or names[:1]
        # What those without an answer leave, and those whose answer is short.
        left = room - sum(asked[name].tokens for name in telling)
        hungry = [name for name in telling if asked[name].tokens * 10 >= share * 9]
        if hungry and left >= SMALLEST_SHARE:
            for name in hungry:
                within(name, share + left // len(hungry))
        made = _joined(question, budget, {name: asked[name] for name in telling})
        while made.tokens > budget and telling:
            # Texts side by side may split into more tokens than each alone.
            last = telling[-1]
            share = asked[last].tokens - (made.tokens - budget)
            if share < SMALLEST_SHARE:
                telling.pop()
            else:
                within(last, share)
            made = _joined(question, budget, {name: asked[name] for name in telling})
        return WorkspaceContext(
            made.question,
            made.tokens,
            budget,
            any(asked[name].found for name in telling),
            made.contexts,
            {name: context.revision for name, context in asked.items()},
            made.text,
        )

    def symbols(
        self, name: str, *, limit: int = 1000, cancel: leindex_rust.Cancellation | None = None
    ) -> Together[SymbolInfo]:
        """Every symbol of that name, of all projects. `*` stands for anything."""
        found = self._each(lambda project: project.symbols(name, limit=limit, cancel=cancel))
        return symbols_together(found, {project: symbols.revision for project, symbols in found.items()})

    def symbol(self, name: Name, *, cancel: leindex_rust.Cancellation | None = None) -> InProject[SymbolInfo]:
        """The symbol of a name, in whichever project it is.

        Raises `SymbolNotFoundError` if none has it, and `AmbiguousSymbolError` if several have.
        """
        wanted = symbol_name(name)
        found: list[InProject[SymbolInfo]] = []
        candidates: list[str] = []
        nearest: list[str] = []
        for project, opened in self._projects.items():
            try:
                found.append(InProject(project, opened.symbol(wanted, cancel=cancel)))
            except leindex_rust.SymbolNotFoundError as error:
                nearest += error.nearest
            except leindex_rust.AmbiguousSymbolError as error:
                candidates += error.candidates
            except leindex_rust.PathError as error:
                nearest += error.nearest
        if len(found) == 1 and not candidates:
            return found[0]
        if found or candidates:
            raise _ambiguous(wanted, [*(item.item.symbol for item in found), *candidates])
        raise _not_found(wanted, nearest)

    # Relations.

    def callers(self, name: Name, *, cancel: leindex_rust.Cancellation | None = None) -> WorkspaceRelations:
        """Who calls a symbol, within its project."""
        return self._relations(name, Project.callers, cancel)

    def callees(self, name: Name, *, cancel: leindex_rust.Cancellation | None = None) -> WorkspaceRelations:
        """What a symbol calls; what leads out of its project is `external`."""
        return self._relations(name, Project.callees, cancel)

    def references(self, name: Name, *, cancel: leindex_rust.Cancellation | None = None) -> WorkspaceRelations:
        """Every place that mentions a symbol, within its project."""
        return self._relations(name, Project.references, cancel)

    def impact(
        self,
        *names: Name,
        base: str | None = None,
        direction: Direction = "dependents",
        depth: int | None = None,
        limit: int = 10_000,
        cancel: leindex_rust.Cancellation | None = None,
    ) -> WorkspaceImpact:
        """What a change reaches, in each project by itself: a change of some symbols, or of what differs in the working
        trees from the commit `base`."""
        notes: list[str] = []
        by_project: dict[str, list[str]] = {}
        for name in names:
            found = self.symbol(name, cancel=cancel)
            by_project.setdefault(found.project, []).append(found.item.symbol)
        if base is None:
            impacts = {
                project: self._projects[project].impact(
                    *own, direction=direction, depth=depth, limit=limit, cancel=cancel
                )
                for project, own in by_project.items()
            }
            if not impacts:
                raise leindex_rust.RequestError("an impact of what? Give names of symbols, or `base`")
            return WorkspaceImpact(impacts, notes)
        if names:
            raise leindex_rust.RequestError("give names of symbols or `base`, not both")
        impacts = {}
        refused: leindex_rust.LeIndexError | None = None
        for project, opened in self._projects.items():
            try:
                impacts[project] = opened.impact(
                    base=base, direction=direction, depth=depth, limit=limit, cancel=cancel
                )
            except leindex_rust.CancelledError:
                raise
            except leindex_rust.LeIndexError as error:
                notes.append(f"{project} was left out: {error}")
                refused = error
        if refused is not None and not impacts:
            raise refused
        return WorkspaceImpact(impacts, notes)

    # Tables, figures.

    def sql(
        self,
        query: str,
        *,
        max_rows: int | None = None,
        timeout: float | None = None,
        flow: bool = False,
        cancel: leindex_rust.Cancellation | None = None,
    ) -> WorkspaceTable:
        """Answers a query in SQL, in each project by itself: what it counts, it counts in each."""
        return WorkspaceTable(
            self._each(lambda project: project.sql(query, max_rows=max_rows, timeout=timeout, flow=flow, cancel=cancel))
        )

    def stats(self) -> WorkspaceStats:
        """What the index of each project holds, and how it fares."""
        return WorkspaceStats(self._each(Project.stats))

    def close(self) -> None:
        """Closes all projects."""
        for project in self._projects.values():
            project.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Workspace of {', '.join(self._projects)}>"

    def _each(self, question: Callable[[Project], Value]) -> dict[str, Value]:
        return {name: question(project) for name, project in self._projects.items()}

    def _relations(
        self,
        name: Name,
        question: Callable[..., Relations],
        cancel: leindex_rust.Cancellation | None,
    ) -> WorkspaceRelations:
        found = self.symbol(name, cancel=cancel)
        relations = question(self._projects[found.project], found.item.symbol, cancel=cancel)
        return WorkspaceRelations(found.project, relations)

    def _free(self, name: str) -> str:
        """A name that no project has yet."""
        free, number = name, 2
        while free in self._projects:
            free, number = f"{name}~{number}", number + 1
        return free


def _heading(project: str) -> str:
    return f"# {project}\n\n"


def _joined(question: str, budget: int, contexts: Mapping[str, Context]) -> WorkspaceContext:
    """Contexts one after another, and what they come to. What is not text was counted by the engine."""
    text = "\n".join(f"{_heading(project)}{context.text}" for project, context in contexts.items())
    beside = sum(context.tokens - leindex_rust.count_tokens(context.text) for context in contexts.values())
    tokens = leindex_rust.count_tokens(text) + beside
    return WorkspaceContext(question, tokens, budget, bool(contexts), contexts, {}, text)


def _ambiguous(name: str, candidates: Sequence[str]) -> leindex_rust.AmbiguousSymbolError:
    listed = ", ".join(candidates[:NEAREST])
    error = leindex_rust.AmbiguousSymbolError(f"`{name}` is the name of {len(candidates)} symbols; say which: {listed}")
    error.name, error.candidates = name, list(candidates)
    return error


def _not_found(name: str, nearest: Sequence[str]) -> leindex_rust.SymbolNotFoundError:
    hint = f"did you mean {' or '.join(nearest[:NEAREST])}?" if nearest else "search for words of it"
    error = leindex_rust.SymbolNotFoundError(f"no symbol of the workspace is called `{name}`; {hint}")
    error.name, error.nearest = name, list(nearest)
    return error
