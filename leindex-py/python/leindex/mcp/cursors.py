"""Cursors: where the next page of an answer begins.

A cursor is opaque to clients. It names the tool, the question, the revision that the earlier pages were an answer for,
and the place. One of another revision is refused: pages of two revisions would not fit together.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping

from leindex.mcp.failures import ToolError

__all__ = ["Cursor", "Page"]

#: Arguments that do not belong to the question.
NOT_ASKED = frozenset({"cursor"})


class Cursor:
    """The cursors of one question: how they are written, and read again."""

    def __init__(self, tool: str, arguments: Mapping[str, object]) -> None:
        asked = {name: value for name, value in arguments.items() if name not in NOT_ASKED}
        text = json.dumps([tool, asked], sort_keys=True, default=str)
        self.question = hashlib.sha256(text.encode()).hexdigest()[:16]

    def written(self, place: int, revision: str) -> str:
        """The cursor for a page."""
        text = json.dumps([self.question, revision, place], separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def page(self, cursor: str | None) -> Page:
        """What a cursor says; without one, the first page."""
        if cursor is None:
            return Page(0, None)
        try:
            padded = cursor + "=" * (-len(cursor) % 4)
            fields = json.loads(base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True))
        except (ValueError, binascii.Error, RecursionError):
            fields = None
        match fields:
            case [str(question), str(revision), int(place)] if place >= 0 and not isinstance(place, bool):
                if question != self.question:
                    raise ToolError(
                        "`cursor` belongs to another question. Give it with the very arguments of the answer that it "
                        "came from, or leave it out to begin anew."
                    )
                return Page(place, revision)
            case _:
                raise ToolError("`cursor` is not one that this server gave. Leave it out to begin with the first page.")


class Page:
    """Where a page begins, and which revision the pages before it were of."""

    __slots__ = ("place", "revision")

    def __init__(self, place: int, revision: str | None) -> None:
        self.place = place
        self.revision = revision

    def check(self, revision: str) -> None:
        """Refuses to go on in another revision."""
        if self.revision is not None and self.revision != revision:
            raise ToolError(
                f"The project changed since the page before: `cursor` is of revision {self.revision}, now it is "
                f"{revision}. "
                "Leave `cursor` out to begin anew."
            )
