"""What went wrong, as a model should read it: what it is and what to do next, in a few lines, never a traceback.

A :class:`ToolError` is what this package raises for bad input. The errors of the engine are told by their classes. What
is neither is a defect of ours: the client gets one line, and the log the place.
"""

from __future__ import annotations

import logging
import traceback

from leindex.mcp.markdown import code

__all__ = ["ToolError", "described", "names_listed"]

logger = logging.getLogger(__name__)

#: Names that an error lists at most: more are no help to choose.
MOST_NAMES = 50


class ToolError(Exception):
    """A question that cannot be answered as it was asked. Its text says what to do."""


def described(error: Exception, tool: str) -> str:
    """An error as the text of a tool's answer."""
    if isinstance(error, ToolError):
        return str(error)
    import leindex

    if isinstance(error, leindex.AmbiguousSymbolError):
        return ambiguous(error.name, error.candidates)
    if isinstance(error, leindex.SymbolNotFoundError):
        return unknown_symbol(error.name, error.nearest)
    if isinstance(error, leindex.PathError):
        return unknown_path(str(error), error.nearest)
    if isinstance(error, leindex.LeIndexError):
        return one_line(str(error))
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "an unknown place"
    logger.error("%s failed at %s: %s: %s", tool, place, type(error).__name__, one_line(str(error)))
    logger.debug("the failure of %s", tool, exc_info=error)
    return (
        f"{tool} failed for a reason of its own ({type(error).__name__}), not because of what was asked. "
        "The server goes on; its log on stderr says where. Ask again, or in another way."
    )


def ambiguous(name: str, candidates: list[str]) -> str:
    """A name that several symbols have."""
    return (
        f"{code(name)} is the name of {len(candidates)} symbols. Ask again with the full name of the one that is "
        f"meant:\n"
        f"{names_listed(candidates)}"
    )


def unknown_symbol(name: str, nearest: list[str]) -> str:
    """A name that no symbol has."""
    if not nearest:
        return f"No symbol is called {code(name)}. Search for words of it with `leindex_search`."
    return (
        f"No symbol is called {code(name)}. Did you mean one of these?\n{names_listed(nearest)}\n"
        "Ask again with one of these names, or search for words with `leindex_search`."
    )


def unknown_path(message: str, nearest: list[str]) -> str:
    """A path that is no analysed file."""
    if not nearest:
        return one_line(message)
    problem = one_line(message).partition("; did you mean")[0]
    return f"{problem}. Did you mean one of these?\n{names_listed(nearest)}"


def names_listed(names: list[str]) -> str:
    """Names as a list, one a line."""
    lines = [f"- {code(name.strip('`'))}" for name in names[:MOST_NAMES]]
    if len(names) > MOST_NAMES:
        lines.append(f"- and {len(names) - MOST_NAMES} more")
    return "\n".join(lines)


def one_line(text: str) -> str:
    """A message without line breaks, and not endless."""
    flat = " ".join(text.split())
    return flat if len(flat) <= 2000 else f"{flat[:2000]}…"
