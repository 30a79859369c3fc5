"""Answers of several projects together. Each item says which project it is of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from .context import Context
from .impact import Impact, ImpactMember
from .record import MOST_ROWS, Record, cut, plural, record
from .relations import EdgeInfo, Relations
from .search import SearchAnswer, SearchHit
from .state import Stats
from .symbols import SymbolInfo

if TYPE_CHECKING:
    import pandas
    import pyarrow

__all__ = [
    "BOUNDARY",
    "ByProject",
    "InProject",
    "Together",
    "WorkspaceContext",
    "WorkspaceImpact",
    "WorkspaceRelations",
    "WorkspaceSearch",
    "WorkspaceStats",
]

Item_co = TypeVar("Item_co", bound=Record, covariant=True)
Value_co = TypeVar("Value_co", covariant=True)

#: What answers about relations say of those that cross projects.
BOUNDARY = "relations are followed within a project; what leads from one project into another is `external`"


@record
class InProject(Record, Generic[Item_co]):
    """An item of an answer and the project it is of."""

    project: str
    item: Item_co

    @property
    def symbol(self) -> Any:
        """The symbol that the item is about."""
        return getattr(self.item, "symbol", None)

    def to_dict(self) -> dict[str, Any]:
        """The item's plain dicts and lists, with `project`."""
        return {"project": self.project, **self.item.to_dict()}

    def to_arrow(self) -> pyarrow.Table:
        """The item's columns as a pyarrow table with one row; it begins with the column `project`. Needs pyarrow."""
        return _with_project(self.item.to_arrow(), [self.project])

    def _line(self) -> str:
        return f"{self.project}: {self.item._line()}"

    def _text(self) -> Iterator[str]:
        yield f"{self.project}:"
        yield from self.item._text()


class Together(Sequence[InProject[Item_co]]):
    """Items of several projects, in one order."""

    __slots__ = ("_items", "_of", "notes", "revisions")

    def __init__(
        self,
        of: type[Record],
        items: Iterable[InProject[Item_co]],
        revisions: Mapping[str, str],
        notes: Sequence[str] = (),
    ) -> None:
        self._of = of
        self._items = tuple(items)
        #: The revision of each project that was asked.
        self.revisions = dict(revisions)
        #: What should be known of the answer.
        self.notes = tuple(notes)

    @overload
    def __getitem__(self, index: int) -> InProject[Item_co]: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[InProject[Item_co], ...]: ...
    def __getitem__(self, index: int | slice) -> InProject[Item_co] | tuple[InProject[Item_co], ...]:
        return self._items[index]

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[InProject[Item_co]]:
        return iter(self._items)

    def to_dict(self) -> dict[str, Any]:
        """Plain dicts and lists."""
        items = [item.to_dict() for item in self._items]
        return {"items": items, "revisions": self.revisions, "notes": list(self.notes)}

    def to_arrow(self) -> pyarrow.Table:
        """The items as a pyarrow table that begins with the column `project`. Needs pyarrow."""
        from .arrow import table

        found = table(self._of, [item.item for item in self._items])
        return _with_project(found, [item.project for item in self._items])

    def to_pandas(self) -> pandas.DataFrame:
        """The items as a pandas data frame. Needs pandas and pyarrow."""
        from .arrow import frame

        return frame(self.to_arrow())

    def _line(self) -> str:
        return f"{len(self):,} × {self._of.__name__} of {plural(len(self.revisions), 'project')}"

    def __str__(self) -> str:
        lines = [self._line(), *(f"  {item._line()}" for item in self._items[:MOST_ROWS])]
        if len(self) > MOST_ROWS:
            lines.append(f"  … and {len(self) - MOST_ROWS} more")
        return "\n".join([*lines, *(f"note: {note}" for note in self.notes)])

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {cut(self._line())}>"

    def _repr_html_(self) -> str:
        from .arrow import columns
        from .html import MOST_ROWS, of_cells

        by_name = {column.name: column for column in columns(self._of)}
        shown = [by_name[name] for name in self._of._shown] or list(by_name.values())
        rows = ([item.project, *(column.get(item.item) for column in shown)] for item in self._items[:MOST_ROWS])
        return of_cells(self._line(), ["project", *(column.name for column in shown)], rows, len(self))


class WorkspaceSearch(Together[SearchHit]):
    """What a search of several projects found: their best hits in turn, for scores of two searches do not compare."""

    __slots__ = ("answers",)

    def __init__(self, answers: Mapping[str, SearchAnswer], limit: int) -> None:
        ranked = [
            (rank, place, InProject(project, hit))
            for place, (project, answer) in enumerate(answers.items())
            for rank, hit in enumerate(answer)
        ]
        ranked.sort(key=lambda item: item[:2])
        revisions = {project: answer.revision for project, answer in answers.items()}
        Together.__init__(self, SearchHit, [item for _, _, item in ranked[:limit]], revisions)
        #: The answer of each project.
        self.answers = dict(answers)


class WorkspaceRelations(Together[EdgeInfo]):
    """Relations of a symbol of one of several projects. A sequence of those that are known."""

    __slots__ = ("project", "relations")

    def __init__(self, project: str, relations: Relations) -> None:
        edges = [InProject(project, edge) for edge in relations]
        external = sum(edge.rule == "external" for edge in relations)
        notes = (
            [BOUNDARY] if not external else [f"{plural(external, 'relation')} of these leave the project; {BOUNDARY}"]
        )
        Together.__init__(self, EdgeInfo, edges, {project: relations.revision}, notes)
        #: The project of the symbol.
        self.project = project
        #: What that project knows, with what is ambiguous and unresolved.
        self.relations = relations

    @property
    def external(self) -> tuple[EdgeInfo, ...]:
        """Those that leave the project."""
        return tuple(edge for edge in self.relations if edge.rule == "external")

    def _line(self) -> str:
        return f"{self.project}: {self.relations._line()}"


class WorkspaceImpact(Together[ImpactMember]):
    """What a change reaches in several projects, in each by itself: nearest first."""

    __slots__ = ("impacts",)

    def __init__(self, impacts: Mapping[str, Impact], notes: Sequence[str]) -> None:
        members = [InProject(project, member) for project, impact in impacts.items() for member in impact]
        members.sort(key=lambda member: member.item.distance)
        revisions = {project: impact.revision for project, impact in impacts.items()}
        Together.__init__(self, ImpactMember, members, revisions, [*notes, BOUNDARY])
        #: The impact in each project.
        self.impacts = dict(impacts)

    @property
    def tests(self) -> tuple[str, ...]:
        """The tests among the members."""
        return tuple(test for impact in self.impacts.values() for test in impact.tests)

    @property
    def unknown(self) -> int:
        """Sites met whose target is one of several by name: they may hide members."""
        return sum(impact.unknown for impact in self.impacts.values())

    @property
    def truncated(self) -> bool:
        """More members than the limit, in some project."""
        return any(impact.truncated for impact in self.impacts.values())


@record
class WorkspaceContext(Record):
    """What an engineer would read first, of several projects. `str` of it is the Markdown."""

    question: str
    #: Tokens of what is handed over, of all projects.
    tokens: int
    #: Tokens it was allowed. Never exceeded.
    budget: int
    #: Whether a symbol of some project answers the question.
    found: bool
    #: The context of each project that has something to say.
    contexts: Mapping[str, Context]
    #: The revision of each project that was asked.
    revisions: Mapping[str, str]
    #: The answer, as Markdown: a part for each project.
    text: str

    def to_dict(self) -> dict[str, Any]:
        """Plain dicts and lists."""
        return {
            "question": self.question,
            "tokens": self.tokens,
            "budget": self.budget,
            "found": self.found,
            "contexts": {project: context.to_dict() for project, context in self.contexts.items()},
            "revisions": dict(self.revisions),
            "text": self.text,
        }

    def _line(self) -> str:
        found = ", ".join(self.contexts) if self.found else "nothing found"
        return f"{found}, {self.tokens:,} of {self.budget:,} tokens: {cut(self.question)}"

    def _text(self) -> Iterator[str]:
        yield self.text

    def _repr_html_(self) -> str:
        from .html import of_text

        return of_text(self._line(), self.text)


class ByProject(Mapping[str, Value_co]):
    """An answer of each project, by its name."""

    __slots__ = ("_answers",)

    def __init__(self, answers: Mapping[str, Value_co]) -> None:
        self._answers = dict(answers)

    def __getitem__(self, project: str) -> Value_co:
        return self._answers[project]

    def __iter__(self) -> Iterator[str]:
        return iter(self._answers)

    def __len__(self) -> int:
        return len(self._answers)

    def __str__(self) -> str:
        return "\n\n".join(f"{project}\n{answer}" for project, answer in self._answers.items())

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {', '.join(self._answers)}>"


class WorkspaceStats(ByProject[Stats]):
    """What the index of each project holds, and how it fares."""

    __slots__ = ()

    @property
    def files(self) -> int:
        """Files of all projects."""
        return sum(stats.files for stats in self.values())

    @property
    def symbols(self) -> int:
        """Symbols of all projects."""
        return sum(stats.symbols for stats in self.values())

    @property
    def warnings(self) -> tuple[str, ...]:
        """What went wrong without stopping anything, with the project before it."""
        return tuple(f"{project}: {warning}" for project, stats in self.items() for warning in stats.warnings)

    def to_dict(self) -> dict[str, Any]:
        """Plain dicts and lists."""
        return {project: stats.to_dict() for project, stats in self.items()}


def symbols_together(found: Mapping[str, Sequence[SymbolInfo]], revisions: Mapping[str, str]) -> Together[SymbolInfo]:
    """Symbols of several projects."""
    items = [InProject(project, symbol) for project, symbols in found.items() for symbol in symbols]
    return Together(SymbolInfo, items, revisions)


def _with_project(found: pyarrow.Table, projects: Sequence[str]) -> pyarrow.Table:
    """A table with the column `project` before the others: one for all rows, or one for each."""
    from .arrow import column

    each = projects if len(projects) == found.num_rows else list(projects) * found.num_rows
    first = column("project", each)
    return found.add_column(0, first.schema.field(0), first.column(0))
