"""How long the tools of the MCP server take, through the protocol, for one client that asks one thing after another.

    python tests/soak/latencies.py [PROJECT] [--calls 300] [--seed 1] [--tool NAME] [--server COMMAND]

The server is a process of its own. Questions are made of the project's own words; symbols are random ones. Each tool is
asked some questions that do not count first. Printed is one JSON value: milliseconds by tool, as the client sees them.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shlex
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import anyio
from mcp import Client, StdioServerParameters

PATTERNS = [
    "How does {name} work?",
    "Where is {words} handled?",
    "{name}",
    "what calls {name}?",
    "{words}",
    "{summary}",
]
#: Calls of each tool that do not count.
WARM = 30


async def symbols(client: Client, chance: random.Random) -> list[list[Any]]:
    """Names, summaries, files, lines and full names of some functions and types, spread over the project."""
    query = (
        "select name, coalesce(summary, '') as s, path, start_line, symbol from nodes "
        f"where kind in ('function', 'method', 'class', 'struct') order by id % {chance.randrange(1000, 100_000)}, id"
    )
    answer = await client.call_tool("leindex_sql", {"query": query, "limit": 1000})
    assert answer.structured_content is not None
    found: list[list[Any]] = answer.structured_content["results"][0]["rows"]
    return found


def calls(rows: list[list[Any]], chance: random.Random) -> dict[str, dict[str, Any]]:
    """A random call of each tool."""
    name, summary, path, line, symbol = chance.choice(rows)
    words = " ".join(chance.choice(rows)[0].replace("_", " ") for _ in range(chance.randint(1, 3)))
    question = chance.choice(PATTERNS).format(name=name, words=words, summary=summary or name)
    return {
        "leindex_deep_analyze": {"query": question},
        "leindex_search": {"query": question},
        "leindex_symbol": {"name": symbol},
        "leindex_symbol with callers": {"name": symbol, "include": ["source", "callers", "callees", "tests"]},
        "leindex_impact": {"symbols": [symbol], "limit": 20},
        "leindex_slice": {"path": path, "line": line, "direction": "forward", "within_function": True},
        "leindex_sql": {"query": "select kind, count(*) as n from nodes group by kind order by kind"},
        "leindex_status": {},
    }


def percentiles(values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    at = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    found = {name: round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 2) for name, share in at.items()}
    return {"calls": len(ordered), **found, "max": round(ordered[-1], 2)}


async def measured(options: argparse.Namespace, project: Path) -> dict[str, Any]:
    chance = random.Random(options.seed)
    command, *arguments = shlex.split(options.server)
    server = StdioServerParameters(command=command, args=[*arguments, "mcp", str(project)], env=dict(os.environ))
    started = time.monotonic()
    milliseconds: dict[str, list[float]] = {}
    errors: list[str] = []
    async with Client(server) as client:
        rows = await symbols(client, chance)
        first = time.monotonic() - started
        for number in range(WARM + options.calls):
            for label, asked in calls(rows, chance).items():
                if options.tool and not label.startswith(tuple(options.tool)):
                    continue
                before = time.perf_counter()
                answer = await client.call_tool(label.split()[0], asked)
                took = 1000 * (time.perf_counter() - before)
                if answer.is_error:
                    errors.append(f"{label} {asked}: {answer.content[0].text[:300]}")
                elif number >= WARM:
                    milliseconds.setdefault(label, []).append(took)
        status = (await client.call_tool("leindex_status", {})).structured_content
    return {
        "seconds_to_first_answer": round(first, 2),
        "files": status["projects"][0].get("files") if status else None,
        "milliseconds": {label: percentiles(values) for label, values in milliseconds.items()},
        "errors": len(errors),
        "first_errors": errors[:5],
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("project", nargs="?", type=Path, default=Path(__file__).resolve().parents[3])
    parser.add_argument("--calls", type=int, default=300, help="calls of each tool that count")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tool", action="append", default=[], help="only tools whose label begins so")
    parser.add_argument("--server", default=f"{sys.executable} -m leindex", help="the command that serves")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="leindex-latencies-") as home:
        os.environ.setdefault("LEINDEX_HOME", home)
        print(json.dumps(anyio.run(measured, options, options.project.resolve()), indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
