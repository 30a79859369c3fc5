"""Questions in words and patterns: search, and what to read first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from .._results.context import Context
from .._results.search import GrepAnswer, SearchAnswer
from .._results.state import EmbeddingStats
from .asking import Asking, Name, symbol_name, texts

if TYPE_CHECKING:
    from leindex_rust import Cancellation

__all__ = ["Payload", "SearchQuestions"]

#: What is handed over, and so counts: the text and the lists beside it, or the text alone.
Payload = Literal["structured", "text"]


class SearchQuestions(Asking):
    """Questions in words and patterns."""

    __slots__ = ()

    def search(
        self,
        query: str,
        *,
        limit: int = 10,
        kinds: Sequence[str] = (),
        languages: Sequence[str] = (),
        paths: Sequence[str] = (),
        cancel: Cancellation | None = None,
    ) -> SearchAnswer:
        """The symbols that a question is about, best first. `paths` are patterns such as `src/**/*.py`."""
        return self._one(
            SearchAnswer,
            "search",
            cancel,
            query=query,
            limit=limit,
            kinds=texts(kinds),
            languages=texts(languages),
            paths=texts(paths),
        )

    def grep(
        self,
        pattern: str,
        *,
        limit: int = 1000,
        languages: Sequence[str] = (),
        paths: Sequence[str] = (),
        ignore_case: bool = False,
        cancel: Cancellation | None = None,
    ) -> GrepAnswer:
        """The lines that fit a regular expression: of analysed files as the index has them, and, unless `languages` are
        given, of other text files as they lie on the disk.

        The pattern is held against one line at a time; it has no look-around and no back references.
        """
        return self._one(
            GrepAnswer,
            "grep",
            cancel,
            pattern=pattern,
            limit=limit,
            languages=texts(languages),
            paths=texts(paths),
            ignore_case=ignore_case,
        )

    def context(
        self,
        question: str,
        budget: int = 2000,
        *,
        payload: Payload = "structured",
        paths: Sequence[str] = (),
        languages: Sequence[str] = (),
        from_: Sequence[Name] = (),
        cancel: Cancellation | None = None,
    ) -> Context:
        """What an engineer would read first to answer a question, within a budget of tokens that is never exceeded.

        `from_` gives the symbols to start from instead of those that a search finds. With the payload `text` only the
        text counts, and more of it fits.
        """
        arguments = {
            "question": question,
            "budget": budget,
            "payload": payload,
            "paths": texts(paths),
            "languages": texts(languages),
            "from": [symbol_name(name) for name in from_],
        }
        return self._one(Context, "context", cancel, **arguments)

    def embedding_stats(self, *, cancel: Cancellation | None = None) -> EmbeddingStats:
        """Which model scores meanings, and how many symbols have its vectors."""
        return self._one(EmbeddingStats, "embedding_stats", cancel)
