"""Opens and closes a project many times, and asks one many questions: the memory of the process must stay flat.

    python tests/soak/leaks.py [PATH] [--opens 10000] [--queries 100000] [--growth 0.1] [--store]

Prints the resident and anonymous memory as it goes, in bytes, one JSON object a line. Exits with 1 if the median of
the last quarter lies more than `--growth` above that of the second: the first warms up. Not a test of pytest: it runs
for minutes.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import leindex

SHOP = Path(__file__).parent.parent / "projects" / "shop"
#: How often memory is looked at in a run.
LOOKS = 40
#: Bytes that a run may grow by whatever its share: pages of the allocator.
SLACK = 4 << 20


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", nargs="?", default=str(SHOP), help="the project; the fixture of the tests by default")
    parser.add_argument("--opens", type=int, default=10_000)
    parser.add_argument("--queries", type=int, default=100_000)
    parser.add_argument("--growth", type=float, default=0.1, help="the share that memory may grow by")
    parser.add_argument("--store", action="store_true", help="open with a store, in a temporary folder")
    options = parser.parse_args()
    flat = []
    with tempfile.TemporaryDirectory() as store:
        place = {"store": store} if options.store else {"in_memory": True}

        def open_and_close(number: int) -> None:
            with leindex.Project(options.path, follow=number % 2 == 0, **place) as project:
                project.search("what is this about", limit=3)

        if options.opens:
            flat.append(run("opens", options.opens, open_and_close, options.growth))
        if options.queries:
            with leindex.Project(options.path, **place) as project:
                flat.append(run("queries", options.queries, questions_of(project), options.growth))
    return 0 if all(flat) else 1


def questions_of(project: leindex.Project) -> Callable[[int], None]:
    """A question for each number; every fortieth edits."""
    symbols = [symbol.symbol for symbol in project.symbols("*") if symbol.kind in ("function", "method")][:200]
    paths = [file.path for file in project.files() if file.lines][:200]
    asked: list[Callable[[int], object]] = [
        lambda number: project.callers(symbols[number % len(symbols)]),
        lambda number: project.callees(symbols[number % len(symbols)]),
        lambda number: project.impact(symbols[number % len(symbols)], limit=100),
        lambda number: project.search(f"word {number % 97} of a question", limit=5),
        lambda number: project.context(f"how does {number % 97} work?", 400),
        lambda number: project.outline(paths[number % len(paths)]),
        lambda number: bytes(project.bytes(paths[number % len(paths)])),
        lambda number: project.sql("select kind, count(*) from nodes group by kind").rows(),
        lambda number: project.cfg(symbols[number % len(symbols)]),
        lambda number: refused(project, number),
    ]

    def ask(number: int) -> None:
        if number % 40 == 0:
            project.overlay("soak.py", f"def soak():\n    return {number % 7}\n")
        asked[number % len(asked)](number)

    return ask


def refused(project: leindex.Project, number: int) -> None:
    """A question that is no good: errors must not pile up either."""
    try:
        project.symbol(f"nobody_{number % 97}")
    except leindex.SymbolNotFoundError:
        return


def run(what: str, times: int, work: Callable[[int], None], growth: float) -> bool:
    """Does something many times, and says whether memory stayed flat."""
    held: list[int] = []
    start = time.monotonic()
    every = max(times // LOOKS, 1)
    for number in range(times):
        work(number)
        if number % every == every - 1:
            gc.collect()
            memory = leindex.memory()
            held.append(memory["anonymous"] or memory["resident"])
            took = round(time.monotonic() - start, 1)
            shown = {"resident": memory["resident"], "anonymous": memory["anonymous"]}
            print(json.dumps({"run": what, "done": number + 1, "seconds": took, **shown}), flush=True)
    quarter = max(len(held) // 4, 1)
    before, after = statistics.median(held[quarter : 2 * quarter] or held), statistics.median(held[-quarter:])
    flat = after <= before * (1 + growth) + SLACK
    verdict = {"run": what, "before": int(before), "after": int(after), "flat": flat}
    print(json.dumps(verdict), flush=True)
    return flat


if __name__ == "__main__":
    sys.exit(main())
