"""A soak of the MCP server: clients ask at the same time while they edit, and each answer is held to the disk.

    python tests/soak/mcp_clients.py [PROJECT] [--calls 10000] [--clients 8] [--transport http|stdio] [--seed 1]

The project (this repository by default) is copied, so that edits harm nobody. Each client owns a few files in the copy.
It changes, moves and deletes them, and right after each change asks a tool something whose answer has to show it: an
answer that does not is stale. Over HTTP all clients share one server; over stdio each has a process of its own, all on
one project. Printed is one JSON value: errors, stale answers, latencies by tool, memory over time.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
from jsonschema import Draft202012Validator
from mcp import Client, StdioServerParameters
from mcp_types import CallToolResult

HERE = Path(__file__).resolve()
STARTS = "import sys, leindex.mcp; leindex.mcp.serve(sys.argv[2:], http=sys.argv[1] == 'http', port=0)"
#: Folders of a project that are not copied.
LEFT_OUT = shutil.ignore_patterns(".git", "target", "node_modules", "__pycache__", ".venv", "*.so")
QUESTIONS = [
    "how is the index kept true to the disk",
    "where are symbols resolved",
    "what are the bottlenecks",
    "parse a file",
    "token budget",
    "error: cannot open the store",
    "who writes to the cache",
]
#: Of so many calls one follows an edit.
EDIT_EVERY = 3


class Soak:
    """What the clients found together."""

    def __init__(self, calls: int) -> None:
        self.left = calls
        self.done = 0
        self.errors: list[str] = []
        self.stale: list[str] = []
        self.edits = 0
        self.milliseconds: dict[str, list[float]] = {}
        self.memory: list[tuple[int, int]] = []
        self.started = time.monotonic()

    def take(self) -> bool:
        """Whether another call is to be made."""
        self.left -= 1
        return self.left >= 0

    def found(self) -> dict[str, Any]:
        """The result."""
        resident = [bytes_held for _, bytes_held in self.memory]
        quarter = max(1, len(resident) // 4)
        return {
            "calls": self.done,
            "edits": self.edits,
            "errors": len(self.errors),
            "stale": len(self.stale),
            "seconds": round(time.monotonic() - self.started, 1),
            "first_errors": self.errors[:5],
            "first_stale": self.stale[:5],
            "latency_ms": {tool: percentiles(values) for tool, values in sorted(self.milliseconds.items())},
            "rss_bytes": self.memory[:: max(1, len(self.memory) // 20)],
            "rss_median_of_second_quarter": median(resident[quarter : 2 * quarter]),
            "rss_median_of_last_quarter": median(resident[-quarter:]),
        }


class Owner:
    """A client with the files that it owns, and what has to be true of them."""

    def __init__(self, soak: Soak, number: int, folder: Path, seed: int) -> None:
        self.soak = soak
        self.number = number
        self.folder = folder / f"soak_{number}"
        self.chance = random.Random(seed * 1000 + number)
        self.turn = 0
        #: The function that is there now, in which file, and from which line on.
        self.name = ""
        self.file = Path()
        self.line = 0
        self.gone = ""
        self.schemas: dict[str, Draft202012Validator] = {}

    def edit(self) -> None:
        """Changes the disk: the function gets another name, another place, and now and then another file."""
        self.turn += 1
        self.soak.edits += 1
        self.gone = self.name
        moved = self.chance.random() < 0.2
        if moved and self.file.is_file():
            self.file.unlink()
        if moved or not self.file.is_file():
            self.file = self.folder / f"part_{self.chance.randrange(4)}" / f"m{self.turn}.py"
            self.file.parent.mkdir(parents=True, exist_ok=True)
        self.name = f"marker_{self.number}_{self.turn}"
        blank = self.chance.randrange(6)
        self.line = blank + 5
        text = (
            f'"""Soak."""\n\n\n{chr(10) * blank}'
            f"\ndef {self.name}(given):\n    kept = given + {self.turn}\n    noise = 1\n"
            f"    return helper_{self.number}(kept)\n"
            f"\n\ndef helper_{self.number}(value):\n    return value * {self.turn}\n"
        )
        if self.chance.random() < 0.5:
            self.file.write_text(text)
        else:
            beside = self.file.with_suffix(".new")
            beside.write_text(text)
            os.replace(beside, self.file)

    @property
    def path(self) -> str:
        return self.file.relative_to(self.folder.parent).as_posix()

    def fresh(self) -> tuple[str, dict[str, Any], Callable[[Any, str], bool]]:
        """A question whose answer has to show the last edit, and whether it does."""
        name, path, line = self.name, self.path, self.line
        helper = f"helper_{self.number}"
        asks: list[tuple[str, dict[str, Any], Callable[[Any, str], bool]]] = [
            (
                "leindex_symbol",
                {"name": name, "include": ["source", "callees"]},
                lambda data, text: (
                    data["symbol"]["path"] == path
                    and data["symbol"]["start_line"] == line
                    and f"given + {self.turn}" in text
                    and any(helper in edge.get("symbol", "") for edge in data["callees"]["edges"])
                ),
            ),
            (
                "leindex_symbol",
                {"name": helper, "include": ["callers"]},
                lambda data, text: [edge["line"] for edge in data["callers"]["edges"]] == [line + 3],
            ),
            (
                "leindex_symbol",
                {"name": path},
                lambda data, text: [item["start_line"] for item in data["outline"]] == [line, line + 6],
            ),
            (
                "leindex_search",
                {"query": name, "limit": 3},
                lambda data, text: (
                    bool(data["hits"])
                    and data["hits"][0]["path"] == path
                    and data["hits"][0]["start_line"] == line
                    and all(f" {self.gone}()" not in hit["symbol"] for hit in data["hits"])
                ),
            ),
            (
                "leindex_sql",
                {"query": f"select name, path, start_line from nodes where name in ('{name}', '{self.gone}')"},
                lambda data, text: data["results"][0]["rows"] == [[name, path, line]],
            ),
            (
                "leindex_impact",
                {"symbols": [helper]},
                lambda data, text: [(member["path"], member["line"]) for member in data["members"]] == [(path, line)],
            ),
            (
                "leindex_slice",
                {"path": path, "line": line + 3, "variable": "kept", "within_function": True},
                lambda data, text: [each["line"] for each in data["lines"]] == [line, line + 1, line + 3],
            ),
            (
                "leindex_deep_analyze",
                {"query": name, "budget": 1000},
                lambda data, text: (
                    f"given + {self.turn}" in text and data["tokens"] <= 1000 and name in data["entries"][0]
                ),
            ),
        ]
        return self.chance.choice(asks)

    def usual(self) -> tuple[str, dict[str, Any]]:
        """A question about the project as a whole."""
        query = self.chance.choice(QUESTIONS)
        return self.chance.choice(
            [
                ("leindex_deep_analyze", {"query": query, "budget": self.chance.choice([500, 2000, 6000])}),
                ("leindex_search", {"query": query, "limit": self.chance.randint(1, 30)}),
                ("leindex_symbol", {"name": self.name, "include": ["references", "metrics", "cfg", "dataflow"]}),
                ("leindex_impact", {"symbols": [f"helper_{self.number}"], "direction": "dependencies"}),
                ("leindex_sql", {"query": "select kind, count(*) as n from nodes group by kind order by kind"}),
                ("leindex_status", {}),
            ]
        )

    async def run(self, session: Client) -> None:
        """Edits and asks until all calls are made."""
        self.schemas = {
            tool.name: Draft202012Validator(tool.output_schema or {}) for tool in (await session.list_tools()).tools
        }
        self.edit()
        await session.call_tool("leindex_search", {"query": self.name})
        while self.soak.take():
            if self.chance.randrange(EDIT_EVERY) == 0:
                self.edit()
                tool, arguments, shows = self.fresh()
                answer = await self.ask(session, tool, arguments)
                if answer is not None and not shows(answer.structured_content, text_of(answer)):
                    self.soak.stale.append(f"{tool} {arguments}: {text_of(answer)[:1500]}")
            else:
                await self.ask(session, *self.usual())

    async def ask(self, session: Client, tool: str, arguments: dict[str, Any]) -> CallToolResult | None:
        """A call, timed and checked against the schema of the tool."""
        started = time.perf_counter()
        try:
            answer = await session.call_tool(tool, arguments)
        except Exception as error:
            self.soak.errors.append(f"{tool} {arguments}: {type(error).__name__}: {error}")
            return None
        finally:
            self.soak.done += 1
        self.soak.milliseconds.setdefault(tool, []).append(1000 * (time.perf_counter() - started))
        if answer.is_error:
            self.soak.errors.append(f"{tool} {arguments}: {text_of(answer)[:500]}")
            return None
        problem = next(iter(self.schemas[tool].iter_errors(answer.structured_content)), None)
        if problem is not None:
            self.soak.errors.append(f"{tool} {arguments}: {problem.message[:500]}")
        return answer


def text_of(answer: CallToolResult) -> str:
    return "".join(content.text for content in answer.content if content.type == "text")


def percentiles(values: list[float]) -> dict[str, float]:
    """What calls of a tool took."""
    ordered = sorted(values)
    at = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    found = {name: round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 2) for name, share in at.items()}
    return {"calls": len(ordered), **found, "max": round(ordered[-1], 2)}


def median(values: list[int]) -> int | None:
    return sorted(values)[len(values) // 2] if values else None


def resident(processes: set[int]) -> int:
    """Memory of some processes, where the system tells."""
    total = 0
    for process in processes:
        try:
            status = Path(f"/proc/{process}/status").read_text()
        except OSError:
            continue
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        total += int(found[1]) * 1024 if found else 0
    return total


def children() -> set[int]:
    """The processes that this one started."""
    tasks = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    return {int(number) for task in tasks for number in task.read_text().split()}


async def watch_memory(soak: Soak) -> None:
    """Notes how much the servers hold."""
    while True:
        soak.memory.append((soak.done, resident(children())))
        await anyio.sleep(1)


async def all_clients(soak: Soak, folder: Path, options: argparse.Namespace, url: str | None) -> None:
    """Lets the clients loose."""
    owners = [Owner(soak, number, folder, options.seed) for number in range(options.clients)]

    async def one(owner: Owner) -> None:
        server: Any = url
        if url is None:
            arguments = ["-c", STARTS, "stdio", str(folder)]
            server = StdioServerParameters(command=sys.executable, args=arguments, env=dict(os.environ))
        async with Client(server, mode="legacy" if owner.number % 2 else "auto") as session:
            await owner.run(session)

    async with anyio.create_task_group() as watching:
        watching.start_soon(watch_memory, soak)
        async with anyio.create_task_group() as group:
            for owner in owners:
                group.start_soon(one, owner)
        watching.cancel_scope.cancel()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("project", nargs="?", type=Path, default=HERE.parents[3])
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--transport", choices=["http", "stdio"], default="http")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="leindex-soak-") as beside:
        folder = Path(beside).resolve() / "project"
        shutil.copytree(options.project, folder, ignore=LEFT_OUT, symlinks=True)
        os.environ["LEINDEX_HOME"] = str(Path(beside) / "home")
        soak = Soak(options.calls)
        server = None
        url = None
        try:
            if options.transport == "http":
                command = [sys.executable, "-c", STARTS, "http", str(folder)]
                server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
                assert server.stderr is not None
                url = server.stderr.readline().split()[-1]
            anyio.run(all_clients, soak, folder, options, url)
        finally:
            if server is not None:
                server.terminate()
                server.wait(20)
        found = {"transport": options.transport, "clients": options.clients, **soak.found()}
    print(json.dumps(found, indent=2))
    return 1 if soak.errors or soak.stale else 0


if __name__ == "__main__":
    sys.exit(main())
