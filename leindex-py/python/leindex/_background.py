"""Vectors by the model of one's choice, made beside all other work.

A daemon thread makes those that are missing, and again after each change. It holds the engine only while it works,
and ends when its project is closed, forgotten or the interpreter leaves.
"""

from __future__ import annotations

import atexit
import threading
import warnings
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import leindex_rust

if TYPE_CHECKING:
    from ._embedder import AdaptedEmbedder

__all__ = ["Background"]


class Background:
    """The thread of one project, and what it came to."""

    def __init__(self, owner: Any, native: leindex_rust.RustAnalyzer, embedder: AdaptedEmbedder) -> None:
        self._state = _State(embedder)
        # The thread must not keep the project alive: it reaches the engine by the owner, while there is one.
        self._thread = threading.Thread(
            target=_work, args=(self._state, weakref.ref(owner)), name=f"leindex-embed-{native.name}", daemon=True
        )
        # Not waited for where the owner is forgotten: that may happen anywhere, with any lock held.
        weakref.finalize(owner, self._state.end).atexit = False
        _running[self._thread] = self._state
        self._state.changed("")
        self._thread.start()

    def notice(self, revision: str) -> None:
        """Has the thread look again, if this is another revision."""
        if revision != self._state.revision:
            self._state.changed(revision)

    @property
    def running(self) -> bool:
        """Whether vectors are being made, or are about to be."""
        return self._state.is_wanted

    @property
    def error(self) -> str | None:
        """What the model failed with the last time."""
        return self._state.error

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Has the thread rest meanwhile."""
        self._state.pause()
        try:
            self._state.wait_until_paused()
            yield
        finally:
            self._state.go_on()

    def close(self) -> None:
        """Ends the thread, and waits for it."""
        self._state.end()
        if self._thread is not threading.current_thread():
            self._thread.join()


class _State:
    """What a thread and its owner share."""

    def __init__(self, embedder: AdaptedEmbedder) -> None:
        self.embedder = embedder
        self.error: str | None = None
        self.revision = ""
        self.is_over = False
        self.is_wanted = False
        self._pauses = 0
        self._cancel: leindex_rust.Cancellation | None = None
        self._told = threading.Condition()

    def changed(self, revision: str) -> None:
        with self._told:
            self.revision = revision
            self.is_wanted = True
            self._told.notify_all()

    def begin(self, seen: str, now: str) -> str:
        """Work begins at the revision `now`. Gives what `done` is told."""
        with self._told:
            # Told of another meanwhile: that is for the next time.
            if self.revision == seen:
                self.revision = now
            return now

    def next(self) -> leindex_rust.Cancellation | None:
        """Waits for work; `None` when there will be none any more."""
        with self._told:
            self._told.wait_for(lambda: self.is_over or (self.is_wanted and not self._pauses))
            self._cancel = None if self.is_over else leindex_rust.Cancellation()
            return self._cancel

    def done(self, revision: str) -> None:
        """Work was done, from this revision on."""
        with self._told:
            self._cancel = None
            if self.revision == revision and not self._pauses:
                self.is_wanted = False
            self._told.notify_all()

    def pause(self) -> None:
        with self._told:
            self._pauses += 1
            if self._cancel is not None:
                self._cancel.cancel()

    def wait_until_paused(self) -> None:
        with self._told:
            self._told.wait_for(lambda: self._cancel is None)

    def fell(self, error: str) -> None:
        """The thread ends of what should not happen."""
        with self._told:
            self.error = error
            self.is_wanted = False
            self._cancel = None
            self._told.notify_all()

    def go_on(self) -> None:
        with self._told:
            self._pauses -= 1
            self.is_wanted = True
            self._told.notify_all()

    def end(self) -> None:
        with self._told:
            self.is_over = True
            self.is_wanted = False
            self.embedder.stop()
            if self._cancel is not None:
                self._cancel.cancel()
            self._told.notify_all()


#: The threads that have not ended.
_running: dict[threading.Thread, _State] = {}


def _work(state: _State, owner: weakref.ref[Any]) -> None:
    try:
        _embed(state, owner)
    except BaseException as error:
        state.fell(f"{type(error).__name__}: {error}")
        raise
    finally:
        _running.pop(threading.current_thread(), None)


def _embed(state: _State, owner: weakref.ref[Any]) -> None:
    while (cancel := state.next()) is not None:
        revision = state.revision
        native: leindex_rust.RustAnalyzer | None = getattr(owner(), "_native", None)
        if native is None:
            return
        try:
            revision = state.begin(revision, native.revision())
            native.embed(cancel=cancel)
            if not cancel.cancelled:
                state.error = None
        except (leindex_rust.ClosedError, leindex_rust.CancelledError):
            pass
        except Exception as error:
            if not (state.is_over or cancel.cancelled):
                _tell(state, str(error))
        # A reference in the frame would keep a forgotten project open while the thread waits.
        del native
        state.done(revision)


def _tell(state: _State, error: str) -> None:
    if state.error == error:
        return
    state.error = error
    message = (
        f"no vectors by the model of your choice: {error}; search goes on with the built-in one, `embed()` tries again"
    )
    # Where warnings are errors, this one has nobody to be raised to; `stats` tells it.
    with suppress(RuntimeWarning):
        warnings.warn(message, RuntimeWarning, stacklevel=2)


def _leave() -> None:
    """Ends all threads before the interpreter leaves: one that is inside the engine by then would not survive it."""
    running = list(_running.items())
    for _, state in running:
        state.end()
    for thread, _ in running:
        thread.join()


atexit.register(_leave)
