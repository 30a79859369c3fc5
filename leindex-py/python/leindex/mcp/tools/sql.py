"""`leindex_sql`: the code graph as tables."""

from __future__ import annotations

import datetime
import math
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
#: Whole numbers that every client keeps exactly. Ids are larger: they are given as text.
EXACT = 2**53 - 1
JSON_TYPES = ("string", "number", "boolean", "null", "array", "object")


async def sql(call: Call, arguments: dict[str, Any]) -> Answer:
    """Answers a call."""
    outcomes = await call.each(
        call.scopes(arguments["project_path"]),
        lambda scope: call.sql(scope, arguments["query"], most=arguments["limit"], flow=arguments["flow"]),
    )
    stamp = Stamp(NAME, ((outcome, outcome.value.revision if outcome.value else None) for outcome in outcomes))
    answers = [(outcome.scope.name, outcome.value) for outcome in outcomes if outcome.value]
    results = [
        {
            **stamp.of(name),
            "columns": rows.columns,
            "rows": [[value_of(value) for value in row] for row in rows.rows],
            "count": len(rows.rows),
            "truncated": rows.truncated,
        }
        for name, rows in answers
    ]
    truncated = any(rows.truncated for _, rows in answers)
    parts = []
    for name, rows in answers:
        if stamp.several:
            parts.append(f"## {name}")
        more = ", and there are more: raise `limit`, or add `limit … offset …`" if rows.truncated else ""
        parts.append(table(rows.columns, ([cell_of(value) for value in row] for row in rows.rows)))
        parts.append(f"{count(len(rows.rows), 'row')}{more}.")
    return Answer(
        "\n\n".join([*parts, stamp.text()]) + "\n", {**stamp.structured(), "results": results, "truncated": truncated}
    )


def value_of(value: Any) -> Any:
    """A value as JSON can say it, exactly."""
    match value:
        case None | bool():
            return value
        case int():
            return value if -EXACT <= value <= EXACT else str(value)
        case float():
            return value if math.isfinite(value) else None
        case str():
            return value if len(value) <= LONGEST_VALUE else f"{value[:LONGEST_VALUE]}…"
        case bytes() | bytearray() | memoryview():
            return value_of(bytes(value).hex())
        case list() | tuple():
            return [value_of(entry) for entry in value]
        case dict():
            return {str(key): value_of(entry) for key, entry in value.items()}
        case datetime.date() | datetime.time():
            return value.isoformat()
        case _:
            return value_of(str(value))


def cell_of(value: Any) -> str:
    """A value in a table for reading."""
    match value_of(value):
        case None:
            return ""
        case bool() as truth:
            return str(truth).lower()
        case float() as number:
            return f"{number:.6g}"
        case list() as entries:
            text = ", ".join(map(cell_of, entries))
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
        "truncated": boolean("Whether there are more."),
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
        "directories(depth), couplings(depth). `select * from columns` and `select * from functions` explain them.\n"
        'Example: {"query": "select path, name, cognitive from nodes where kind = \'function\' and not is_test order '
        'by cognitive desc limit 5"}: the most intricate functions, which no grep can find.'
    ),
    parameters=(
        Text(name="query", required=True, description="One SELECT statement.", longest=100_000),
        Whole(name="limit", description="Most rows.", default=100, most=1000),
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
            "truncated": boolean("Whether any project has more rows."),
        },
        optional=STAMP_OPTIONAL,
    ),
    run=sql,
)
