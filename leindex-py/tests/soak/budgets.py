"""Budgets under random questions: how often `leindex_deep_analyze` takes more than it may, and how much of it it uses.

    python tests/soak/budgets.py [PROJECT] [--questions 1000] [--seed 1] [--client NAME]

Questions are made of the project's own words: names, summaries, paths, a few patterns of what people ask. Budgets run
from 100 to 20,000, as many small ones as large ones. Each answer is counted as its client receives it: the text, and
the structured content as compact JSON. There is enough to say where something had to be left out. Printed is one JSON
value; the exit status is 1 if any answer took a token too much.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import anyio
from mcp import Client
from mcp_types import Implementation

import leindex
from leindex.mcp.server import build_server
from leindex.mcp.service import Service

LEAST, MOST = 100, 20_000
#: Share of a budget that is to be used where there is enough to say.
SHARE = 0.9
PATTERNS = [
    "How does {name} work?",
    "Where is {words} handled?",
    "{name}",
    "{words}",
    "What calls {name}, and why?",
    "{summary}",
    "error: {words} failed",
    "{path}",
    "{path}:{line}",
    "what are the bottlenecks in {words}",
    "architecture of {folder}",
    "{name} {other}",
    "Why would {words} be slow — and what does {other} have to do with it?",
]


async def questions(session: Client, number: int, chance: random.Random) -> list[dict[str, Any]]:
    """Random questions with random budgets."""
    query = (
        "select name, coalesce(summary, '') as s, path, start_line from nodes where kind <> 'module' order by symbol"
    )
    answer = await session.call_tool("leindex_sql", {"query": query, "limit": 1000})
    rows = answer.structured_content["results"][0]["rows"]
    asked = []
    for _ in range(number):
        (name, summary, path, line), (other, *_) = chance.choice(rows), chance.choice(rows)
        words = " ".join(chance.choice(rows)[0].replace("_", " ") for _ in range(chance.randint(1, 3)))
        pattern = chance.choice(PATTERNS)
        folder = path.rpartition("/")[0] or path
        text = pattern.format(
            name=name, words=words, summary=summary or name, path=path, line=line, folder=folder, other=other
        )
        asked.append({"query": text, "budget": round(LEAST * (MOST / LEAST) ** chance.random())})
    return asked


def received(text: str, structured: Any) -> int:
    """Tokens of an answer."""
    if structured is None:
        return leindex.count_tokens(text)
    plain = json.dumps(structured, separators=(",", ":"), ensure_ascii=False)
    escaped = json.dumps(structured, separators=(",", ":"))
    return leindex.count_tokens(text) + max(leindex.count_tokens(plain), leindex.count_tokens(escaped))


def share_at(values: list[float], share: float) -> float | None:
    ordered = sorted(values)
    return round(ordered[int(share * (len(ordered) - 1))], 3) if ordered else None


async def measured(project: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Asks them all."""
    service = Service([project])
    server = build_server(service, leindex.__version__)
    chance = random.Random(options.seed)
    exceeded: list[dict[str, Any]] = []
    errors: list[str] = []
    shares: list[float] = []
    unused: list[dict[str, Any]] = []
    milliseconds: list[float] = []
    try:
        info = Implementation(name=options.client, version="1")
        async with Client(server, mode="legacy") as session:
            random_questions = await questions(session, options.questions, chance)
        async with Client(server, mode="legacy", client_info=info) as session:
            for asked in random_questions:
                started = time.perf_counter()
                answer = await session.call_tool("leindex_deep_analyze", asked)
                milliseconds.append(1000 * (time.perf_counter() - started))
                text = "".join(content.text for content in answer.content if content.type == "text")
                if answer.is_error:
                    errors.append(f"{asked}: {text}")
                    continue
                taken = received(text, answer.structured_content)
                if taken > asked["budget"]:
                    exceeded.append({**asked, "taken": taken})
                left_out = "for lack of room" in text or "raise the budget" in text
                if answer.structured_content["truncated"] if answer.structured_content else left_out:
                    shares.append(taken / asked["budget"])
                    if shares[-1] < SHARE:
                        unused.append({**asked, "taken": taken})
    finally:
        service.close()
    return {
        "questions": options.questions,
        "errors": len(errors),
        "exceeded": len(exceeded),
        "enough_to_say": len(shares),
        "used_less_than_nine_tenths": len(unused),
        "share_used": {"p1": share_at(shares, 0.01), "p5": share_at(shares, 0.05), "p50": share_at(shares, 0.5)},
        "largest_budget_used_less": max((each["budget"] for each in unused), default=None),
        "milliseconds": {"p50": share_at(milliseconds, 0.5), "p95": share_at(milliseconds, 0.95)},
        "first_errors": errors[:5],
        "first_exceeded": exceeded[:5],
        "first_used_less": unused[:10],
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("project", nargs="?", type=Path, default=Path(__file__).resolve().parents[3])
    parser.add_argument("--questions", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--client", default="budgets", help="a client's name: claude-code gets the text alone")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="leindex-budgets-") as home:
        os.environ.setdefault("LEINDEX_HOME", home)
        found = anyio.run(measured, options.project.resolve(), options)
    print(json.dumps(found, indent=2, ensure_ascii=False))
    return 1 if found["exceeded"] or found["errors"] else 0


if __name__ == "__main__":
    sys.exit(main())
