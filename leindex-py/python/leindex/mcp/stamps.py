"""Which projects an answer is of, and for which revisions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from leindex.mcp.failures import described
from leindex.mcp.markdown import code
from leindex.mcp.service import Outcome

__all__ = ["Stamp"]


class Stamp:
    """The projects that answered, with their revisions, and what the others said."""

    def __init__(self, tool: str, outcomes: Iterable[tuple[Outcome, str | None]]) -> None:
        #: Name and revision of those that answered.
        self.answered: list[tuple[str, str]] = []
        #: What was not asked, and why; and what is to be said of those that were.
        self.notes: list[str] = []
        self.remarks: list[str] = []
        self.asked = 0
        first: Exception | None = None
        for outcome, revision in outcomes:
            self.asked += 1
            if outcome.error is not None:
                first = first or outcome.error
                self.notes.append(f"{outcome.scope.name}: {described(outcome.error, tool)}")
            elif revision is not None:
                self.answered.append((outcome.scope.name, revision))
        if not self.answered and first is not None:
            raise first

    @property
    def several(self) -> bool:
        """Whether several projects were asked, so that each item has to say of which it is."""
        return self.asked > 1

    @property
    def revision(self) -> str:
        """The revision, or a digest of several."""
        if not self.several:
            return self.answered[0][1]
        text = "\n".join(f"{name} {revision}" for name, revision in self.answered)
        return f"r{hashlib.sha256(text.encode()).hexdigest()[:16]}"

    def structured(self) -> dict[str, Any]:
        """What structured content begins with."""
        stamp: dict[str, Any] = {"revision": self.revision}
        if self.several:
            stamp["projects"] = [{"project": name, "revision": revision} for name, revision in self.answered]
        else:
            stamp["project"] = self.answered[0][0]
        if self.notes or self.remarks:
            stamp["notes"] = [*self.notes, *self.remarks]
        return stamp

    def of(self, project: str) -> dict[str, str]:
        """What an item begins with."""
        return {"project": project} if self.several else {}

    def text(self, cursor: str | None = None) -> str:
        """The lines that a text ends with."""
        stamps = ", ".join(f"{name} {revision}" for name, revision in self.answered)
        lines = [f"_Revision of {stamps}._"]
        lines.extend(f"_No answer from {note}_" for note in self.notes)
        lines.extend(f"_{remark}_" for remark in self.remarks)
        if cursor is not None:
            lines.append(f"_There is more: ask again with `cursor` {code(cursor)}._")
        return "\n".join(lines)
