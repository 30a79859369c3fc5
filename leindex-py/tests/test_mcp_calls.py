"""Calls, over an engine that stands in: progress of the first index, cancellation, our own errors, revisions."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client
from mcp_sessions import ask, serving, text_of

from leindex.mcp.engine import Engine, Opener, Progress, Rows

R = "r0123456789abcdef"


class StandIn:
    """An engine whose answers are given to it."""

    def __init__(self, folder: Path, answers: Mapping[str, Callable[..., Any]] | None = None) -> None:
        self.folder = folder
        self.answers = answers or {}
        self.closed = False
        #: Set when a question was cancelled.
        self.cancelled = threading.Event()

    def roots(self) -> list[str]:
        return [str(self.folder)]

    def ask(self, verb: str, arguments: Mapping[str, Any], cancel: Any) -> tuple[str, Any]:
        if verb in self.answers:
            answer: tuple[str, Any] = self.answers[verb](self, cancel)
            return answer
        return R, {"hits": [], "intent": "words", "approximate": False}

    def bytes(self, path: str) -> memoryview:
        return memoryview(b"x = 1\n")

    def sql(self, query: str, *, most: int, flow: bool, timeout: float, cancel: Any) -> Rows:
        if "sql" in self.answers:
            self.answers["sql"](self, cancel)
        return Rows(["n"], [[1]], False, R)

    def stats(self) -> dict[str, Any]:
        return {
            "name": self.folder.name,
            "revision": R,
            "files": 3,
            "symbols": 5,
            "languages": {},
            "skipped": {},
            "parse_errors": 0,
            "diagnostics": 0,
            "warnings": [],
            "following": True,
            "store": {},
            "memory": {},
        }

    def close(self) -> None:
        self.closed = True


def opens(engine: Engine) -> Opener:
    """Opens an engine at once."""
    return lambda folder, progress, cancel: engine


def slowly(files: int, opened: list[int], gate: threading.Event | None = None) -> Opener:
    """Takes a while to open, and says how far it is."""

    def open_it(folder: Path, progress: Progress, cancel: Any) -> Engine:
        opened.append(1)
        for done in range(files + 1):
            progress(done, files)
            time.sleep(0.02)
        if gate is not None:
            gate.wait(20)
        return StandIn(folder)

    return open_it


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_the_first_index_reports_progress_that_increases_to_the_end(tmp_path: Path, mode: str) -> None:
    heard: list[tuple[float, float | None, str | None]] = []

    async def listen(progress: float, total: float | None, message: str | None) -> None:
        heard.append((progress, total, message))

    with serving(tmp_path, opener=slowly(12, [])) as (_, server):

        async def call() -> None:
            async with Client(server, mode=mode) as client:
                result = await client.call_tool("leindex_search", {"query": "x"}, progress_callback=listen)
                assert not result.is_error
                first = len(heard)
                await client.call_tool("leindex_search", {"query": "x"}, progress_callback=listen)
                assert len(heard) == first, "what is indexed has no progress to report"

        anyio.run(call)
    steps = [progress for progress, _, _ in heard]
    assert len(steps) > 2
    assert steps == sorted(set(steps))
    assert heard[-1][:2] == (12, 12)
    assert "indexing" in (heard[-1][2] or "")
    assert tmp_path.name in (heard[-1][2] or "")


def test_calls_that_come_meanwhile_share_the_first_index(tmp_path: Path) -> None:
    opened: list[int] = []
    with serving(tmp_path, opener=slowly(5, opened)) as (_, server):

        async def call() -> None:
            async with Client(server, mode="legacy") as client, anyio.create_task_group() as group:
                for _ in range(5):
                    group.start_soon(client.call_tool, "leindex_search", {"query": "x"})

        anyio.run(call)
    assert opened == [1]


def test_the_status_says_how_far_the_index_is_instead_of_waiting_for_it(tmp_path: Path) -> None:
    gate = threading.Event()
    with serving(tmp_path, opener=slowly(3, [], gate)) as (_, server):

        async def call() -> None:
            async with Client(server, mode="legacy") as client, anyio.create_task_group() as group:
                group.start_soon(client.call_tool, "leindex_search", {"query": "x"})
                await anyio.sleep(0.2)
                status = await client.call_tool("leindex_status", {})
                (project,) = status.structured_content["projects"]
                assert project["state"] == "indexing"
                assert (project["done"], project["total"]) == (3, 3)
                assert "being indexed" in text_of(status)
                gate.set()

        anyio.run(call)


def test_a_client_that_leaves_during_the_first_index_finds_it_done_later(tmp_path: Path) -> None:
    opened: list[int] = []
    with serving(tmp_path, opener=slowly(10, opened)) as (service, server):

        async def call() -> None:
            async with Client(server, mode="legacy") as client:
                with anyio.move_on_after(0.05) as scope:
                    await client.call_tool("leindex_search", {"query": "x"})
                assert scope.cancelled_caught
                assert not (await client.call_tool("leindex_search", {"query": "x"})).is_error
                assert service.counts.of("leindex_search").cancelled == 1

        anyio.run(call)
    assert opened == [1]


def test_an_index_that_fails_is_said_to_all_who_wait_and_tried_anew(tmp_path: Path) -> None:
    attempts: list[int] = []

    def open_it(folder: Path, progress: Progress, cancel: Any) -> Engine:
        attempts.append(1)
        time.sleep(0.05)
        if len(attempts) == 1:
            raise OSError("the disk is on fire")
        return StandIn(folder)

    with serving(tmp_path, opener=open_it) as (_, server):

        async def call() -> None:
            async with Client(server, mode="legacy") as client:
                said: list[bool] = []

                async def one() -> None:
                    said.append((await client.call_tool("leindex_search", {"query": "x"})).is_error)

                async with anyio.create_task_group() as group:
                    for _ in range(3):
                        group.start_soon(one)
                assert said == [True] * 3
                assert not (await client.call_tool("leindex_search", {"query": "x"})).is_error

        anyio.run(call)


def hanging(engine: StandIn, cancel: Any) -> tuple[str, Any]:
    """A question that goes on until it is cancelled."""
    deadline = time.monotonic() + 20
    while not cancel.cancelled and time.monotonic() < deadline:
        time.sleep(0.005)
    engine.cancelled.set()
    return R, {}


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_a_call_that_the_client_takes_back_is_cancelled_in_the_engine(tmp_path: Path, mode: str) -> None:
    engine = StandIn(tmp_path, {"search": hanging})
    with serving(tmp_path, opener=opens(engine)) as (service, server):

        async def call() -> None:
            async with Client(server, mode=mode) as client:
                with anyio.move_on_after(0.2):
                    await client.call_tool("leindex_search", {"query": "x"})
                assert await anyio.to_thread.run_sync(engine.cancelled.wait, 10)
                assert not (await client.call_tool("leindex_sql", {"query": "select 1"})).is_error

        anyio.run(call)
        assert service.counts.of("leindex_search").cancelled == 1


def test_other_calls_are_answered_while_one_takes_long(tmp_path: Path) -> None:
    engine = StandIn(tmp_path, {"search": hanging})
    with serving(tmp_path, opener=opens(engine)) as (_, server):

        async def call() -> None:
            async with Client(server, mode="legacy") as client, anyio.create_task_group() as group:
                group.start_soon(client.call_tool, "leindex_search", {"query": "x"})
                await anyio.sleep(0.05)
                for _ in range(5):
                    assert not (await client.call_tool("leindex_sql", {"query": "select 1"})).is_error
                assert not engine.cancelled.is_set()
                group.cancel_scope.cancel()

        anyio.run(call)
    assert engine.closed


def failing(error: BaseException) -> Callable[..., tuple[str, Any]]:
    """A question that fails."""

    def fail(engine: StandIn, cancel: Any) -> tuple[str, Any]:
        raise error

    return fail


class Panic(BaseException):
    """What a panic of the native module is to Python: no `Exception`."""


@pytest.mark.parametrize("error", [KeyError("boom"), Panic("index out of bounds"), RecursionError("deep")])
def test_an_error_of_our_own_is_one_line_to_the_client_and_logged(
    tmp_path: Path, error: BaseException, caplog: pytest.LogCaptureFixture
) -> None:
    from leindex.mcp.engine import guarded

    def fail(engine: StandIn, cancel: Any) -> tuple[str, Any]:
        return guarded(lambda: failing(error)(engine, cancel))

    with serving(tmp_path, opener=opens(StandIn(tmp_path, {"search": fail}))) as (_, server):
        answer = ask(server, "leindex_search", query="x")
        assert answer.error
        assert "\n" not in answer.text
        assert "Traceback" not in answer.text
        assert str(error.args[0]) not in answer.text
        assert any(str(error.args[0]) in record.getMessage() for record in caplog.records)
        assert not ask(server, "leindex_sql", query="select 1").error


SYMBOL: dict[str, Any] = {
    **{key: "x" for key in ("symbol", "kind", "language", "path", "signature", "summary", "qualified_name")},
    "start_byte": 0,
    **{key: 1 for key in ("start_line", "end_line", "cyclomatic", "cognitive")},
    "is_test": False,
    "is_exported": True,
}


def test_an_answer_of_several_questions_is_of_one_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    symbol = SYMBOL
    revisions = iter([R, R[:-1] + "0", R[:-1] + "1", R[:-1] + "1"])
    counting = {
        "symbol": lambda engine, cancel: (next(revisions), symbol),
        "source": lambda engine, cancel: (next(revisions), {"text": "x = 1"}),
    }
    with serving(tmp_path, opener=opens(StandIn(tmp_path, counting))) as (_, server):
        answer = ask(server, "leindex_symbol", name="x", include=["source"])
        assert answer.data["revision"] == R[:-1] + "1"
    monkeypatch.setattr("leindex.mcp.service.WAITS", (0.0,) * 5)
    numbers = iter(range(1000))
    restless = {name: lambda engine, cancel: (f"r{next(numbers):016}", {**symbol, "text": "x"}) for name in counting}
    with serving(tmp_path, opener=opens(StandIn(tmp_path, restless))) as (_, server):
        answer = ask(server, "leindex_symbol", name="x", include=["source"])
        assert answer.error
        assert "changes faster" in answer.text


def test_what_is_being_opened_is_cancelled_and_closed_when_the_server_ends(tmp_path: Path) -> None:
    ended = threading.Event()

    def open_it(folder: Path, progress: Progress, cancel: Any) -> Engine:
        hanging(StandIn(folder), cancel)
        ended.set()
        raise OSError("cancelled")

    with serving(tmp_path, opener=open_it) as (_, server):

        async def call() -> None:
            async with Client(server, mode="legacy") as client:
                with anyio.move_on_after(0.1):
                    await client.call_tool("leindex_search", {"query": "x"})

        anyio.run(call)
        assert not ended.is_set()
    assert ended.is_set()


def test_a_project_that_is_edited_all_the_time_is_answered_in_the_first_moment_of_quiet(tmp_path: Path) -> None:
    began = time.monotonic()

    def revision() -> str:
        # An edit every 5 ms for most of a second: a saved file after another.
        return f"r{min(int((time.monotonic() - began) / 0.005), 160):016x}"

    def slow(value: Any) -> Callable[..., Any]:
        def answer(engine: StandIn, cancel: Any) -> tuple[str, Any]:
            time.sleep(0.006)
            return revision(), value

        return answer

    edited = {"symbol": slow(SYMBOL), "source": slow({"text": "x = 1"})}
    with serving(tmp_path, opener=opens(StandIn(tmp_path, edited))) as (_, server):
        answer = ask(server, "leindex_symbol", name="x", include=["source"])
        assert not answer.error, answer.text


def test_endless_queries_leave_room_for_all_other_tools(tmp_path: Path) -> None:
    engine = StandIn(tmp_path, {"sql": hanging})
    with serving(tmp_path, opener=opens(engine)) as (_, server):

        async def call() -> None:
            async with Client(server, mode="legacy") as client, anyio.create_task_group() as group:
                for _ in range(40):
                    group.start_soon(client.call_tool, "leindex_sql", {"query": "select 1"})
                await anyio.sleep(0.3)
                with anyio.fail_after(10):
                    assert not (await client.call_tool("leindex_search", {"query": "x"})).is_error
                    assert not (await client.call_tool("leindex_status", {})).is_error
                group.cancel_scope.cancel()

        anyio.run(call)


def test_the_status_is_answered_whatever_all_other_tools_wait_for(tmp_path: Path) -> None:
    engine = StandIn(tmp_path, {"search": hanging})
    with serving(tmp_path, opener=opens(engine)) as (_, server):

        async def call() -> None:
            async with Client(server, mode="legacy") as client, anyio.create_task_group() as group:
                for _ in range(40):
                    group.start_soon(client.call_tool, "leindex_search", {"query": "x"})
                await anyio.sleep(0.3)
                with anyio.fail_after(10):
                    assert not (await client.call_tool("leindex_status", {})).is_error
                group.cancel_scope.cancel()

        anyio.run(call)
