"""SQL, tables, and exports."""

from __future__ import annotations

from pathlib import Path

import pandas
import pyarrow.dataset
import pytest
from shop_project import run_python

import leindex
from leindex import Project, Table


def test_a_query_gives_rows_of_one_revision(project: Project) -> None:
    rows = project.sql("select kind, count(*) as symbols from nodes group by kind order by symbols desc, kind")
    assert isinstance(rows, Table)
    assert rows.column_names == ["kind", "symbols"]
    assert rows.rows() == rows.to_rows() == list(rows)
    assert rows.rows()[0] == {"kind": "module", "symbols": 14}
    assert (len(rows), rows.num_rows) == (len(rows.rows()), len(rows))
    assert rows.revision == project.revision and not rows.truncated


def test_rows_show_themselves(project: Project) -> None:
    rows = project.sql("select path, name from nodes order by path, start_byte")
    assert repr(rows) == "<Table 58 × 2 (path, name)>"
    text = str(rows)
    assert text.splitlines()[0].split() == ["path", "name"]
    assert "… and 8 more" in text
    html = rows._repr_html_()
    assert html.count("<tr>") == 51 and "engine/src/lib.rs" in html
    empty = project.sql("select path from nodes where false")
    assert not empty and len(empty) == 0 and empty.rows() == [] and str(empty) == "path"


def test_html_of_rows_is_escaped(project: Project) -> None:
    assert "<b>" not in project.sql("select '<b>' as \"<i>\"")._repr_html_()


def test_rows_beyond_the_limit_are_cut_and_said_to_be(project: Project) -> None:
    rows = project.sql("select path from nodes", max_rows=5)
    assert len(rows) == 5 and rows.truncated
    assert "truncated" in repr(rows) and "there are more" in str(rows)


def test_a_table_is_whole_or_of_some_columns(project: Project) -> None:
    nodes = project.table("nodes")
    assert {"id", "symbol", "path", "kind", "body_hash", "project", "revision"} <= set(nodes.column_names)
    assert len(nodes) == project.stats().symbols
    some = project.table("nodes", ["path", "name"])
    assert some.column_names == ["path", "name"] and len(some) == len(nodes)
    assert project.table("files", "path").column_names == ["path"]


@pytest.mark.parametrize(
    "name", ["projects", "files", "nodes", "edges", "flow_nodes", "flow_edges", "embeddings", "centrality"]
)
def test_every_table_is_read_by_arrow_and_as_plain_rows(project: Project, name: str) -> None:
    rows = project.table(name, flow=True)
    assert rows.to_arrow().num_rows == len(rows.rows()) == len(rows) > 0


def test_flow_adds_the_edges_of_data(project: Project) -> None:
    kinds = {row["kind"] for row in project.table("edges", ["kind"]).rows()}
    with_flow = {row["kind"] for row in project.table("edges", ["kind"], flow=True).rows()}
    assert with_flow - kinds == {"data"}


@pytest.mark.parametrize("end", ["timeout=0.3", "timeout=600, cancel=cancel"], ids=["by its time", "by a cancellation"])
def test_a_query_that_was_ended_leaves_the_engine_to_others(shop: Path, end: str) -> None:
    code = f"""
import sys, threading, leindex
project = leindex.Project(sys.argv[1], in_memory=True)
nodes = ", ".join(f"nodes {{name}}" for name in "abcdefgh")
for _ in range(4):
    cancel = leindex.Cancellation()
    threading.Timer(0.3, cancel.cancel).start()
    try:
        project.sql("select sum(length(a.name || h.name)) from " + nodes, {end})
    except leindex.LeIndexError as error:
        print(type(error).__name__)
print(project.sql("select count(*) as n from nodes", timeout=20).rows())
"""
    done = run_python(code, str(shop))
    assert done.stdout.splitlines()[-1:] == ["[{'n': 58}]"], done


def test_an_export_is_read_by_others_and_by_us(project: Project, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    folder = tmp_path / "graph"
    exported = project.export(folder, tables=["centrality"], progress=lambda done, total: seen.append((done, total)))
    assert exported.rows["nodes"] == project.stats().symbols and exported.rows["centrality"] > 0
    assert exported.written > 0 and exported.kept == 0 and exported.revision == project.revision
    assert seen and "files written" in str(exported)
    data = pyarrow.dataset.dataset(folder / "nodes", format="parquet", partitioning="hive")
    assert data.count_rows() == exported.rows["nodes"]
    rows = leindex.sql_of_export(folder, "select count(*) as edges from edges")
    assert rows.rows() == [{"edges": exported.rows["edges"]}]
    again = project.export(folder, tables=["centrality"])
    # The table `projects` says when it was written.
    assert again.written == 1 and again.kept == exported.written - 1
    with pytest.raises(leindex.QueryError):
        leindex.sql_of_export(folder, "drop table nodes")
    with pytest.raises(leindex.RequestError):
        leindex.sql_of_export(folder, "select 1", max_rows=-1)
    with pytest.raises(leindex.LeIndexError):
        leindex.sql_of_export(tmp_path / "nowhere", "select 1")


@pytest.mark.parametrize(("table", "column"), [("nodes", "parent"), ("edges", "target")])
def test_ids_stay_exact_in_pandas_where_some_are_missing(project: Project, table: str, column: str) -> None:
    rows = project.table(table)
    frame = rows.to_pandas()
    assert str(frame[column].dtype) == "UInt64"
    exact = [row[column] for row in rows.rows()]
    assert None in exact and any(value is not None and value > 2**53 for value in exact)
    assert [None if value is pandas.NA else int(value) for value in frame[column]] == exact


def test_only_columns_that_lack_values_are_of_nullable_types(project: Project) -> None:
    query = "select id, id as other, case when id % 2 = 0 then true end as even, null::double as rate from nodes"
    frame = project.sql(query).to_pandas()
    assert [str(dtype) for dtype in frame.dtypes] == ["uint64", "uint64", "boolean", "float64"]


def test_results_keep_whole_numbers_that_are_missing_whole_in_pandas(project: Project) -> None:
    edges = project.callees("checkout").to_pandas()
    assert edges["target_line"].isna().any() and str(edges["target_line"].dtype) == "Int64"
