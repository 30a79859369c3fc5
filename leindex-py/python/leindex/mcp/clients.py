"""Which clients show a model only half of an answer.

An answer has two halves, text and structured content, and a budget covers both. Some clients hand the model nothing but
the structured content as soon as there is any: it would never see the source that the text holds. They get the text
alone, and tools without an output schema, which would oblige the server to send the other half.
"""

from __future__ import annotations

__all__ = ["takes_structured"]

#: By the names that they give themselves in the handshake.
TEXT_ONLY = frozenset({"claude-code", "codex-mcp-client"})


def takes_structured(client: str | None) -> bool:
    """Whether a client of this name makes use of both halves."""
    return client is None or client.strip().lower().replace(" ", "-") not in TEXT_ONLY
