"""How long Ctrl-C takes to end a call: opening a project, a query, an impact of everything.

    python tests/soak/interrupts.py [PATH] [--times 20] [--within 0.1]

Sends the signal from a second process and prints the seconds until `KeyboardInterrupt` is caught, one JSON object for
each kind of call. Exits with 1 if one took longer than `--within`. Not a test of pytest: a loaded machine fails it.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

SHOP = Path(__file__).parent.parent / "projects" / "shop"
ENDLESS = "with recursive t(n) as (select 1 union all select n + 1 from t) select count(*) from t"
CALLS = {
    "query": f"project.sql({ENDLESS!r}, timeout=600)",
    "opening": "[leindex.Project(path, in_memory=True, flows=True) for _ in iter(int, 1)]",
    "questions": "[project.betweenness(sample=10**9) or project.hotspots() for _ in iter(int, 1)]",
}
CHILD = """
import sys, time, leindex
path = sys.argv[1]
project = leindex.Project(path, in_memory=True)
print("ready", flush=True)
try:
    CALL
except KeyboardInterrupt:
    print(time.monotonic(), flush=True)
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", nargs="?", default=str(SHOP), help="the project; the fixture of the tests by default")
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--within", type=float, default=0.1, help="seconds")
    options = parser.parse_args()
    slow = False
    for what, call in CALLS.items():
        took = sorted(interrupted(options.path, call, 0.2 + 0.037 * (time_ % 7)) for time_ in range(options.times))
        slow |= took[-1] > options.within
        print(json.dumps({"call": what, "median_s": round(took[len(took) // 2], 4), "max_s": round(took[-1], 4)}))
    return int(slow)


def interrupted(path: str, call: str, after: float) -> float:
    """Seconds from the signal to the exception."""
    command = [sys.executable, "-c", CHILD.replace("CALL", call), path]
    # CLOCK_MONOTONIC is one clock for all processes on Linux and macOS.
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        time.sleep(after)
        sent = time.monotonic()
        child.send_signal(signal.SIGINT)
        caught = child.stdout.readline()
    return float(caught) - sent


if __name__ == "__main__":
    sys.exit(main())
