"""What a server holds, and one call to it: projects are opened with progress, asked in worker threads, and cancelled.

The event loop never waits for the engine: each question runs in a worker thread, of which there are a few, and the call
awaits it. When the client takes a call back, its :class:`~leindex.mcp.engine.Cancellation` ends the question.
"""

from __future__ import annotations

import os
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import anyio
import anyio.to_thread

from leindex.mcp import engine
from leindex.mcp.counts import Counts
from leindex.mcp.engine import Engine, Opener, Rows
from leindex.mcp.failures import ToolError
from leindex.mcp.roots import Opening, Roots, Scope

if TYPE_CHECKING:
    from leindex_rust import Cancellation

__all__ = ["Asker", "Call", "Outcome", "Service"]

Value = TypeVar("Value")
#: Reports progress: what is done, all there is, and a message. Does nothing where the client does not listen.
Report = Callable[[float, float | None, str | None], Awaitable[None]]

#: Questions that run at a time; more wait for their turn.
THREADS = max(4, min(16, os.cpu_count() or 4))
#: How many of each kind run at a time. A query of SQL may take as long as it is allowed to, and every core: however
#: many there are, questions go on, and what the server holds can always be told.
SLOTS = {"questions": THREADS, "queries": max(2, THREADS // 4), "states": 4}
#: Seconds to wait before a question that is put together from several is asked again, when a change came between them.
WAITS = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.7, 1.0, 1.0, 1.0, 1.0)


class Service:
    """The projects that are served and the counts of calls; one for all clients of a server."""

    def __init__(self, roots: Sequence[str | os.PathLike[str]], opener: Opener = engine.open_project) -> None:
        self.roots = Roots(roots, opener)
        self.counts = Counts()
        self._limiters: dict[str, anyio.CapacityLimiter] = {}

    def limiter(self, kind: str) -> anyio.CapacityLimiter:
        """The limit on worker threads of a kind. Made on first use: it belongs to the event loop."""
        if kind not in self._limiters:
            self._limiters[kind] = anyio.CapacityLimiter(SLOTS[kind])
        return self._limiters[kind]

    def close(self) -> None:
        """Lets all projects go."""
        self.roots.close()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one of several projects answered: a value, or an error."""

    scope: Scope
    value: Any = None
    error: Exception | None = None


class Call:
    """One call of a tool, or one reading of a resource."""

    def __init__(self, service: Service, report: Report, *, structured: bool = True) -> None:
        self.service = service
        self.report = report
        #: Whether the client gets structured content beside the text.
        self.structured = structured
        self.cancel = engine.cancellation()

    def scopes(self, project_path: str | None) -> list[Scope]:
        """The projects that the question goes to."""
        return self.service.roots.scopes(project_path)

    async def ask(self, scope: Scope, verb: str, **arguments: Any) -> tuple[str, Any]:
        """Asks a project; gives the revision and the answer."""
        opened = await self.opened(scope)
        return await self.in_thread(lambda: opened.ask(verb, arguments, self.cancel))

    async def sql(self, scope: Scope, query: str, *, most: int, flow: bool, timeout: float) -> Rows:
        """Asks a project in SQL, for so many seconds at most."""
        opened = await self.opened(scope)
        return await self.in_thread(
            lambda: opened.sql(query, most=most, flow=flow, timeout=timeout, cancel=self.cancel), "queries"
        )

    async def stats(self, scope: Scope) -> dict[str, Any]:
        """What the index of a project and its store hold."""
        opened = await self.opened(scope)
        return await self.in_thread(opened.stats, "states")

    async def count_tokens(self, *texts: str) -> int:
        """Tokens of some texts, counted one by one."""
        return await self.in_thread(lambda: sum(map(engine.count_tokens, texts)), "states")

    async def same_revision(self, scope: Scope, asks: Callable[[Asker], Value]) -> tuple[str, Value]:
        """Puts an answer together from several questions, all answered for one revision.

        They are asked in one worker thread, one after the other: going there and back costs more than most of them.
        """
        opened = await self.opened(scope)

        def attempts() -> tuple[str, Value]:
            for wait in WAITS:
                time.sleep(wait)
                asker = Asker(opened, self.cancel)
                value = asks(asker)
                if len(asker.revisions) == 1:
                    return asker.revisions.pop(), value
            raise ToolError(f"The project {scope.name} changes faster than it can be asked. Ask again in a moment.")

        return await self.in_thread(attempts)

    async def each(self, scopes: Sequence[Scope], asks: Callable[[Scope], Awaitable[Any]]) -> list[Outcome]:
        """Asks several projects side by side. An error of the only one is raised."""
        openings = await self.openings(scopes)
        outcomes = [Outcome(scope, error=opening.error) for scope, opening in zip(scopes, openings, strict=True)]

        async def one(at: int) -> None:
            try:
                outcomes[at] = Outcome(scopes[at], await asks(scopes[at]))
            except Exception as error:
                outcomes[at] = Outcome(scopes[at], error=error)

        async with anyio.create_task_group() as group:
            for at, outcome in enumerate(outcomes):
                if outcome.error is None:
                    group.start_soon(one, at)
        if len(outcomes) == 1 and outcomes[0].error is not None:
            raise outcomes[0].error
        return outcomes

    async def opened(self, scope: Scope) -> Engine:
        """A project, opened."""
        opening = (await self.openings([scope]))[0]
        if opening.engine is None:
            raise opening.error or RuntimeError(f"{scope.name} was opened without a result")
        return opening.engine

    async def openings(self, scopes: Sequence[Scope]) -> list[Opening]:
        """Opens projects, which indexes what is not known of them yet; progress is reported meanwhile."""
        openings = [scope.root.opening() for scope in scopes]
        if not all(opening.finished.is_set() for opening in openings):
            await self.wait(scopes, openings)
        return openings

    async def wait(self, scopes: Sequence[Scope], openings: Sequence[Opening]) -> None:
        """Waits for projects to be opened. Leaving does not stop them."""
        waiting = ", ".join(
            scope.name for scope, opening in zip(scopes, openings, strict=True) if not opening.finished.is_set()
        )
        pause, reported = 0.002, -1.0
        while True:
            finished = all(opening.finished.is_set() for opening in openings)
            done = float(sum(opening.progress[0] for opening in openings))
            total = float(sum(opening.progress[1] for opening in openings))
            # Progress has to increase: a client may drop what does not.
            if done > reported and (total > 0 or finished):
                message = f"indexing {waiting}: {done:,.0f} of {total:,.0f} files" if total else f"opened {waiting}"
                await self.report(done, total or None, message)
                reported = done
            if finished:
                return
            await anyio.sleep(pause)
            pause = min(pause * 1.5, 0.1)

    async def in_thread(self, work: Callable[[], Value], kind: str = "questions") -> Value:
        """Does some work in a worker thread. When the call is cancelled, so is the work."""
        try:
            return await anyio.to_thread.run_sync(work, abandon_on_cancel=True, limiter=self.service.limiter(kind))
        except anyio.get_cancelled_exc_class():
            self.cancel.cancel()
            raise


class Asker:
    """Asks one project several questions and remembers for which revisions it answered."""

    def __init__(self, engine: Engine, cancel: Cancellation) -> None:
        self.engine = engine
        self.cancel = cancel
        self.revisions: set[str] = set()

    def __call__(self, verb: str, **arguments: Any) -> Any:
        revision, value = self.engine.ask(verb, arguments, self.cancel)
        self.revisions.add(revision)
        return value

    def bytes(self, path: str) -> memoryview:
        """The bytes of a file."""
        return self.engine.bytes(path)
