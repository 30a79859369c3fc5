"""`export`: writes the tables to a folder of Parquet files."""

from __future__ import annotations

from typing import Any

import click

from leindex.cli.command import verb
from leindex.cli.screen import Cell, Screen, dim, place
from leindex.cli.session import Session
from leindex.cli.wording import plural, size

ALWAYS = ("projects", "nodes", "edges", "files")
FURTHER = ("flow_nodes", "flow_edges", "embeddings", "centrality")


class Tables(click.ParamType):  # type: ignore[type-arg]
    """Names of tables, with commas between them."""

    name = "tables"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        if isinstance(value, tuple):
            return value
        names = tuple(part.strip() for part in value.split(",") if part.strip())
        for wanted in names:
            if wanted not in (*FURTHER, *ALWAYS):
                self.fail(f"there is no table `{wanted}`; there are {', '.join(FURTHER)}", param, ctx)
        return names


@verb(
    "export",
    examples=[
        ("leindex export graph", "projects, nodes, edges and files, for DuckDB, Polars, pandas, Spark"),
        ("leindex export graph --with flow_nodes,flow_edges,centrality", "and further tables"),
    ],
)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=str))
@click.option(
    "--with", "tables", type=Tables(), multiple=True, metavar="TABLE,…", help=f"Further tables: {', '.join(FURTHER)}."
)
def export(session: Session, folder: str, tables: tuple[tuple[str, ...], ...]) -> int:
    """Write the tables of the code graph to DIR as Parquet files, replacing the export that is there.

    Files that did not change since are taken over. `leindex sql --export DIR` asks them.
    """
    wanted = sorted({name for names in tables for name in names} - set(ALWAYS))
    project = session.open()
    with session.progress("writing") as progress:
        answer = project.export(folder, tables=wanted, progress=progress)
    value: dict[str, Any] = answer if isinstance(answer, dict) else answer.to_dict()

    def text(screen: Screen) -> None:
        rows: list[list[Cell]] = [[name, plural(count, "row")] for name, count in value["rows"].items()]
        screen.table(rows, indent="  ", right=(1,))
        files = f"{plural(value['written'], 'file')} written, {value['kept']:,} kept, {size(value['bytes'])} in all"
        screen.line(place(folder), dim(f"  {files}; revision {value['revision']}"))

    return session.show(value, text)
