#!/usr/bin/env python3
"""Whether others read an export as LeIndex does, and compute on it what LeIndex computes.

    python tests/oracles/tables.py --bin target/release/examples PROJECT…

Exports each project with all tables and then compares:

- every row of every table as pyarrow, DuckDB and Polars read it with what `sql` answers live;
- the answers of the book's twenty questions: `sql` live and on the export, DuckDB on the files and through pyarrow,
  Polars;
- PageRank, eigenvector centrality, strongly connected components and reachability with networkx, on the exported edges.

Last it exports once more to a disk that is full, which has to leave everything as it was.

Needs what `requirements.txt` beside it names. Ends with 1 if anything differs.
"""

import argparse
import datetime
import decimal
import json
import math
import os
import pathlib
import re
import resource
import subprocess
import sys
import tempfile

import duckdb
import networkx
import polars
import pyarrow
import pyarrow.dataset

TABLES = ["projects", "nodes", "edges", "files", "flow_nodes", "flow_edges", "embeddings", "centrality"]
BOOK = pathlib.Path(__file__).resolve().parents[2] / "book" / "src" / "questions.md"
TOLERANCE = 1e-6
# What tables promise to readers: the types of a few columns that readers tend to disagree about.
TYPES = {
    ("nodes", "id"): pyarrow.uint64(),
    ("nodes", "parameters"): pyarrow.uint16(),
    ("nodes", "body_hash"): pyarrow.binary(16),
    ("files", "hash"): pyarrow.binary(32),
    ("flow_nodes", "defines"): pyarrow.list_(pyarrow.field("item", pyarrow.string(), False)),
    ("projects", "indexed_at"): pyarrow.timestamp("us", "UTC"),
    ("edges", "confidence"): pyarrow.float32(),
}


def plain(value):
    """A value as all readers can agree on it."""
    match value:
        case bytes():
            return value.hex()
        case decimal.Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case datetime.datetime():
            return value.astimezone(datetime.UTC).isoformat()
        case dict():
            return {key: plain(inner) for key, inner in value.items()}
        case list() | tuple():
            return [plain(inner) for inner in value]
    return value


def equal(one, other):
    if isinstance(one, float) or isinstance(other, float):
        return one is not None and other is not None and math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=1e-9)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(equal, one, other))
    return one == other


class Compared:
    def __init__(self):
        self.same = 0
        self.different = 0

    def rows(self, what, expected, found):
        """Two lists of rows that must be equal, one by one."""
        bad = next((at for at, (one, other) in enumerate(zip(expected, found)) if not equal(one, other)), None)
        if len(expected) != len(found) or bad is not None:
            self.different += 1
            print(f"DIFFERENT: {what}: {len(expected)} rows and {len(found)}")
            if bad is not None:
                print(f"    row {bad}: {expected[bad]}\n            {found[bad]}")
        else:
            self.same += 1

    def check(self, what, holds, detail=""):
        self.same += bool(holds)
        self.different += not holds
        if not holds:
            print(f"DIFFERENT: {what} {detail}")


class Project:
    def __init__(self, binaries, path, scratch):
        self.binaries, self.path = binaries, path
        self.graph = scratch / "graph"
        self.environment = {**os.environ, "LEINDEX_HOME": str(scratch / "home")}
        exported = self.run("export", str(path), str(self.graph), "--with", "all", "--json")
        self.rows = json.loads(exported)["rows"]

    def run(self, example, *arguments):
        done = subprocess.run([self.binaries / example, *arguments], capture_output=True, text=True, env=self.environment)
        if done.returncode:
            sys.exit(f"{example} {arguments}: {done.stderr}")
        return done.stdout

    def sql(self, query, where):
        text = self.run("sql", str(where), query, "--json", "--rows", "100000000", "--seconds", "600", "--flow")
        return [list(row.values()) for row in json.loads(text)]

    def files(self, table):
        return str(self.graph / table / "**" / "*.parquet")

    def dataset(self, table):
        return pyarrow.dataset.dataset(self.graph / table, format="parquet", partitioning="hive")


def questions():
    parts = BOOK.read_text().split("\n### ")[1:]
    return [(part.split("\n", 1)[0], re.search(r"```sql\n(.*?)```", part, re.S).group(1)) for part in parts]


def compare_tables(project, compared):
    for table in TABLES:
        dataset = project.dataset(table)
        for (of, column), wanted in TYPES.items():
            if of == table:
                found = dataset.schema.field(column).type
                compared.check(f"type of {table}.{column}", found == wanted, f"{found}, not {wanted}")
        columns = [field.name for field in dataset.schema if not (table == "projects" and field.name == "indexed_at")]
        quoted = ", ".join(f'"{column}"' for column in columns)
        order = ", ".join(f'"{column}"' for column in columns if column not in ("vector", "defines", "uses"))
        compared.check(f"rows of {table}", dataset.count_rows() == project.rows[table])
        live = project.sql(f"select {quoted} from {table} order by {order}", project.path)
        source = f"read_parquet('{project.files(table)}', hive_partitioning = true)"
        from_duckdb = duckdb.sql(f"select {quoted} from {source} order by {order}").fetchall()
        read = duckdb.from_arrow(dataset.to_table()).query("of_arrow", f"select {quoted} from of_arrow order by {order}")
        frame = polars.scan_parquet(project.files(table), hive_partitioning=True).select(columns)
        through_polars = duckdb.from_arrow(frame.collect().to_arrow()).query("of_polars", f"select {quoted} from of_polars order by {order}")
        for reader, rows in [("DuckDB", from_duckdb), ("pyarrow", read.fetchall()), ("Polars", through_polars.fetchall())]:
            compared.rows(f"{table} by {reader}", live, [plain(list(row)) for row in rows])


def compare_questions(project, compared, show):
    files, arrow = duckdb.connect(), duckdb.connect()
    frames = {}
    for table in TABLES:
        files.execute(f"create view {table} as select * from read_parquet('{project.files(table)}', hive_partitioning = true)")
        arrow.register(table, project.dataset(table))
        frames[table] = polars.scan_parquet(project.files(table), hive_partitioning=True)
    polars_sql = polars.SQLContext(frames, eager=True)
    for heading, query in questions():
        live = project.sql(query, project.path)
        if show:
            print(f"## {heading}")
            for row in live[:5]:
                print("   ", *row, sep=" | ")
        answers = {
            "sql on the export": lambda: project.sql(query, project.graph),
            "DuckDB": lambda: files.sql(query).fetchall(),
            "DuckDB through pyarrow": lambda: arrow.sql(query).fetchall(),
            "Polars": lambda: polars_sql.execute(query).rows(),
        }
        for reader, answer in answers.items():
            try:
                compared.rows(f"{heading} by {reader}", live, [plain(list(row)) for row in answer()])
            except Exception as error:
                compared.check(f"{heading} by {reader}", False, f"{type(error).__name__}: {error}")


def compare_graph(project, compared):
    edges = project.dataset("edges").to_table(columns=["source", "target", "kind", "rule"]).to_pylist()
    centrality = {row["id"]: row for row in project.dataset("centrality").to_table().to_pylist()}
    # A call of a declaration counts for its one definition.
    declared = {edge["source"]: edge["target"] for edge in edges if edge["kind"] == "declares" and edge["target"] is not None}
    graph = networkx.DiGraph()
    graph.add_nodes_from(centrality)
    for edge in edges:
        counts = edge["kind"] in ("call", "inherit", "implement") and edge["rule"] not in ("hierarchy", "passed")
        if counts and edge["target"] is not None:
            target = declared.get(edge["target"], edge["target"])
            if target != edge["source"]:
                graph.add_edge(edge["source"], target)
    ranks = networkx.pagerank(graph, alpha=0.85, tol=1e-12, max_iter=1000)
    worst = max(abs(ranks[node] - row["pagerank"]) for node, row in centrality.items())
    compared.check("PageRank", worst <= TOLERANCE, f"differs by {worst:.1e}")
    components = {}
    for node, row in centrality.items():
        components.setdefault(row["component"], set()).add(node)
    theirs = {frozenset(component) for component in networkx.strongly_connected_components(graph)}
    ours = {frozenset(component) for component in components.values()}
    compared.check("strongly connected components", ours == theirs)
    worst = 0.0
    undirected = graph.to_undirected()
    for part in networkx.connected_components(undirected):
        if len(part) < 2 or len(part) > 3000:
            continue
        values = networkx.eigenvector_centrality_numpy(undirected.subgraph(part)) if len(part) > 2 else dict.fromkeys(part, math.sqrt(0.5))
        worst = max(worst, *(abs(abs(values[node]) - centrality[node]["eigenvector"]) for node in part))
    compared.check("eigenvector centrality", worst <= TOLERANCE, f"differs by {worst:.1e}")
    # What calls reach from the ten most central symbols, as a recursive query and as networkx walks.
    calls = networkx.DiGraph((edge["source"], edge["target"]) for edge in edges if edge["kind"] == "call" and edge["target"] is not None)
    for start in sorted(centrality, key=lambda node: -centrality[node]["pagerank"])[:10]:
        query = f"""
            with recursive reached(id) as (
                select cast({start} as bigint unsigned)
                union
                select e.target from reached r join edges e on e.source = r.id where e.kind = 'call' and e.target is not null
            )
            select id from reached order by id"""
        walked = sorted({start} | (networkx.descendants(calls, start) if start in calls else set()))
        compared.rows(f"reachability from {start}", [[node] for node in walked], project.sql(query, project.graph))
    print(f"    {graph.number_of_nodes()} nodes, {graph.number_of_edges()} dependencies, {len(theirs)} components")


def contents(folder):
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def survive_a_full_disk(project, compared):
    """No file may grow beyond some bytes, as if the disk were full: the export fails and what was there stays."""
    before = contents(project.graph)
    # `projects` says when it was made, so that there is always something to write.
    limit = 1024

    def full():
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    done = subprocess.run(
        [project.binaries / "export", project.path, project.graph, "--with", "all"],
        capture_output=True, text=True, env=project.environment, preexec_fn=full, restore_signals=False,
    )
    compared.check("an export to a full disk fails", done.returncode == 1 and "cannot export to" in done.stderr, done.stderr)
    compared.check("an export to a full disk leaves the one before", contents(project.graph) == before)
    left = [path.name for path in project.graph.parent.iterdir() if path.name.startswith(".")]
    compared.check("an export to a full disk leaves nothing beside", not left, left)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bin", type=pathlib.Path, required=True, help="the folder of the built examples")
    parser.add_argument("--show", action="store_true", help="print the first rows of each answer")
    parser.add_argument("projects", type=pathlib.Path, nargs="+")
    arguments = parser.parse_args()
    different = 0
    for path in arguments.projects:
        with tempfile.TemporaryDirectory() as scratch:
            project, compared = Project(arguments.bin, path.resolve(), pathlib.Path(scratch)), Compared()
            print(f"{path.name}: {project.rows}")
            compare_tables(project, compared)
            compare_questions(project, compared, arguments.show)
            compare_graph(project, compared)
            survive_a_full_disk(project, compared)
            print(f"{path.name}: {compared.same} comparisons equal, {compared.different} different")
            different += compared.different
    sys.exit(different > 0)


if __name__ == "__main__":
    main()
