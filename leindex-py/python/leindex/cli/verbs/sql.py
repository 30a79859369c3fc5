"""`sql`: a query over the tables, or a prompt for many."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from leindex.cli.command import verb
from leindex.cli.failure import Stop
from leindex.cli.screen import Screen
from leindex.cli.session import Session, write_json
from leindex.cli.tables import FORMATS, Joined, Rows, print_table, replaced, write_csv, write_parquet


@verb(
    "sql",
    examples=[
        ('leindex sql "select kind, count(*) from nodes group by kind"', "a table, on a terminal or in a pipe"),
        ("leindex sql - --format csv -o hot.csv < query.sql", "the query from a file, the rows to another"),
        ('leindex sql --export graph "select count(*) from edges"', "of what `leindex export graph` wrote"),
        ("leindex sql", "a prompt; .tables and .schema say what there is"),
    ],
)
@click.argument("query", metavar="[QUERY]", required=False)
@click.option("-f", "--format", "format_", type=click.Choice(FORMATS), help="How rows are written.  [default: table]")
@click.option("-o", "--output", metavar="FILE", type=click.Path(path_type=str), help="Write to this file.")
@click.option("-n", "--rows", type=click.IntRange(min=1), help="Most rows.  [default: 100000]")
@click.option(
    "--timeout", type=click.FloatRange(min=0, min_open=True), metavar="SECONDS", help="Longest time.  [default: 30]"
)
@click.option(
    "--flow", is_flag=True, help="`edges` also has rows of kind `data`: arguments to parameters, results to uses."
)
@click.option(
    "--export", "folder", metavar="DIR", type=click.Path(path_type=str), help="Ask an export instead of the project."
)
def sql(
    session: Session,
    query: str | None,
    format_: str | None,
    output: str | None,
    rows: int | None,
    timeout: float | None,
    flow: bool,
    folder: str | None,
) -> int:
    """Ask the tables of the code graph in SQL: nodes, edges, files, flow_nodes, flow_edges, embeddings, centrality.

    `-` reads the query from standard input. Without one, a prompt opens. `select * from columns` says what each column
    means. Queries read and do nothing else. --json is --format json: an array of objects, one a row. No rows are an
    answer, too: exit code 0.
    """
    if session.json and format_ not in (None, "json"):
        raise click.UsageError(f"--json and --format {format_} exclude each other")
    wanted = "json" if session.json else format_ or "table"
    if wanted == "parquet" and output is None:
        raise click.UsageError("Parquet is no text: add --output FILE")
    limits: dict[str, Any] = {"max_rows": rows, "timeout": timeout}

    def ask(text: str) -> Rows:
        with session.waiting():
            if folder is not None:
                return _of_export(folder, text, limits)
            if session.several:
                return Joined(session.workspace().sql(text, flow=flow, **limits))
            return session.open().sql(text, flow=flow, **limits)

    if query is None and sys.stdin.isatty() and sys.stdout.isatty() and wanted == "table" and output is None:
        return _prompt(session, ask, follow=folder is None and not session.several)
    if query is None:
        raise click.UsageError("give a query, or `-` to read it from standard input; the prompt needs a terminal")
    text = sys.stdin.read() if query == "-" else query
    if not text.strip().rstrip(";"):
        raise click.UsageError("the query is empty; try `select * from columns`")
    table = ask(text)
    _write(session, table, wanted, output)
    if table.truncated:
        session.note(f"cut after {len(table):,} rows: there are more; --rows takes more of them")
    return 0


def _of_export(folder: str, query: str, limits: dict[str, Any]) -> Rows:
    import leindex

    return leindex.sql_of_export(folder, query, **limits)


def _write(session: Session, table: Rows, wanted: str, output: str | None) -> None:
    if output is None:
        _print(session, table, wanted)
        return
    if Path(output).is_dir():
        raise Stop(f"{output} is a folder; name a file in it")
    if wanted == "parquet":
        write_parquet(output, table)
    else:
        with replaced(output) as beside, open(beside, "w", encoding="utf-8", newline="") as out:
            if wanted == "csv":
                write_csv(out, table)
            elif wanted == "json":
                write_json(table.rows(), out)
            else:
                screen = Screen(out, colour=False)
                print_table(screen, table)
                screen.flush()
    session.note(f"{len(table):,} rows written to {output}")


def _print(session: Session, table: Rows, wanted: str) -> None:
    if wanted == "json":
        write_json(table.rows())
    elif wanted == "csv":
        write_csv(sys.stdout, table)
    else:
        print_table(session.screen, table)
        session.screen.flush()


def _prompt(session: Session, ask: Any, *, follow: bool) -> int:
    import leindex_rust as native
    from leindex.cli.prompt import TABLES, Prompt, history

    if follow:
        # Between two queries files may change.
        project = session.open(follow=True)
        click.echo(f"{project.name}, revision {project.revision}; .help says what there is")
    home = Path(native.store_of(".")["home"])

    def words() -> list[str]:
        names = [row["table_name"] for row in ask(TABLES).rows()]
        columns = [row["column_name"] for row in ask("select distinct column_name from columns").rows()]
        return sorted({*names, *columns, *KEYWORDS})

    with history(home / "sql_history", words):
        Prompt(ask, session.screen).run()
    return 0


KEYWORDS = (
    "select",
    "from",
    "where",
    "group by",
    "order by",
    "limit",
    "join",
    "left join",
    "count(*)",
    "distinct",
    "desc",
    "and",
    "or",
)
