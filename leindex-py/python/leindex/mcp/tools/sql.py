"""`leindex_sql`: the code graph as tables."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from leindex.mcp.markdown import count, table
from leindex.mcp.parameters import Flag, Text, Whole
from leindex.mcp.schemas import STAMP, STAMP_OPTIONAL, array, boolean, integer, object_of, string
from leindex.mcp.service import Call
from leindex.mcp.stamps import Stamp
from leindex.mcp.tool import PROJECT_PATH, Answer, Tool

__all__ = ["SQL"]

NAME = "leindex_sql"
#: Characters of a value: in the data, and in the table for reading.
LONGEST_VALUE = 2000
LONGEST_CELL = 160
#: Characters of all rows of an answer.
LONGEST_ANSWER = 100_000
#: Seconds that a query may take.
SECONDS = 30
MOST_SECONDS = 300
#: Whole numbers that every client keeps exactly. Ids are larger: they are given as text.
EXACT = 2**53 - 1
JSON_TYPES = ("string", "number", "boolean", "null", "array", "object")


async def sql(call: Call, arguments: dict[str, Any]) -> Answer:
    """Answers a call."""
    outcomes = await call.each(
        call.scopes(arguments["project_path"]),
        lambda scope: call.sql(
            scope,
            arguments["query"],
            most=arguments["limit"],
            flow=arguments["flow"],
            timeout=arguments["timeout"],
        ),
    )
    stamp = Stamp(NAME, ((outcome, outcome.value.revision if outcome.value else None) for outcome in outcomes))
    answers = [(outcome.scope.name, outcome.value) for outcome in outcomes if outcome.value]
    results = []
    parts = []
    for name, rows in answers:
        shown = Shown(rows.columns, rows.rows, LONGEST_ANSWER // len(answers))
        results.append(
            {
                **stamp.of(name),
                "columns": shown.columns,
                "rows": shown.rows,
                "count": len(shown.rows),
                "truncated": rows.truncated or shown.left_out > 0 or shown.cut,
            }
        )
        if stamp.several:
            parts.append(f"## {name}")
        parts.append(table(shown.columns, ([cell_of(value) for value in row] for row in shown.rows)))
        parts.extend(said_of(rows.truncated, shown))
    truncated = any(result["truncated"] for result in results)
    return Answer(
        "\n\n".join([*parts, stamp.text()]) + "\n", {**stamp.structured(), "results": results, "truncated": truncated}
    )


def said_of(truncated: bool, shown: Shown) -> list[str]:
    """How many rows there are, and what is not shown of them."""
    number = len(shown.rows)
    if shown.left_out and not number:
        return [f"No row is shown: one alone takes more than {LONGEST_ANSWER:,} characters. Select fewer columns."]
    said = f"{count(number, 'row')}."
    if shown.left_out:
        said = (
            f"{count(number, 'row')}; {shown.left_out:,} more are left out, for an answer has {LONGEST_ANSWER:,} "
            f"characters at most: go on with `limit … offset {number}` in the query, or select fewer columns."
        )
    elif truncated:
        said = f"{count(number, 'row')}, and there are more: raise `limit`, or add `limit … offset …`."
    cut = f"Values of more than {LONGEST_VALUE:,} characters are cut and end in `…`: select parts of them."
    return [said, cut] if shown.cut else [said]


class Shown:
    """Columns and rows as JSON can say them, as far as they have room."""

    def __init__(self, columns: Sequence[str], rows: Sequence[Sequence[Any]], room: int) -> None:
        self.rows: list[list[Any]] = []
        #: Whether a value was cut.
        self.cut = False
        self.columns = [cut_text(column, LONGEST_VALUE) for column in columns]
        room -= sum(map(len, self.columns))
        for row in rows:
            values = [Value() for _ in row]
            said = [value.of(cell) for value, cell in zip(values, row, strict=True)]
            room -= sum(value.taken + len(', ""') for value in values)
            if room < 0:
                break
            self.rows.append(said)
            self.cut = self.cut or any(value.cut for value in values)
        #: Rows without room.
        self.left_out = len(rows) - len(self.rows)


class Value:
    """A value as JSON can say it: exactly, unless it is too long. What is left out of it is never looked at."""

    __slots__ = ("cut", "taken")

    def __init__(self) -> None:
        self.cut = False
        #: Characters, roughly.
        self.taken = 0

    def of(self, value: Any) -> Any:
        """The value, or the beginning of it."""
        match value:
            case None | bool():
                return self.took(value, len("false"))
            case int():
                exact = value if -EXACT <= value <= EXACT else str(value)
                return self.took(exact, len(str(exact)))
            case float():
                return self.took(value if math.isfinite(value) else None, len(str(value)))
            case str():
                return self.text(value)
            case bytes() | bytearray() | memoryview():
                return self.text(bytes(value[:LONGEST_VALUE]).hex())
            case list() | tuple():
                return self.entries(value)
            case dict():
                return dict(self.pairs(value))
            case datetime.date() | datetime.time():
                return self.text(value.isoformat())
            case _:
                return self.text(str(value))

    def took(self, value: Any, characters: int) -> Any:
        """Counts a value that is said."""
        self.taken += characters
        return value

    def text(self, value: str) -> str:
        """A text, as far as there is room."""
        room = max(0, LONGEST_VALUE - self.taken)
        self.cut = self.cut or len(value) > room
        self.taken += min(len(value), room)
        return cut_text(value, room)

    def full(self, left: int) -> bool:
        """Whether there is no room for the entries that are left."""
        full = self.taken >= LONGEST_VALUE and left > 0
        self.cut = self.cut or full
        return full

    def entries(self, values: Sequence[Any]) -> list[Any]:
        """The entries that have room, and how many have none."""
        said: list[Any] = []
        for value in values:
            left = len(values) - len(said)
            if self.full(left):
                return [*said, f"… {left:,} more"]
            said.append(self.took(self.of(value), len(", ")))
        return said

    def pairs(self, values: Mapping[Any, Any]) -> Iterator[tuple[str, Any]]:
        """The fields that have room, and how many have none."""
        for number, (key, value) in enumerate(values.items()):
            if self.full(len(values) - number):
                yield "…", f"{len(values) - number:,} more"
                return
            yield self.text(str(key)), self.took(self.of(value), len('"": , '))


def cut_text(text: str, most: int) -> str:
    """A text, or its beginning."""
    return text if len(text) <= most else f"{text[:most]}…"


def cell_of(value: Any) -> str:
    """A value in a table for reading."""
    match value:
        case None:
            return ""
        case bool() as truth:
            return str(truth).lower()
        case float() as number:
            return f"{number:.6g}"
        case list() as entries:
            text = ", ".join(map(cell_of, entries[:LONGEST_CELL]))
        case other:
            text = str(other)
    return text if len(text) <= LONGEST_CELL else f"{text[:LONGEST_CELL]}…"


RESULT = object_of(
    {
        "project": string("The project; only where several were asked."),
        "columns": array(string("Name of a column."), "The columns, in order."),
        "rows": array(
            array(
                {"anyOf": [{"type": name} for name in JSON_TYPES]}, "The values of a row, in the order of the columns."
            ),
            "The rows. Whole numbers beyond 2^53, such as ids, are text.",
        ),
        "count": integer("How many rows are shown."),
        "truncated": boolean("Whether there are more rows, or a long value was cut."),
    },
    optional=("project",),
)

SQL = Tool(
    name=NAME,
    title="SQL over the code graph",
    description=(
        "Answers questions about the whole project that no search can: counts, rankings, joins. Read-only SQL "
        "(DataFusion) over the live index. Tables: nodes (symbols: symbol, path, language, kind, name, qualified_name, "
        "signature, doc, start_line, end_line, cyclomatic, cognitive, is_test, is_exported, id, parent), edges "
        "(source, target, target_name, kind, path, line, rule, confidence), files (path, language, bytes, lines, "
        "parse_errors, skipped), flow_nodes, flow_edges, centrality, embeddings, projects. Functions: "
        "callers('symbol', depth), callees, impact, slice, search('question', k), hotspots(k), fan(), communities(), "
        "directories(depth), couplings(depth). `select * from columns` and `select * from functions` explain them. "
        f"A query may take {SECONDS} s (`timeout`); values are cut at {LONGEST_VALUE:,} characters, answers at "
        f"{LONGEST_ANSWER:,}.\n"
        'Example: {"query": "select path, name, cognitive from nodes where kind = \'function\' and not is_test order '
        'by cognitive desc limit 5"}: the most intricate functions, which no grep can find.'
    ),
    parameters=(
        Text(name="query", required=True, description="One SELECT statement.", longest=100_000),
        Whole(name="limit", description="Most rows.", default=100, most=1000),
        Whole(name="timeout", description="Most seconds that the query may take.", default=SECONDS, most=MOST_SECONDS),
        Flag(
            name="flow",
            description="Whether `edges` has rows of kind data, which need the flow of every function.",
            default=False,
        ),
        PROJECT_PATH,
    ),
    output=object_of(
        {
            **STAMP,
            "results": array(RESULT, "The rows, for each project that was asked."),
            "truncated": boolean("Whether any project has more rows, or a long value was cut."),
        },
        optional=STAMP_OPTIONAL,
    ),
    run=sql,
)
