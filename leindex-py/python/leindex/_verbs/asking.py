"""What all questions are asked through."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from .._results.listing import Listing
from .._results.record import Record

if TYPE_CHECKING:
    from leindex_rust import Cancellation

__all__ = ["Asking", "HasSymbol", "Name", "symbol_name", "texts"]

Answer = TypeVar("Answer", bound=Record)


class HasSymbol(Protocol):
    """A part of an answer that is about a symbol: a search hit, a member of an impact, an outline item, …"""

    @property
    def symbol(self) -> Any: ...


#: A symbol: its name, as `Project.symbol` takes it, or any part of an answer that is about one.
Name = str | HasSymbol


class Asking:
    """Somebody who answers questions by their verbs."""

    __slots__ = ()

    def ask(self, verb: str, /, *, cancel: Cancellation | None = None, **arguments: Any) -> tuple[str, Any]:
        """The revision, and the answer as plain dicts and lists."""
        raise NotImplementedError

    def _one(self, of: type[Answer], verb: str, cancel: Cancellation | None, **arguments: Any) -> Answer:
        _, value = self.ask(verb, cancel=cancel, **arguments)
        return of.from_dict(value)

    def _list(self, of: type[Answer], verb: str, cancel: Cancellation | None, **arguments: Any) -> Listing[Answer]:
        revision, values = self.ask(verb, cancel=cancel, **arguments)
        return Listing([of.from_dict(value) for value in values], of, revision)


def texts(values: Sequence[str]) -> list[str]:
    """Texts as a list; one alone counts as such."""
    return [values] if isinstance(values, str) else list(values)


def symbol_name(of: Name) -> str:
    """The name of a symbol, of whatever is about it."""
    while not isinstance(of, str):
        inner = getattr(of, "symbol", None)
        if inner is None:
            from leindex_rust import RequestError

            message = f"{type(of).__name__} is no symbol; give a name, or a part of an answer that is about one"
            raise RequestError(message)
        of = inner
    return of
