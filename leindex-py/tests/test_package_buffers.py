"""What Python sees without a copy: sources, rows and vectors. Told by addresses, and by what happens to the files."""

from __future__ import annotations

import ctypes
import gc
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy
import pyarrow
import pytest
from shop_project import environment

import leindex
from leindex import Project


def address(view: memoryview) -> int:
    """Where the memory of a view begins."""
    return int(numpy.frombuffer(view, dtype=numpy.uint8).__array_interface__["data"][0])


def test_the_bytes_of_a_file_are_the_same_memory_each_time(project: Project, shop: Path) -> None:
    first, second = project.bytes("shop/cart.py"), project.bytes("shop/cart.py")
    assert first.readonly and first.contiguous and first.format == "B"
    assert bytes(first) == (shop / "shop" / "cart.py").read_bytes()
    assert address(first) == address(second)


def test_files_of_the_same_content_are_the_same_memory(own: Project) -> None:
    text = own.source("shop/rates.py")
    own.overlay("shop/copy.py", text)
    assert address(own.bytes("shop/copy.py")) == address(own.bytes("shop/rates.py"))


def test_a_view_cannot_be_written_through(project: Project) -> None:
    with pytest.raises(TypeError):
        project.bytes("shop/cart.py")[0] = 0
    with pytest.raises((BufferError, TypeError)):
        (ctypes.c_char * 1).from_buffer(leindex_bytes(project))


def leindex_bytes(project: Project) -> Any:
    return project._native.bytes("shop/cart.py")


def test_a_view_stays_as_it_was_when_the_file_is_cut_and_written_anew(own: Project) -> None:
    path = Path(own.root) / "shop" / "cart.py"
    before = path.read_bytes()
    view = own.bytes("shop/cart.py")
    with path.open("r+b") as file:
        file.truncate(0)
    assert bytes(view) == before
    path.write_bytes(b"x = 1\n" * 10_000)
    assert bytes(view) == before
    assert bytes(own.bytes("shop/cart.py")) == b"x = 1\n" * 10_000
    os.remove(path)
    assert bytes(view) == before
    with pytest.raises(leindex.PathError):
        own.bytes("shop/cart.py")


def test_views_live_longer_than_their_project(native: Any, shop: Path) -> None:
    project = Project(shop, in_memory=True)
    view = project.bytes("shop/rates.py")
    table = project.sql("select path, name from nodes order by path, start_byte").to_arrow()
    vectors = numpy.asarray(project.embeddings())
    before = bytes(view), table.to_pylist(), vectors.copy()
    project.close()
    del project
    gc.collect()
    assert (bytes(view), table.to_pylist()) == before[:2]
    assert numpy.array_equal(vectors, before[2])


def buffers(table: pyarrow.Table) -> list[int]:
    """The addresses of all buffers of a table."""
    found = []
    for column in table.columns:
        for chunk in column.chunks:
            found += [buffer.address for buffer in chunk.buffers() if buffer is not None and buffer.size]
    return found


def test_arrow_tables_share_the_memory_of_the_rows(project: Project) -> None:
    rows = project.sql("select path, name, start_line, cyclomatic from nodes order by path, start_byte")
    first, second = pyarrow.table(rows), rows.to_arrow()
    assert first.num_rows == len(rows) == 58
    assert len(buffers(first)) >= 6
    assert buffers(first) == buffers(second)


def test_other_readers_take_the_rows_as_they_are(project: Project) -> None:
    duckdb, polars = pytest.importorskip("duckdb"), pytest.importorskip("polars")
    rows = project.sql("select path, count(*) as symbols from nodes group by path order by path")
    expected = rows.rows()
    assert rows.to_polars().to_dicts() == polars.DataFrame(rows).to_dicts() == expected
    assert rows.to_pandas().to_dict("records") == expected
    found = duckdb.from_arrow(rows).order("path").fetchall()
    assert found == [tuple(row.values()) for row in expected]
    assert pyarrow.schema(rows).names == rows.column_names


def test_polars_shares_the_memory_of_numbers(project: Project) -> None:
    polars = pytest.importorskip("polars")
    rows = project.table("nodes", ["start_line"])
    arrow = rows.to_arrow()
    numbers = polars.DataFrame(rows)["start_line"].to_numpy(allow_copy=False)
    assert arrow.column(0).num_chunks == 1
    assert numbers.__array_interface__["data"][0] == arrow.column(0).chunk(0).buffers()[1].address


def test_vectors_are_one_read_only_matrix_over_the_same_memory(project: Project) -> None:
    vectors = project.embeddings()
    matrix = numpy.asarray(vectors)
    assert matrix.shape == (vectors.rows, vectors.dimension) and matrix.dtype == numpy.float32
    assert matrix.flags.c_contiguous and not matrix.flags.writeable
    again = numpy.frombuffer(vectors, dtype=numpy.float32).reshape(matrix.shape)
    assert matrix.__array_interface__["data"][0] == again.__array_interface__["data"][0]
    assert matrix.__array_interface__["data"][0] == numpy.asarray(vectors).__array_interface__["data"][0]
    lengths = numpy.linalg.norm(matrix, axis=1)
    assert numpy.allclose(lengths[lengths > 0], 1, atol=1e-2)
    assert len(vectors) == vectors.rows > 10


def test_a_second_look_at_the_vectors_is_the_same_file(project: Project) -> None:
    first, second = numpy.asarray(project.embeddings()), numpy.asarray(project.embeddings())
    assert numpy.array_equal(first, second)


def test_each_vector_has_the_id_of_its_symbol(project: Project) -> None:
    vectors = project.embeddings()
    ids = numpy.frombuffer(vectors.ids, dtype="<u8")
    assert len(ids) == vectors.rows
    known = {row["id"]: row["symbol"] for row in project.sql("select id, symbol from nodes").rows()}
    assert set(ids.tolist()) <= set(known)
    assert any(known[number].endswith("lookup().") for number in ids.tolist())
    assert vectors.revision == project.revision


def test_a_live_file_is_never_mapped(native: Any, shop: Path) -> None:
    if not sys.platform.startswith("linux"):
        pytest.skip("looks at /proc")
    code = """
import sys, leindex
project = leindex.Project(sys.argv[1])
held = [project.bytes(file.path) for file in project.files() if file.lines], project.embeddings(), project.search("tax")
print([line for line in open("/proc/self/maps") if sys.argv[1] in line])
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(shop)], capture_output=True, text=True, env=environment(), timeout=60
    )
    assert done.stdout.strip() == "[]", done
