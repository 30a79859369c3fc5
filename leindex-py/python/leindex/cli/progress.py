"""A progress bar on standard error: on a terminal only, and only for what takes long enough to wonder.

rich is imported when the bar is first drawn, so that opening a project that is known costs nothing.
"""

from __future__ import annotations

import sys
import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID
    from rich.status import Status

#: Seconds before the bar is drawn.
PATIENCE = 0.3
#: Seconds before it is shown that an answer is awaited.
LONG_PATIENCE = 0.8
#: Seconds between two drawings.
PACE = 0.05


class Progress:
    """A context that gives a callback `(done, total)`, which any thread may call."""

    def __init__(self, doing: str, *, silent: bool) -> None:
        self._doing = doing
        self._silent = silent or not sys.stderr.isatty()
        self._start = time.monotonic()
        self._drawn = 0.0
        self._bar: Bar | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Progress | None:
        return None if self._silent else self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._start < PATIENCE or (now - self._drawn < PACE and done < total):
            return
        self._drawn = now
        if self._bar is None:
            self._bar = self._draw()
            self._task = self._bar.add_task(self._doing, total=total)
        assert self._task is not None
        self._bar.update(self._task, completed=done, total=total)

    def _draw(self) -> Bar:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("files"),
            TimeRemainingColumn(),
        )
        bar = Progress(*columns, console=Console(stderr=True), transient=True)
        bar.start()
        return bar


class Waiting:
    """A context that shows that an answer is still being made, of which nothing says how far it has come."""

    def __init__(self, *, silent: bool) -> None:
        self._silent = silent or not sys.stderr.isatty()
        self._lock = threading.Lock()
        self._over = False
        self._status: Status | None = None
        self._timer = threading.Timer(LONG_PATIENCE, self._show)
        self._timer.daemon = True

    def __enter__(self) -> None:
        if not self._silent:
            self._timer.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        with self._lock:
            self._over = True
            if self._status is not None:
                self._status.stop()

    def _show(self) -> None:
        from rich.console import Console
        from rich.status import Status

        with self._lock:
            if not self._over:
                self._status = Status("working it out; Ctrl-C ends it", console=Console(stderr=True))
                self._status.start()
