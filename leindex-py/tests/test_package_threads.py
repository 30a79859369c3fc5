"""Threads, interrupts and ends: any number ask at once, Ctrl-C and cancellations end a call, nothing is left behind."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import threading
import time
import warnings
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from shop_project import environment

import leindex
from leindex import Project

#: A query that does not end.
ENDLESS = "with recursive t(n) as (select 1 union all select n + 1 from t) select count(*) from t"


def test_many_threads_ask_one_project_and_get_the_answers_of_one(project: Project) -> None:
    questions = [
        lambda: project.callers("lookup"),
        lambda: project.search("tax of a country"),
        lambda: project.impact("lookup").to_dict(),
        lambda: project.context("how is tax computed?", 500).text,
        lambda: project.sql("select count(*) as n from edges").rows(),
        lambda: project.slice("shop/cart.py", 35, "total"),
        lambda: bytes(project.bytes("shop/cart.py")),
        lambda: project.hotspots(churn=False),
    ]
    alone = [ask() for ask in questions]
    with ThreadPoolExecutor(8) as pool:
        rounds = [pool.submit(ask) for _ in range(20) for ask in questions]
        answers = [asked.result() for asked in rounds]
    assert answers == alone * 20


def test_threads_ask_while_others_edit_and_every_answer_is_of_one_revision(own: Project) -> None:
    text = own.source("shop/rates.py")
    calls = {own.revision: 1}
    lines = ["\n\ndef more(country):\n    return lookup(country)\n", ""]
    for extra in lines:
        revision = own.overlay("shop/extra.py", "from shop.rates import lookup\n" + extra)
        calls[revision] = 1 + bool(extra)
    stop = threading.Event()
    wrong: list[object] = []

    def ask() -> None:
        while not stop.is_set():
            answer = own.callers("lookup")
            found = sum(edge.path in ("shop/cart.py", "shop/extra.py") for edge in answer)
            if calls.get(answer.revision) != found:
                wrong.append((answer.revision, found))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(40):
        own.overlay("shop/extra.py", "from shop.rates import lookup\n" + lines[number % 2])
    stop.set()
    for thread in threads:
        thread.join()
    assert not wrong and own.source("shop/rates.py") == text


def test_a_call_lets_other_threads_of_python_run(project: Project) -> None:
    cancel = leindex.Cancellation()
    ended = threading.Event()

    def ask() -> None:
        with pytest.raises(leindex.LeIndexError):
            project.sql(ENDLESS, timeout=600, cancel=cancel)
        ended.set()

    thread = threading.Thread(target=ask)
    thread.start()
    counted = 0
    while counted < 10_000:
        counted += 1
    assert not ended.is_set()
    cancel.cancel()
    thread.join(30)
    assert ended.is_set()


def test_a_cancellation_ends_a_call_from_another_thread(project: Project) -> None:
    cancel = leindex.Cancellation()
    assert not cancel.cancelled
    timer = threading.Timer(0.3, cancel.cancel)
    timer.start()
    with pytest.raises(leindex.CancelledError, match="cancelled"):
        project.sql(ENDLESS, timeout=600, cancel=cancel)
    timer.join()
    assert cancel.cancelled
    for ask in (project.files, lambda **options: project.search("tax", **options)):
        with pytest.raises(leindex.CancelledError):
            ask(cancel=cancel)
    assert len(project.callers("lookup")) == 2


def test_a_cancellation_ends_an_opening(native: Any, shop: Path) -> None:
    cancel = leindex.Cancellation()
    cancel.cancel()
    with pytest.raises(leindex.CancelledError):
        Project(shop, in_memory=True, cancel=cancel)


def test_what_progress_raises_ends_the_call(native: Any, shop: Path) -> None:
    def refuse(done: int, total: int) -> None:
        raise ZeroDivisionError(f"{done} of {total}")

    with pytest.raises(ZeroDivisionError, match=" of "):
        Project(shop, in_memory=True, progress=refuse)


INTERRUPTED = """
import sys, time, leindex
project = leindex.Project(sys.argv[1], in_memory=True)
ask = eval(sys.argv[2])
for _ in range(3):
    print("asking", flush=True)
    try:
        ask(project)
        print("answered", flush=True)
    except KeyboardInterrupt:
        print("interrupted", flush=True)
print(len(project.callers("lookup")), flush=True)
"""


@pytest.mark.skipif(os.name != "posix", reason="sends a signal")
@pytest.mark.parametrize(
    "ask",
    [
        f"lambda project: project.sql({ENDLESS!r}, timeout=600)",
        "lambda project: project.embed() or time.sleep(600)",
    ],
    ids=["a query", "Python's own waiting"],
)
def test_an_interrupt_ends_a_call_and_leaves_the_project_as_it_was(native: Any, shop: Path, ask: str) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, str(shop), ask],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    assert child.stdout is not None
    told = []
    for _ in range(3):
        assert child.stdout.readline() == "asking\n"
        time.sleep(0.3)
        child.send_signal(signal.SIGINT)
        told.append(child.stdout.readline())
    output, errors = child.communicate(timeout=60)
    assert told == ["interrupted\n"] * 3, errors
    assert (output, errors, child.returncode) == ("2\n", "", 0)


def test_a_project_that_is_forgotten_is_freed_without_a_warning(native: Any, shop: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        project = Project(shop, in_memory=True)
        gone = weakref.ref(project)
        del project
        gc.collect()
    assert gone() is None


def test_closing_waits_for_calls_that_go_on(native: Any, shop: Path) -> None:
    project = Project(shop, in_memory=True)
    outcomes: list[str] = []

    def ask() -> None:
        try:
            outcomes.append("answered" if len(project.search("tax")) else "empty")
        except leindex.ClosedError:
            outcomes.append("closed")

    threads = [threading.Thread(target=ask) for _ in range(16)]
    for thread in threads:
        thread.start()
    project.close()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 16 and set(outcomes) <= {"answered", "closed"}


def test_two_openings_of_one_project_answer_alike(native: Any, shop: Path, tmp_path: Path) -> None:
    with Project(shop, store=tmp_path) as first, Project(shop, store=tmp_path) as second:
        assert first.callers("lookup") == second.callers("lookup")
        assert {first.stats().store["role"], second.stats().store["role"]} <= {"holder", "reader", "memory"}
